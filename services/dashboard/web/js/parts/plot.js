import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { count, exactTime } from '../lib/format.js';
import { theme } from '../preferences.js';
import { html } from './html.js';
import { Icon } from './icons.js';
import { Loading } from './states.js';

/** @typedef {{ label: string, tone: string, values: number[], line?: boolean }} Line */

/**
 * @typedef {object} PlotProps
 * @property {string} title
 * @property {string} unit what the numbers count, and per what time
 * @property {number[]} times ms, the start of each slot
 * @property {Line[]} lines
 * @property {import('preact').ComponentChildren} [note]
 */

/** Counts over time, drawn or as a table. The drawing code is loaded when the first plot shows. @param {PlotProps} props */
export function Plot({ title, unit, times, lines, note }) {
  const asTable = useSignal(false);
  return html`<figure class="panel plot">
    <header>
      <h2>${title}</h2><span class="muted small">${unit}</span>${note}
      ${lines.length > 1 ? html`<${LegendOf} lines=${lines} />` : null}
      <button type="button" class="icon-button end" aria-pressed=${asTable.value ? 'true' : 'false'} data-action="plot.table"
        title=${asTable.value ? 'As a plot' : 'As a table'} aria-label=${`${title} as a table`} onClick=${() => (asTable.value = !asTable.value)}>
        <${Icon} name=${asTable.value ? 'plot' : 'table'} />
      </button>
    </header>
    ${asTable.value ? html`<${Table} title=${title} times=${times} lines=${lines} />` : html`<${Drawing} title=${title} unit=${unit} times=${times} lines=${lines} />`}
  </figure>`;
}

/** @param {{ lines: Line[] }} props */
function LegendOf({ lines }) {
  return html`<ul class="plot-legend">
    ${lines.map(({ label, tone, line }) => html`<li key=${label} class="small"><i class=${`${tone} ${line ? 'line' : ''}`}></i>${label}</li>`)}
  </ul>`;
}

/** @param {{ title: string, times: number[], lines: Line[] }} props */
function Table({ title, times, lines }) {
  return html`<div class="plot-table" tabindex="0" role="region" aria-label=${`${title}, table`}><table>
    <thead><tr><th>From</th>${lines.map(({ label }) => html`<th class="num" key=${label}>${label}</th>`)}</tr></thead>
    <tbody>${times
      .map(
        (at, slot) =>
          html`<tr key=${at}><td>${exactTime(at)}</td>${lines.map(({ label, values }) => html`<td class="num" key=${label}>${count(values[slot])}</td>`)}</tr>`,
      )
      .reverse()}</tbody>
  </table></div>`;
}

/** @param {PlotProps} props */
function Drawing({ title, unit, times, lines }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const chart = useRef(/** @type {import('./drawing.js').Chart | null} */ (null));
  const failed = useSignal(false);
  const ready = useSignal(false);
  const newest = useRef({ times, lines });
  newest.current = { times, lines };
  const shape = `${theme.value} ${lines.map(({ label }) => label)}`;
  useEffect(() => {
    let gone = false;
    const begin = async () => {
      const { draw } = await import('./drawing.js');
      if (gone || !box.current) return;
      ready.value = true;
      chart.current = draw(box.current, newest.current, unit);
    };
    begin().catch(() => (failed.value = true));
    return () => {
      gone = true;
      chart.current?.destroy();
      chart.current = null;
    };
  }, [shape]);
  useEffect(() => chart.current?.update({ times, lines }), [times, lines]);
  if (failed.value) return html`<${Table} title=${title} times=${times} lines=${lines} />`;
  return html`<div class="plot-box" role="img" aria-label=${summary(title, lines)} ref=${box}>${ready.value ? null : html`<${Loading} label="Loading the plot" lines=${3} />`}</div>`;
}

/** What the plot says, in words. @param {string} title @param {Line[]} lines */
function summary(title, lines) {
  const sums = lines.map(({ label, values }) => {
    const total = values.reduce((sum, value) => sum + value, 0);
    return `${label}: ${count(total)} in all, ${count(Math.max(0, ...values))} at most`;
  });
  return `${title}. ${sums.join('; ')}.`;
}
