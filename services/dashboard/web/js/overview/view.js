import { FIRST } from '../app/first_screen.js';
import { html } from '../parts/html.js';
import { Stale } from '../parts/states.js';
import { useResource } from '../parts/use_resource.js';
import { Attention } from './attention.js';
import { HealthPanel } from './health_panel.js';
import { Plots } from './plots.js';
import { RecentRuns } from './recent_runs.js';
import { Tiles } from './tiles.js';

/** How all is, and what needs a person. */
export default function Overview() {
  const shown = {
    runs: useResource(...FIRST.runs),
    stats: useResource(...FIRST.run_stats),
    approvals: useResource(...FIRST.approvals),
    insights: useResource(...FIRST.insights),
    issues: useResource(...FIRST.issues),
    health: useResource(...FIRST.health),
  };
  const oldest = Object.values(shown).find(({ error }) => error);
  return html`<div class="page overview">
    <header class="page-head"><h1>Overview</h1>${oldest ? html`<${Stale} error=${oldest.error} asOf=${oldest.asOf} />` : null}</header>
    <${Tiles} ...${shown} />
    <div class="columns">
      <${Attention} ...${shown} />
      <${HealthPanel} health=${shown.health} />
    </div>
    <${Plots} stats=${shown.stats} insights=${shown.insights} />
    <${RecentRuns} runs=${shown.runs} />
  </div>`;
}
