import { compact, count, duration, json, percent } from '../lib/format.js';
import { Id } from '../parts/copy.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { Stale, WhenLoaded } from '../parts/states.js';
import { useResource } from '../parts/use_resource.js';
import { serverHref, TOPICS, toolPath } from './paths.js';
import { PermissionSelect } from './permission_select.js';
import { TryTool } from './try.js';

/** @typedef {import('../wire').Tool} Tool */

/** @type {Record<string, string>} */
const GROUNDS = {
  rule: 'A rule of yours says so.',
  server: 'The definition of its server says so.',
  read_only: 'It only reads.',
  default: 'Nothing else was decided.',
  changed: 'It was allowed, but its definition has changed since: look at it again.',
};

/** One tool: what it is, whether it may run, how it fares; and a call by hand. @param {{ name: string }} props */
export function ToolDetail({ name }) {
  const live = useResource(toolPath(name), { topics: TOPICS });
  return html`<a class="small back" href="/tools/list">All tools</a>
    <${WhenLoaded} live=${live} what="tool">${(/** @type {Tool} */ tool) => html`<${Detail} tool=${tool} refresh=${live.refresh} stale=${html`<${Stale} error=${live.error} asOf=${live.asOf} />`} />`}<//>`;
}

/** @param {{ tool: Tool, refresh: () => unknown, stale: unknown }} props */
function Detail({ tool, refresh, stale }) {
  const { name, source, description, input_schema, permission_from } = tool;
  return html`<div class="detail">
    <header class="detail-head">
      <h2 class="mono">${name}</h2>
      <div class="detail-line">
        <span>${source === 'builtin' ? 'Built in' : html`From <a href=${serverHref(source)}>${source}</a>`}</span>
        <span class="choices"><label for="permission">Permission</label><${PermissionSelect} tool=${tool} id="permission" /></span>
        <span class="muted small">${GROUNDS[permission_from] ?? ''}</span>${stale}
      </div>
      ${permission_from === 'changed' ? html`<div class="note warn"><${Icon} name="warn" /><p>Its definition is not the one that was allowed. Choose allow again when you have read it.</p></div>` : null}
      <${Facts} tool=${tool} />
    </header>
    <div class="columns">
      <section class="panel" aria-label="Description"><header><h2>Description</h2>${source === 'builtin' ? null : html`<span class="muted small">written by its server</span>`}</header>
        <div class="prose pre" dir="auto">${description || 'None.'}</div>
        <details class="schema"><summary><${Icon} name="chevron" size=${12} />Schema of its arguments</summary><pre tabindex="0">${json(input_schema)}</pre></details>
      </section>
      <${TryTool} tool=${tool} done=${refresh} />
    </div>
  </div>`;
}

/** @param {{ tool: Tool }} props */
function Facts({ tool: { calls, failures, p50_ms, tokens, read_only, fingerprint } }) {
  return html`<dl class="facts">
    <div><dt>Calls</dt><dd>${count(calls)}</dd></div>
    <div><dt>Failed</dt><dd>${count(failures)}${calls ? html` <span class="muted small">${percent(failures / calls)}</span>` : null}</dd></div>
    <div><dt>Half take less than</dt><dd>${duration(p50_ms)}</dd></div>
    <div><dt>Cost in prompts</dt><dd>${compact(tokens)} tokens</dd></div>
    <div><dt>Reads only</dt><dd>${read_only ? 'yes' : 'no'}</dd></div>
    ${fingerprint ? html`<div><dt>Definition</dt><dd><${Id} id=${fingerprint} /></dd></div>` : null}
  </dl>`;
}
