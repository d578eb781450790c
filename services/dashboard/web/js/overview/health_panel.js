import { duration } from '../lib/format.js';
import { html } from '../parts/html.js';
import { Stale, WhenLoaded } from '../parts/states.js';
import { Status } from '../parts/status.js';

/** @typedef {import('../wire').Component} Component */

/** @type {Record<string, number>} */
const ORDER = { down: 0, degraded: 1, ok: 2 };

/** The parts of the agent with their state and reason, worst first. @param {{ health: import('../parts/use_resource.js').Live<{ components: Component[] }> }} props */
export function HealthPanel({ health }) {
  return html`<section class="panel" id="parts" aria-labelledby="parts-title">
    <header><h2 id="parts-title">Parts of the agent</h2><span class="end"><${Stale} error=${health.error} asOf=${health.asOf} /></span></header>
    <${WhenLoaded} live=${health} what="parts">${(/** @type {any} */ data) => html`<${Parts} components=${data.components} />`}<//>
  </section>`;
}

/** @param {{ components: Component[] }} props */
function Parts({ components }) {
  const sorted = [...components].sort((a, b) => ORDER[a.status] - ORDER[b.status]);
  return html`<ul class="rows">${sorted.map(
    ({ name, status, detail, latency_ms }) => html`<li class="row part" key=${name}>
      <${Status} state=${status} iconOnly />
      <span class="two-lines"><span class="clip">${name}</span>${detail ? html`<span class="muted small clip" title=${detail}>${detail}</span>` : null}</span>
      <span class="num muted small">${latency_ms == null ? '' : duration(latency_ms)}</span>
    </li>`,
  )}</ul>`;
}
