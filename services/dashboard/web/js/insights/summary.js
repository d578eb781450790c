import { useMemo } from 'preact/hooks';
import { FIRST } from '../app/first_screen.js';
import { now } from '../lib/clock.js';
import { count, percent } from '../lib/format.js';
import { fillSlots } from '../lib/series.js';
import { html } from '../parts/html.js';
import { Plot } from '../parts/plot.js';
import { Stale, WhenLoaded } from '../parts/states.js';
import { useResource } from '../parts/use_resource.js';

const HOUR_MS = 3_600_000;
const HOURS = 24;

/** The numbers of the last day, and how they came about. */
export function Summary() {
  /** @type {import('../parts/use_resource.js').Live<import('../wire').Insights>} */
  const live = useResource(...FIRST.insights);
  return html`<${WhenLoaded} live=${live} what="numbers" lines=${3}>${(
    /** @type {import('../wire').Insights} */ data,
  ) => html`<div class="summary">
    <${Numbers} data=${data} /><${Course} data=${data} stale=${html`<${Stale} error=${live.error} asOf=${live.asOf} />`} />
  </div>`}<//>`;
}

/** @param {{ data: import('../wire').Insights }} props */
function Numbers({ data }) {
  return html`<dl class="numbers panel">
    <${Figure} label="Errors" value=${count(data.errors)} />
    <${Figure} label="Error rate" value=${percent(data.error_rate)} note="of errors and interactions" />
    <${Figure} label="Interactions" value=${count(data.interactions)} />
    <${Figure} label="Sessions" value=${count(data.sessions)} />
    <${Figure} label="Open issues" value=${count(data.open_issues)} note=${`${count(data.new_issues)} new, ${count(data.regressed_issues)} regressed`} />
  </dl>`;
}

/** @param {{ label: string, value: string, note?: string }} props */
function Figure({ label, value, note = '' }) {
  return html`<div><dt class="muted small">${label}</dt><dd><strong>${value}</strong>${note ? html`<span class="muted small">${note}</span>` : null}</dd></div>`;
}

/** @param {{ data: import('../wire').Insights, stale: unknown }} props */
function Course({ data, stale }) {
  const until = Math.floor(now.value / HOUR_MS) * HOUR_MS;
  const { starts, lines } = useMemo(() => {
    const slots = (/** @type {'errors' | 'interactions'} */ name) =>
      fillSlots(
        data.series.map((point) => ({ at: Date.parse(point.ts), value: point[name] })),
        until,
        HOUR_MS,
        HOURS,
      );
    const errors = slots('errors');
    return {
      starts: errors.starts,
      lines: [
        { label: 'errors', tone: 'bad', values: errors.counts },
        { label: 'interactions (right)', tone: 'accent', values: slots('interactions').counts, line: true },
      ],
    };
  }, [data, until]);
  return html`<${Plot} title="Errors and use" unit="per hour" times=${starts} lines=${lines} note=${stale} />`;
}
