import { html } from '../parts/html.js';
import { EmptyState, Stale, WhenLoaded } from '../parts/states.js';
import { RunRow } from '../runs/row.js';

/** @param {{ runs: import('../parts/use_resource.js').Live<import('../wire').Page<import('../wire').Run>> }} props */
export function RecentRuns({ runs }) {
  return html`<section class="panel" aria-labelledby="recent">
    <header><h2 id="recent">Recent runs</h2><${Stale} error=${runs.error} asOf=${runs.asOf} /><a class="end small" href="/runs">All runs</a></header>
    <${WhenLoaded} live=${runs} what="runs">${(/** @type {any} */ { items }) => (items.length ? html`<ul class="rows">${items.slice(0, 10).map((/** @type {any} */ run) => html`<${RunRow} key=${run.id} run=${run} />`)}</ul>` : html`<${None} />`)}<//>
  </section>`;
}

const None = () =>
  html`<${EmptyState} icon="chat" title="No runs yet"><a class="button primary" href="/chat">Ask the agent something</a><//>`;
