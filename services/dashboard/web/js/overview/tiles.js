import { count, NONE, percent, plural } from '../lib/format.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { upstreams } from '../upstreams.js';

/** @template T @typedef {import('../parts/use_resource.js').Live<T>} Live */
/** @template T @typedef {import('../wire').Page<T>} Page */

/**
 * @typedef {object} Props
 * @property {Live<Page<import('../wire').Run>>} runs
 * @property {Live<import('../wire').RunStats>} stats
 * @property {Live<Page<import('../wire').Approval>>} approvals that wait
 * @property {Live<import('../wire').Insights>} insights
 * @property {Live<Page<import('../wire').Issue>>} issues
 * @property {Live<{ components: import('../wire').Component[] }>} health
 */

/** The state of things in numbers; each leads to what it counts. @param {Props} props */
export function Tiles({ health, ...live }) {
  const insights = live.insights.data;
  const stats = live.stats.data;
  const { running = 0, queued = 0 } = stats?.unfinished ?? {};
  const waiting = live.approvals.data?.items.length ?? null;
  const failed = stats?.failed ?? null;
  const open = insights?.open_issues ?? null;
  return html`<section aria-label="Numbers"><ul class="tiles">
    <${ServicesTile} components=${health.data?.components ?? []} />
    <${Tile} label="Under way" value=${stats ? running + queued : null} href="/runs?status=running,queued" note="runs" />
    <${Tile} label="Waiting for you" value=${waiting} tone=${waiting ? 'warn' : ''} href="/runs?status=waiting_approval" note="approvals" />
    <${Tile} label="Failed" value=${failed} tone=${failed ? 'bad' : ''} href="/runs?status=failed" note=${stats ? `of ${plural(stats.runs, 'run')} in 24 h` : NONE} />
    <${Tile} label="Open issues" value=${open} tone=${open ? 'bad' : ''} href="/insights?state=open" note=${insights ? `${insights.new_issues} new in 24 h` : NONE} />
    <${Tile} label="Errors" value=${insights?.errors ?? null} tone=${insights?.errors ? 'bad' : ''} href="/insights?state=open&sort=events"
      note=${insights ? `error rate ${percent(insights.error_rate)}` : NONE} />
  </ul></section>`;
}

/** @param {{ label: string, value: number | null, note: string, href: string, tone?: string }} props */
function Tile({ label, value, note, href, tone = '' }) {
  return html`<li><a class="tile" href=${href} data-action="overview.tile" data-target=${label}>
    <span class="tile-label">${label}${tone ? html`<${Icon} name=${tone} size=${14} label="needs a look" />` : null}</span>
    <strong class=${tone}>${count(value)}</strong>
    <span class="muted small clip">${note}</span>
  </a></li>`;
}

/** @param {{ components: import('../wire').Component[] }} props */
function ServicesTile({ components }) {
  const { agent, tracker } = upstreams.value;
  const states = [agent.status, tracker.status, ...components.map(({ status }) => status)];
  const down = states.filter((status) => status === 'down').length;
  const degraded = states.filter((status) => status === 'degraded').length;
  const tone = down ? 'bad' : degraded ? 'warn' : 'ok';
  const word = down ? 'Down' : degraded ? 'Degraded' : 'All well';
  const note =
    down || degraded
      ? `${count(down + degraded)} of ${count(states.length)} parts`
      : `${count(states.length)} parts`;
  return html`<li><a class="tile" href="/?parts=all#parts" data-action="overview.tile" data-target="parts">
    <span class="tile-label">Services<${Icon} name=${tone} size=${14} /></span>
    <strong class=${tone}>${word}</strong><span class="muted small">${note}</span>
  </a></li>`;
}
