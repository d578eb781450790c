import { useMemo } from 'preact/hooks';
import { now } from '../lib/clock.js';
import { countBySlot, fillSlots } from '../lib/series.js';
import { html } from '../parts/html.js';
import { Plot } from '../parts/plot.js';
import { Loading, Missing, Stale } from '../parts/states.js';
import { hrefWith, place } from '../router.js';
import { useHourOfErrors, useRunsByMinute } from './last_hour.js';
import { chosenRange, RANGES } from './ranges.js';

/** @typedef {import('./ranges.js').Range} Range */
/** @template T @typedef {import('../parts/use_resource.js').Live<T>} Live */
/** @typedef {{ stats: Live<import('../wire').RunStats>, insights: Live<import('../wire').Insights> }} Day */

/** Throughput and errors, over the last hour or day. @param {Day} props */
export function Plots({ stats, insights }) {
  const range = chosenRange();
  return html`<section class="activity" aria-labelledby="activity">
    <header class="section-head"><h2 id="activity">Activity</h2><${RangeSwitch} /></header>
    <div class="columns even">
      ${range.id === '1h' ? html`<${LastHour} range=${range} />` : html`<${LastDay} range=${range} stats=${stats} insights=${insights} />`}
    </div>
  </section>`;
}

/** Chooses the time that the plots span. */
function RangeSwitch() {
  const chosen = chosenRange();
  return html`<nav class="segments end" aria-label="Time of the plots">
    ${RANGES.map(
      (
        range,
      ) => html`<a key=${range.id} href=${hrefWith(place.value, { range: range.id })} aria-current=${range === chosen ? 'true' : undefined}
      data-action="overview.range" data-target=${range.id}>${range.label}</a>`,
    )}
  </nav>`;
}

/** @param {{ range: Range }} props */
function LastHour({ range }) {
  const errors = useHourOfErrors();
  const until = currentSlot(range);
  const { starts, counts } = useMemo(() => {
    const moments = (errors.data?.items ?? []).map(({ ts }) => Date.parse(ts));
    return countBySlot(moments, until, range.slotMs, range.slots);
  }, [errors.data, until, range]);
  const cut = errors.data?.next_cursor ? `the newest ${errors.data.items.length}` : '';
  return html`<${Throughput} range=${range} live=${useRunsByMinute()} />
    <${Errors} range=${range} live=${errors} starts=${starts} counts=${counts} cut=${cut} />`;
}

/** @param {{ range: Range } & Day} props */
function LastDay({ range, stats, insights }) {
  const until = currentSlot(range);
  const { starts, counts } = useMemo(
    () => filled(insights.data?.series, ({ errors }) => errors, range, until),
    [insights.data, until, range],
  );
  return html`<${Throughput} range=${range} live=${stats} />
    <${Errors} range=${range} live=${insights} starts=${starts} counts=${counts} />`;
}

/** @param {{ range: Range, live: Live<import('../wire').RunStats> }} props */
function Throughput({ range, live }) {
  const until = currentSlot(range);
  const { starts, lines } = useMemo(() => {
    const all = filled(live.data?.series, ({ runs }) => runs, range, until);
    const failed = filled(live.data?.series, ({ failed }) => failed, range, until);
    const lines = [
      { label: 'runs', tone: 'info', values: all.counts },
      { label: 'failed', tone: 'bad', values: failed.counts },
    ];
    return { starts: all.starts, lines };
  }, [live.data, until, range]);
  return html`<${Panel} title="Throughput" unit=${`runs ${range.per}`} live=${live} starts=${starts} lines=${lines} />`;
}

/** @param {{ range: Range, live: Live<any>, starts: number[], counts: number[], cut?: string }} props */
function Errors({ range, live, starts, counts, cut = '' }) {
  const lines = useMemo(() => [{ label: 'errors', tone: 'bad', values: counts }], [counts]);
  const unit = `errors ${range.per}${cut && `, ${cut}`}`;
  return html`<${Panel} title="Errors" unit=${unit} live=${live} starts=${starts} lines=${lines} />`;
}

/** The start of the slot that is going on, which moves the plot on. @param {Range} range */
const currentSlot = ({ slotMs }) => Math.floor(now.value / slotMs) * slotMs;

/**
 * A number of each point, in the slots that the plot shows.
 * @template {{ ts: string }} P
 * @param {P[] | undefined} series
 * @param {(point: P) => number} number
 * @param {Range} range
 * @param {number} until
 */
function filled(series, number, range, until) {
  const points = (series ?? []).map((point) => ({ at: Date.parse(point.ts), value: number(point) }));
  return fillSlots(points, until, range.slotMs, range.slots);
}

/** @param {{ title: string, unit: string, live: Live<any>, starts: number[], lines: import('../parts/plot.js').Line[] }} props */
function Panel({ title, unit, live: { data, error, asOf }, starts, lines }) {
  const stale = html`<${Stale} error=${error} asOf=${asOf} />`;
  if (data) return html`<${Plot} title=${title} unit=${unit} times=${starts} lines=${lines} note=${stale} />`;
  const inside = error
    ? html`<${Missing} what="numbers" error=${error} />`
    : html`<${Loading} label="Loading the plot" lines=${4} />`;
  return html`<figure class="panel plot">${inside}</figure>`;
}
