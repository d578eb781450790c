import { useMemo } from 'preact/hooks';
import { now } from '../lib/clock.js';
import { countBySlot, fillSlots } from '../lib/series.js';
import { html } from '../parts/html.js';
import { Plot } from '../parts/plot.js';
import { Loading, Missing, Stale } from '../parts/states.js';
import { HOUR_MS, HOURS, useDayOfInsights, useDayOfRuns } from './day.js';

/** Throughput and errors of the last day. */
export function Plots() {
  return html`<div class="columns even"><${Throughput} /><${Errors} /></div>`;
}

function Throughput() {
  const { data, error, asOf } = useDayOfRuns();
  const until = Math.floor(now.value / HOUR_MS) * HOUR_MS;
  const { starts, all, failed } = useMemo(() => {
    const runs = data?.items ?? [];
    const at = (/** @type {import('../wire').Run[]} */ some) =>
      some.map(({ created_at }) => Date.parse(created_at));
    const every = countBySlot(at(runs), until, HOUR_MS, HOURS);
    const bad = countBySlot(at(runs.filter(({ status }) => status === 'failed')), until, HOUR_MS, HOURS);
    return { starts: every.starts, all: every.counts, failed: bad.counts };
  }, [data, until]);
  const lines = useMemo(
    () => [
      { label: 'runs', tone: 'info', values: all },
      { label: 'failed', tone: 'bad', values: failed },
    ],
    [all, failed],
  );
  if (!data) return html`<${Waiting} error=${error} />`;
  return html`<${Plot} title="Throughput" unit="runs per hour" times=${starts} lines=${lines} note=${html`<${Stale} error=${error} asOf=${asOf} />`} />`;
}

function Errors() {
  const { data, error, asOf } = useDayOfInsights();
  const until = Math.floor(now.value / HOUR_MS) * HOUR_MS;
  const { starts, lines } = useMemo(() => {
    const points = (data?.series ?? []).map(({ ts, errors }) => ({ at: Date.parse(ts), value: errors }));
    const { starts, counts } = fillSlots(points, until, HOUR_MS, HOURS);
    return { starts, lines: [{ label: 'errors', tone: 'bad', values: counts }] };
  }, [data, until]);
  if (!data) return html`<${Waiting} error=${error} />`;
  return html`<${Plot} title="Errors" unit="errors per hour" times=${starts} lines=${lines} note=${html`<${Stale} error=${error} asOf=${asOf} />`} />`;
}

/** @param {{ error: Error | null }} props */
function Waiting({ error }) {
  const inside = error
    ? html`<${Missing} what="numbers" error=${error} />`
    : html`<${Loading} label="Loading the plot" lines=${4} />`;
  return html`<figure class="panel plot">${inside}</figure>`;
}
