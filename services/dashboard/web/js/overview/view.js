import { PATHS, TOPICS } from '../app/paths.js';
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
  const runs = useResource(PATHS.runs, { topics: TOPICS.runs });
  const issues = useResource(PATHS.issues, { topics: TOPICS.issues });
  const health = useResource(PATHS.health, { topics: TOPICS.health });
  const oldest = [runs, issues, health].find(({ error }) => error);
  return html`<div class="page overview">
    <header class="page-head"><h1>Overview</h1>${oldest ? html`<${Stale} error=${oldest.error} asOf=${oldest.asOf} />` : null}</header>
    <${Tiles} runs=${runs} issues=${issues} health=${health} />
    <div class="columns">
      <${Attention} runs=${runs} issues=${issues} health=${health} />
      <${HealthPanel} health=${health} />
    </div>
    <${Plots} />
    <${RecentRuns} runs=${runs} />
  </div>`;
}
