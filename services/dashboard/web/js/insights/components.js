import { compact, percent } from '../lib/format.js';
import { html } from '../parts/html.js';
import { Sparkline } from '../parts/sparkline.js';
import { EmptyState, Stale, WhenLoaded } from '../parts/states.js';
import { Ago } from '../parts/time.js';
import { useResource } from '../parts/use_resource.js';

/** @typedef {import('../wire').ComponentStats} ComponentStats */

const TOPICS = ['tracker.issue.new', 'tracker.issue.updated'];

/** Where errors come from: each component with its error rate, worst first. */
export function ComponentsPanel() {
  /** @type {import('../parts/use_resource.js').Live<import('../wire').Page<ComponentStats>>} */
  const live = useResource('/api/tracker/components', { topics: TOPICS });
  return html`<section class="panel" aria-labelledby="components">
    <header><h2 id="components">Components</h2><span class="end"><${Stale} error=${live.error} asOf=${live.asOf} /></span></header>
    <${WhenLoaded} live=${live} what="components">${(/** @type {import('../wire').Page<ComponentStats>} */ { items }) => (items.length ? html`<${Table} items=${items} />` : html`<${None} />`)}<//>
  </section>`;
}

/** @param {{ items: ComponentStats[] }} props */
function Table({ items }) {
  const sorted = [...items].sort((a, b) => b.errors - a.errors);
  return html`<div class="scroll-x" tabindex="0" role="region" aria-label="Components, table"><table class="grid">
    <thead><tr><th>Component</th><th class="num">Errors</th><th class="num">Interactions</th><th class="num">Failed</th><th class="num">Error rate</th><th>Errors, 24 h</th><th class="num">Last seen</th></tr></thead>
    <tbody>${sorted.map(
      (one) => html`<tr key=${one.name}>
        <td><a href=${`/insights?component=${encodeURIComponent(one.name)}`}>${one.name}</a></td>
        <td class="num">${compact(one.errors)}</td><td class="num">${compact(one.interactions)}</td><td class="num">${compact(one.failures)}</td>
        <td class="num">${percent(one.error_rate)}</td>
        <td><${Sparkline} values=${one.trend ?? []} label=${`Errors of ${one.name}, by hour`} /></td>
        <td class="num muted"><${Ago} at=${one.last_seen} /></td>
      </tr>`,
    )}</tbody>
  </table></div>`;
}

const None = () =>
  html`<${EmptyState} icon="pulse" title="Nothing tracked yet">Tabs, tools and models appear here with what they do and what fails.<//>`;
