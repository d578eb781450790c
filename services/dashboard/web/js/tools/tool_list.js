import { withQuery } from '../api.js';
import { compact, duration } from '../lib/format.js';
import { Choice, ClearFilters, Search } from '../parts/filters.js';
import { html } from '../parts/html.js';
import { PagedList } from '../parts/paged_list.js';
import { EmptyState, Stale } from '../parts/states.js';
import { usePages } from '../parts/use_pages.js';
import { useResource } from '../parts/use_resource.js';
import { place } from '../router.js';
import { SERVERS, TOOLS, TOPICS, toolHref } from './paths.js';
import { PermissionSelect } from './permission_select.js';

/** @typedef {import('../wire').Tool} Tool */

const FILTERS = ['source', 'permission', 'q'];
const PAGE = 100;
const POLL_MS = 15_000;
/** @type {[string, string][]} */
const PERMISSIONS = [
  ['', 'Any permission'],
  ['allow', 'allow'],
  ['ask', 'ask'],
  ['deny', 'deny'],
];

/** All tools, built-in and of servers, with filters over the whole set. */
export function ToolList() {
  const { query } = place.value;
  const wanted = Object.fromEntries(FILTERS.map((name) => [name, query[name]]));
  const pages = usePages(withQuery(TOOLS, { ...wanted, limit: PAGE }), { topics: TOPICS, pollMs: POLL_MS });
  return html`<section class="panel" aria-label="Tools">
    <header class="filters">
      <${Sources} /><${Choice} name="permission" label="Permission" options=${PERMISSIONS} />
      <${Search} label="Search tools" /><${ClearFilters} names=${FILTERS} />
      <${Stale} error=${pages.live.error} asOf=${pages.live.asOf} />
    </header>
    <${PagedList} pages=${pages} what="tools" row=${(/** @type {Tool} */ tool) => html`<${Row} key=${tool.name} tool=${tool} />`}
      empty=${html`<${EmptyState} icon="filter" title="No tool fits these filters"><${ClearFilters} names=${FILTERS} /><//>`} />
  </section>`;
}

function Sources() {
  /** @type {import('../parts/use_resource.js').Live<import('../wire').Page<import('../wire').McpServer>>} */
  const servers = useResource(`${SERVERS}?limit=500`, { topics: TOPICS });
  const names = (servers.data?.items ?? []).map(({ name }) => name);
  return html`<${Choice} name="source" label="Source" options=${[['', 'Any source'], ['builtin', 'built in'], ...names.map((name) => [name, name])]} />`;
}

/** @param {{ tool: Tool }} props */
function Row({ tool }) {
  const { name, source, description, calls, failures, p50_ms, tokens } = tool;
  return html`<li><div class="row tool-row">
    <a class="two-lines" href=${toolHref(name)}><span class="clip mono">${name}</span><span class="small muted clip" dir="auto">${description}</span></a>
    <span class="muted small clip">${source === 'builtin' ? 'built in' : source}</span>
    <${PermissionSelect} tool=${tool} />
    <span class="num">${compact(calls)} <abbr class="muted small" title="calls">calls</abbr></span>
    <span class=${`num ${failures ? 'bad' : ''}`}>${compact(failures)} <abbr class="muted small" title="calls that failed">failed</abbr></span>
    <span class="num" title="half of its newest calls took less">${duration(p50_ms)}</span>
    <span class="num">${compact(tokens)} <abbr class="muted small" title="tokens in every prompt">tok</abbr></span>
  </div></li>`;
}
