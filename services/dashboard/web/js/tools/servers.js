import { compact, plural } from '../lib/format.js';
import { Choice, ClearFilters, Search } from '../parts/filters.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { EmptyState, Stale, WhenLoaded } from '../parts/states.js';
import { Status } from '../parts/status.js';
import { Until } from '../parts/time.js';
import { useResource } from '../parts/use_resource.js';
import { place } from '../router.js';
import { whereOf } from './definition.js';
import { SERVERS, serverHref, TOPICS } from './paths.js';
import { fitting, reasonOf, shownState, worstFirst } from './states.js';

/** @typedef {import('../wire').McpServer} McpServer */

const FILTERS = ['state', 'q'];
/** @type {[string, string][]} */
const STATES = [
  ['', 'Any state'],
  ['ready', 'Ready'],
  ['open', 'Breaker open'],
  ['failing', 'Failing'],
  ['needs_sign_in', 'Needs sign-in'],
  ['connecting', 'Connecting'],
  ['disabled', 'Disabled'],
];

/** All MCP servers, those that need a person first. */
export function ServerList() {
  /** @type {import('../parts/use_resource.js').Live<import('../wire').Page<McpServer>>} */
  const live = useResource(`${SERVERS}?limit=500`, { topics: TOPICS });
  return html`<section class="panel" aria-labelledby="servers">
    <header><h2 id="servers">MCP servers</h2><${Numbers} servers=${live.data?.items ?? []} /><${Stale} error=${live.error} asOf=${live.asOf} />
      <div class="filters end">
        <${Choice} name="state" label="State" options=${STATES} /><${Search} label="Search servers" /><${ClearFilters} names=${FILTERS} />
        <a class="button" href="/tools/import" data-action="mcp.import_open">Paste JSON</a>
        <a class="button primary" href="/tools/new" data-action="mcp.add_open"><${Icon} name="plus" />Add server</a>
      </div>
    </header>
    <${WhenLoaded} live=${live} what="servers">${(/** @type {import('../wire').Page<McpServer>} */ { items }) => html`<${Rows} servers=${items} />`}<//>
  </section>`;
}

/** @param {{ servers: McpServer[] }} props */
function Numbers({ servers }) {
  if (!servers.length) return null;
  const tools = servers.reduce((sum, server) => sum + server.tools.length, 0);
  const tokens = servers.reduce((sum, server) => sum + server.tokens, 0);
  const ready = servers.filter(({ state }) => state === 'ready').length;
  return html`<span class="muted small">${ready} of ${servers.length} ready · ${plural(tools, 'tool')} · ${compact(tokens)} tokens</span>`;
}

/** @param {{ servers: McpServer[] }} props */
function Rows({ servers }) {
  const shown = worstFirst(fitting(servers, place.value.query));
  if (!servers.length) return html`<${None} />`;
  if (!shown.length)
    return html`<${EmptyState} icon="filter" title="No server fits these filters"><${ClearFilters} names=${FILTERS} /><//>`;
  return html`<ul class="rows">${shown.map((server) => html`<${Row} key=${server.name} server=${server} />`)}</ul>`;
}

/** @param {{ server: McpServer }} props */
function Row({ server }) {
  const { name, state, tools, tokens, protocol_version, breaker } = server;
  const reason = reasonOf(server);
  return html`<li><a class="row server-row" href=${serverHref(name)}>
    <${Status} ...${shownState(state)} />
    <span class="two-lines"><span class="clip">${name}</span>
      ${reason ? html`<span class=${`small clip ${state === 'open' ? 'bad' : 'warn'}`} title=${reason} dir="auto">${reason}</span>` : html`<span class="small muted clip mono">${whereOf(server)}</span>`}</span>
    <span class="muted small next">${breaker.next_probe ? html`next try <${Until} at=${breaker.next_probe} />` : ''}</span>
    <span class="muted small mono">${protocol_version ?? ''}</span>
    <span class="num">${tools.length} <abbr class="muted small" title="tools">tools</abbr></span>
    <span class="num">${compact(tokens)} <abbr class="muted small" title="tokens in every prompt">tok</abbr></span>
  </a></li>`;
}

const None = () => html`<${EmptyState} icon="plug" title="No MCP servers yet">
  MCP servers give the agent more tools: files, databases, browsers, whatever speaks the Model Context Protocol.
  <span class="choices"><a class="button primary" href="/tools/new">Add a server</a><a class="button" href="/tools/import">Paste the JSON of another client</a></span>
<//>`;
