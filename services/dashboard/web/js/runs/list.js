import { withQuery } from '../api.js';
import { Choice, ClearFilters, Search } from '../parts/filters.js';
import { html } from '../parts/html.js';
import { PagedList } from '../parts/paged_list.js';
import { EmptyState, Stale } from '../parts/states.js';
import { usePages } from '../parts/use_pages.js';
import { place } from '../router.js';
import { RunRow } from './row.js';

const FILTERS = ['status', 'source', 'model', 'q'];

/** @type {[string, string][]} */
const STATUSES = [
  ['', 'Any status'],
  ['running,queued', 'Under way'],
  ['waiting_approval', 'Waiting for approval'],
  ['succeeded', 'Succeeded'],
  ['failed', 'Failed'],
  ['cancelled', 'Cancelled'],
];
/** @type {[string, string][]} */
const SOURCES = [
  ['', 'Any source'],
  ['dashboard', 'Dashboard'],
  ['api', 'API'],
  ['openai', 'OpenAI clients'],
];

/** All runs, newest first, with filters over the whole set. */
export function RunListView() {
  const { query } = place.value;
  const wanted = Object.fromEntries(FILTERS.map((name) => [name, query[name]]));
  const pages = usePages(withQuery('/api/agent/runs', { ...wanted, limit: 50 }), { topics: ['agent.runs'] });
  return html`<section class="panel" aria-label="Runs">
    <header class="filters">
      <${Choice} name="status" label="Status" options=${STATUSES} />
      <${Choice} name="source" label="Source" options=${SOURCES} />
      <${Search} label="Search runs" />
      <${ClearFilters} names=${FILTERS} />
      <${Stale} error=${pages.live.error} asOf=${pages.live.asOf} />
    </header>
    <${PagedList} pages=${pages} what="runs" row=${(/** @type {any} */ run) => html`<${RunRow} key=${run.id} run=${run} />`}
      empty=${FILTERS.some((name) => query[name]) ? html`<${NoMatch} />` : html`<${None} />`} />
  </section>`;
}

const None = () => html`<${EmptyState} icon="chat" title="No runs yet">
  Whatever the agent does becomes a run: what you ask in Chat, and what programs ask over the API.
  <a class="button primary" href="/chat">Ask something</a>
<//>`;

const NoMatch = () => html`<${EmptyState} icon="filter" title="No run fits these filters">
  <${ClearFilters} names=${FILTERS} />
<//>`;
