import { compact, count, plural, words } from '../lib/format.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { Stale, WhenLoaded } from '../parts/states.js';
import { Status } from '../parts/status.js';
import { Ago, Until } from '../parts/time.js';
import { useResource } from '../parts/use_resource.js';
import { whereOf } from './definition.js';
import { Prompts, Resources, ServerTools } from './offers.js';
import { serverPath, TOPICS } from './paths.js';
import { ServerActions } from './server_actions.js';
import { ServerLog } from './server_log.js';
import { reasonOf, shownState } from './states.js';

/** @typedef {import('../wire').McpServer} McpServer */

/** One server: how it is and why, what it offers, what it wrote, and what can be done. @param {{ name: string }} props */
export function ServerDetail({ name }) {
  const live = useResource(serverPath(name), { topics: TOPICS });
  return html`<a class="small back" href="/tools">All servers</a>
    <${WhenLoaded} live=${live} what="server">${(/** @type {McpServer} */ server) => html`<${Detail} server=${server} stale=${html`<${Stale} error=${live.error} asOf=${live.asOf} />`} />`}<//>`;
}

/** @param {{ server: McpServer, stale: unknown }} props */
function Detail({ server, stale }) {
  return html`<div class="detail">
    <header class="detail-head">
      <h2>${server.name}</h2>
      <div class="detail-line"><${Status} ...${shownState(server.state)} /><span class="muted small">for <${Ago} at=${server.since} bare /></span>${stale}</div>
      <${Trouble} server=${server} />
      <${ServerActions} server=${server} />
      <${Facts} server=${server} />
    </header>
    ${server.tools.length ? html`<${ServerTools} server=${server} />` : null}
    <div class="columns">
      <${ServerLog} name=${server.name} />
      <${Definition} server=${server} />
    </div>
    ${server.tools.length ? null : html`<${ServerTools} server=${server} />`}
    ${server.resource_count ? html`<${Resources} name=${server.name} />` : null}
    ${server.prompt_count ? html`<${Prompts} name=${server.name} />` : null}
  </div>`;
}

/** Why it does not work, and when it is tried again. @param {{ server: McpServer }} props */
function Trouble({ server }) {
  const { breaker, last_error, last_error_at, state } = server;
  const reason = reasonOf(server);
  const past = !reason && last_error;
  if (past)
    return html`<p class="muted small" dir="auto">Last error, <${Ago} at=${last_error_at} />: ${last_error}</p>`;
  if (!reason) return null;
  const tone = state === 'open' ? 'bad' : 'warn';
  const failed = breaker.failures ? `${plural(breaker.failures, 'failure')} in a row.` : '';
  return html`<div class=${`note ${tone}`}><${Icon} name=${tone} />
    <div><p class="problem-text" dir="auto">${reason}</p>
    ${breaker.status === 'closed' && !breaker.next_probe ? null : html`<p class="muted small">Breaker ${words(breaker.status)}. ${failed} ${breaker.next_probe ? html`Next try <${Until} at=${breaker.next_probe} />.` : null}</p>`}</div>
  </div>`;
}

/** @param {{ server: McpServer }} props */
function Facts({ server }) {
  const { server_name, server_version, protocol_version, pid, connects, tools, tokens, transport } = server;
  return html`<dl class="facts">
    <div><dt>Tools</dt><dd>${count(tools.length)}</dd></div>
    <div><dt>Cost in prompts</dt><dd>${compact(tokens)} tokens</dd></div>
    <div><dt>Transport</dt><dd>${transport}</dd></div>
    <div><dt>Protocol</dt><dd>${protocol_version ?? 'unknown'}</dd></div>
    <div><dt>Program</dt><dd>${server_name ? `${server_name} ${server_version ?? ''}` : 'unknown'}</dd></div>
    <div><dt>Connected</dt><dd>${plural(connects, 'time')}</dd></div>
    ${pid ? html`<div><dt>Process</dt><dd>${pid}</dd></div>` : null}
  </dl>`;
}

/** What somebody defined; secrets only as set. @param {{ server: McpServer }} props */
function Definition({ server }) {
  const { origin, cwd, env, headers, permissions, allow_sampling, instructions } = server;
  const values = Object.entries(server.transport === 'stdio' ? env : headers);
  return html`<section class="panel" aria-label="Definition"><header><h2>Definition</h2><span class="muted small">${origin === 'file' ? 'from the configuration file, changed there' : 'added here'}</span></header>
    <div class="prose">
      <pre tabindex="0" aria-label="Command or address">${whereOf(server)}</pre>
      <dl class="pairs">
        ${cwd ? html`<div><dt>Folder</dt><dd class="mono">${cwd}</dd></div>` : null}
        ${values.map(([name, value]) => html`<div key=${name}><dt class="mono">${name}</dt><dd class="mono">${typeof value === 'string' ? value : html`<span class="muted">set, and kept secret</span>`}</dd></div>`)}
        ${Object.entries(permissions).map(([pattern, decision]) => html`<div key=${`p.${pattern}`}><dt>${decision}</dt><dd class="mono">${pattern}</dd></div>`)}
        ${allow_sampling ? html`<div><dt>Sampling</dt><dd>It may ask for a model's answer.</dd></div>` : null}
      </dl>
      ${instructions ? html`<p class="label">Its instructions</p><p class="pre" dir="auto">${instructions}</p>` : null}
    </div>
  </section>`;
}
