import { useMemo } from 'preact/hooks';
import { now } from '../lib/clock.js';
import { countBySlot, fillSlots } from '../lib/series.js';
import { html } from '../parts/html.js';
import { Plot } from '../parts/plot.js';
import { Loading, Missing, Stale } from '../parts/states.js';
import { hrefWith, place } from '../router.js';
import { useDayOfInsights, useDayOfRuns, useHourOfErrors } from './day.js';
import { chosenRange, RANGES } from './ranges.js';

/** @typedef {import('./ranges.js').Range} Range */

/** Throughput and errors, over the last hour or day. */
export function Plots() {
  const range = chosenRange();
  return html`<section class="activity" aria-labelledby="activity">
    <header class="section-head"><h2 id="activity">Activity</h2><${RangeSwitch} /></header>
    <div class="columns even">
    <${Throughput} range=${range} />
    ${range.id === '1h' ? html`<${ErrorsByMinute} range=${range} />` : html`<${ErrorsByHour} range=${range} />`}
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

/** The start of the slot that is going on, which moves the plot on. @param {Range} range */
const currentSlot = ({ slotMs }) => Math.floor(now.value / slotMs) * slotMs;

/** @param {{ range: Range }} props */
function Throughput({ range }) {
  const live = useDayOfRuns();
  const until = currentSlot(range);
  const { starts, lines } = useMemo(() => {
    const runs = live.data?.items ?? [];
    const count = (/** @type {import('../wire').Run[]} */ some) =>
      countBySlot(
        some.map(({ created_at }) => Date.parse(created_at)),
        until,
        range.slotMs,
        range.slots,
      );
    const all = count(runs);
    const failed = count(runs.filter(({ status }) => status === 'failed'));
    const lines = [
      { label: 'runs', tone: 'info', values: all.counts },
      { label: 'failed', tone: 'bad', values: failed.counts },
    ];
    return { starts: all.starts, lines };
  }, [live.data, until, range]);
  return html`<${Panel} title="Throughput" unit=${`runs ${range.per}`} live=${live} starts=${starts} lines=${lines} />`;
}

/** @param {{ range: Range }} props */
function ErrorsByHour({ range }) {
  const live = useDayOfInsights();
  const until = currentSlot(range);
  const { starts, counts } = useMemo(() => {
    const points = (live.data?.series ?? []).map(({ ts, errors }) => ({ at: Date.parse(ts), value: errors }));
    return fillSlots(points, until, range.slotMs, range.slots);
  }, [live.data, until, range]);
  return html`<${Errors} range=${range} live=${live} starts=${starts} counts=${counts} />`;
}

/** @param {{ range: Range }} props */
function ErrorsByMinute({ range }) {
  const live = useHourOfErrors();
  const until = currentSlot(range);
  const { starts, counts } = useMemo(() => {
    const moments = (live.data?.items ?? []).map(({ ts }) => Date.parse(ts));
    return countBySlot(moments, until, range.slotMs, range.slots);
  }, [live.data, until, range]);
  return html`<${Errors} range=${range} live=${live} starts=${starts} counts=${counts} />`;
}

/** @param {{ range: Range, live: import('../parts/use_resource.js').Live<any>, starts: number[], counts: number[] }} props */
function Errors({ range, live, starts, counts }) {
  const lines = useMemo(() => [{ label: 'errors', tone: 'bad', values: counts }], [counts]);
  return html`<${Panel} title="Errors" unit=${`errors ${range.per}`} live=${live} starts=${starts} lines=${lines} />`;
}

/** @param {{ title: string, unit: string, live: import('../parts/use_resource.js').Live<any>, starts: number[], lines: import('../parts/plot.js').Line[] }} props */
function Panel({ title, unit, live: { data, error, asOf }, starts, lines }) {
  const stale = html`<${Stale} error=${error} asOf=${asOf} />`;
  if (data) return html`<${Plot} title=${title} unit=${unit} times=${starts} lines=${lines} note=${stale} />`;
  const inside = error
    ? html`<${Missing} what="numbers" error=${error} />`
    : html`<${Loading} label="Loading the plot" lines=${4} />`;
  return html`<figure class="panel plot">${inside}</figure>`;
}
