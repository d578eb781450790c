import { withQuery } from '../api.js';
import { ISSUE_TOPICS } from '../app/first_screen.js';
import { compact, plural, words } from '../lib/format.js';
import { Choice, ClearFilters, Search } from '../parts/filters.js';
import { html } from '../parts/html.js';
import { PagedList } from '../parts/paged_list.js';
import { EmptyState, Stale } from '../parts/states.js';
import { Status } from '../parts/status.js';
import { Ago } from '../parts/time.js';
import { usePages } from '../parts/use_pages.js';
import { useResource } from '../parts/use_resource.js';
import { place } from '../router.js';

const FILTERS = ['state', 'component', 'kind', 'level', 'q', 'sort'];
const KINDS = `javascript_error api_error rendering_error timeout network_error auth_error promise_rejection
  tool_error model_error mcp_error task_error unknown`.split(/\s+/);

/** @param {string} any @param {string[]} values @returns {[string, string][]} */
const options = (any, values) => [
  ['', any],
  ...values.map((value) => /** @type {[string, string]} */ ([value, words(value)])),
];

const STATES = options('Any state', ['open', 'resolved', 'ignored']);
const LEVELS = options('Any level', ['fatal', 'error', 'warning', 'info']);
/** @type {[string, string][]} */
const SORTS = [
  ['', 'Last seen'],
  ['first_seen', 'First seen'],
  ['events', 'Most events'],
  ['sessions', 'Most sessions'],
];

/** Issues, with filters over the whole set. */
export function IssueList() {
  const { query } = place.value;
  const wanted = Object.fromEntries(FILTERS.map((name) => [name, query[name]]));
  const pages = usePages(withQuery('/api/tracker/issues', { ...wanted, limit: 50 }), {
    topics: ISSUE_TOPICS,
  });
  return html`<section class="panel" aria-labelledby="issues">
    <header><h2 id="issues">Issues</h2><${Stale} error=${pages.live.error} asOf=${pages.live.asOf} /><${Filters} /></header>
    <${PagedList} pages=${pages} what="issues" row=${(/** @type {any} */ issue) => html`<${IssueRow} key=${issue.id} issue=${issue} />`}
      empty=${FILTERS.some((name) => query[name]) ? html`<${NoMatch} />` : html`<${None} />`} />
  </section>`;
}

function Filters() {
  /** @type {import('../parts/use_resource.js').Live<import('../wire').Page<import('../wire').ComponentStats>>} */
  const components = useResource('/api/tracker/components');
  const names = (components.data?.items ?? []).map(({ name }) => name);
  return html`<div class="filters end">
    <${Choice} name="state" label="State" options=${STATES} />
    <${Choice} name="component" label="Component" options=${[['', 'Any component'], ...names.map((name) => [name, name])]} />
    <${Choice} name="kind" label="Kind" options=${options('Any kind', KINDS)} />
    <${Choice} name="level" label="Level" options=${LEVELS} />
    <${Choice} name="sort" label="Order" options=${SORTS} />
    <${Search} label="Search issues" />
    <${ClearFilters} names=${FILTERS} />
  </div>`;
}

/** @param {{ issue: import('../wire').Issue }} props */
function IssueRow({ issue }) {
  const { id, title, state, level, component, kind, culprit, events, sessions, last_seen } = issue;
  return html`<li><a class=${`row issue-row ${state}`} href=${`/insights/${id}`}>
    <${Status} state=${state === 'open' ? level : state} label=${state === 'open' ? `open, ${level}` : state} iconOnly />
    <span class="two-lines"><span class="clip" dir="auto">${title}</span>
      <span class="muted small clip">${component ?? 'unknown'} · ${words(kind)}${culprit ? ` · ${culprit}` : ''}${state === 'open' ? '' : ` · ${state}`}</span></span>
    <span class="num" title=${plural(events, 'event')}>${compact(events)} <abbr class="muted small" title="events">ev</abbr></span>
    <span class="num" title=${plural(sessions, 'session')}>${compact(sessions)} <abbr class="muted small" title="sessions">ses</abbr></span>
    <span class="num muted small"><${Ago} at=${last_seen} /></span>
  </a></li>`;
}

const None = () => html`<${EmptyState} icon="ok" title="No issues">
  Errors of this page, the agent and the dashboard are grouped into issues here, within seconds.
<//>`;

const NoMatch = () =>
  html`<${EmptyState} icon="filter" title="No issue fits these filters"><${ClearFilters} names=${FILTERS} /><//>`;
