/** Draws plots with uPlot; loaded only where one is shown. */

import UPlot from 'uplot';
import { clockTime, compact, shortDate } from '../lib/format.js';

/** @typedef {import('./plot.js').Line} Line */
/** @typedef {{ times: number[], lines: Line[] }} Data */
/** @typedef {(name: string, percent?: number) => string} Colour a token, how much of it */
/** @typedef {{ update: (data: Data) => void, destroy: () => void }} Chart */

const HEIGHT = 168;
const DAY_S = 86_400;

/**
 * @param {HTMLElement} box
 * @param {Data} data
 * @param {string} unit
 * @returns {Chart}
 */
export function draw(box, data, unit) {
  const chart = new UPlot(options(box, data, unit), columns(data), box);
  const observer = new ResizeObserver(() => chart.setSize({ width: box.clientWidth, height: HEIGHT }));
  observer.observe(box);
  return {
    update: (next) => chart.setData(columns(next)),
    destroy() {
      observer.disconnect();
      chart.destroy();
    },
  };
}

/** @param {Data} data @returns {UPlot.AlignedData} */
const columns = ({ times, lines }) => [times.map((ms) => ms / 1000), ...lines.map(({ values }) => values)];

/**
 * @param {HTMLElement} box
 * @param {Data} data
 * @param {string} unit
 * @returns {UPlot.Options}
 */
function options(box, { lines }, unit) {
  const colour = colours(box);
  const scaleOf = (/** @type {Line} */ line) => (line.line ? 'other' : 'y');
  const axes = [timeAxis(colour), countAxis(colour, 'y', 3)];
  if (lines.some(({ line }) => line)) axes.push(countAxis(colour, 'other', 1));
  return {
    width: box.clientWidth,
    height: HEIGHT,
    padding: [8, 20, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { range: wholeSlots }, y: { range: fromZero }, other: { range: fromZero } },
    axes,
    series: [
      {},
      ...lines.map((line) => ({ ...style(line, colour), label: line.label, scale: scaleOf(line) })),
    ],
    plugins: [readout(unit)],
  };
}

/** To the end of the last slot, which is still going on. @param {UPlot} chart @param {number} min @param {number} max @returns {[number, number]} */
function wholeSlots(chart, min, max) {
  const [times] = chart.data;
  return [min, max + (times.length > 1 ? times[1] - times[0] : 1)];
}

/** @param {UPlot} _ @param {number} __ @param {number} max @returns {[number, number]} */
const fromZero = (_, __, max) => [0, Math.max(4, max * 1.1)];

/** @param {Colour} colour @returns {UPlot.Axis} */
const timeAxis = (colour) => ({
  stroke: colour('--muted'),
  grid: { show: false },
  ticks: { stroke: colour('--line'), size: 4 },
  font: '11px sans-serif',
  size: 28,
  space: 64,
  values: (_, ticks, __, ___, step) => ticks.map((tick) => moment(tick, step)),
});

/** A date where a day begins, else the time of day. @param {number} seconds @param {number} step between two of them */
function moment(seconds, step) {
  const at = new Date(seconds * 1000);
  const dayBegins = at.getHours() === 0 && at.getMinutes() === 0;
  return dayBegins || step >= DAY_S ? shortDate(at) : clockTime(at);
}

/** @param {Colour} colour @param {string} scale @param {1 | 3} side @returns {UPlot.Axis} */
const countAxis = (colour, scale, side) => ({
  scale,
  side,
  stroke: colour('--muted'),
  grid: { show: side === 3, stroke: colour('--line'), width: 1 },
  ticks: { show: false },
  font: '11px sans-serif',
  size: 44,
  space: 32,
  incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6],
  values: (_, ticks) => ticks.map((tick) => compact(tick)),
});

/** @param {Line} line @param {Colour} colour @returns {Partial<UPlot.Series>} */
function style(line, colour) {
  const stroke = colour(`--${line.tone}`);
  if (line.line) return { stroke, width: 1.5, points: { show: false } };
  const fill = colour(`--${line.tone}`, 78);
  return {
    fill,
    stroke: fill,
    width: 0,
    points: { show: false },
    paths: UPlot.paths.bars?.({ size: [0.62, 20], align: 1 }),
  };
}

/** Reads tokens as colours a canvas understands. @param {HTMLElement} box @returns {Colour} */
function colours(box) {
  const probe = document.createElement('i');
  box.append(probe);
  probe.hidden = true;
  return (/** @type {string} */ name, percent = 100) => {
    probe.style.color = `color-mix(in srgb, var(${name}) ${percent}%, var(--panel))`;
    return getComputedStyle(probe).color;
  };
}

/** The numbers under the pointer, in words. @param {string} unit @returns {UPlot.Plugin} */
function readout(unit) {
  const tip = document.createElement('div');
  tip.className = 'plot-tip';
  return {
    hooks: {
      init: (chart) => chart.over.append(tip),
      setCursor: (chart) => {
        const { idx, left = 0 } = chart.cursor;
        tip.hidden = idx == null || left < 0;
        if (idx == null) return;
        tip.textContent = sentence(chart, idx, unit);
        tip.classList.toggle('leftwards', left > chart.over.clientWidth / 2);
        tip.style.left = `${left}px`;
      },
    },
  };
}

/** @param {UPlot} chart @param {number} index @param {string} unit */
function sentence(chart, index, unit) {
  const at = new Date(chart.data[0][index] * 1000);
  const values = chart.series.slice(1).map(({ label }, line) => `${chart.data[line + 1][index]} ${label}`);
  return `${clockTime(at)}  ${values.join(', ')} (${unit})`;
}
