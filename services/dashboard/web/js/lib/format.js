/** Numbers, sizes and times as people read them; pure. Without `Intl`, whose tables take 15 ms to load at the start. */

/** @type {[size: number, letter: string][]} */
const SIZES = [
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'K'],
];
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What stands where there is no value. */
export const NONE = '–';

/** @param {number | null | undefined} value */
export const count = (value) =>
  value == null ? NONE : String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');

/** A number in a few characters: `12.3K`. @param {number | null | undefined} value */
export function compact(value) {
  if (value == null) return NONE;
  const [size, letter] = SIZES.find(([least]) => value >= least * 0.99995) ?? [1, ''];
  return `${Math.round((value / size) * 10) / 10}${letter}`;
}

/** @param {number | null | undefined} share between 0 and 1 */
export function percent(share) {
  if (share == null) return NONE;
  const value = share * 100;
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

/** @param {number | null | undefined} ms */
export function duration(ms) {
  if (ms == null) return NONE;
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${Math.floor((ms % MINUTE) / SECOND)} s`;
  return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`;
}

/**
 * How long ago, in one unit.
 * @param {number} ms
 */
export function ago(ms) {
  if (ms < 5 * SECOND) return 'just now';
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s ago`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ago`;
  return `${Math.floor(ms / DAY)} d ago`;
}

/**
 * How long until, in one unit.
 * @param {number} ms
 */
export function until(ms) {
  if (ms < SECOND) return 'now';
  if (ms < MINUTE) return `in ${Math.ceil(ms / SECOND)} s`;
  if (ms < HOUR) return `in ${Math.ceil(ms / MINUTE)} min`;
  return `in ${Math.ceil(ms / HOUR)} h`;
}

/** @param {number} number */
const two = (number) => String(number).padStart(2, '0');

/** `16:05`, by the clock of this place. @param {Date} date */
export const clockTime = (date) => `${two(date.getHours())}:${two(date.getMinutes())}`;

/** `24 Nov` @param {Date} date */
export const shortDate = (date) => `${date.getDate()} ${MONTHS[date.getMonth()]}`;

/** `24 Nov 2026, 16:05:09` @param {string | number} at */
export function exactTime(at) {
  const date = new Date(at);
  return `${shortDate(date)} ${date.getFullYear()}, ${clockTime(date)}:${two(date.getSeconds())}`;
}

/**
 * @param {number} n
 * @param {string} one
 * @param {string} [many]
 */
export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/**
 * An id short enough for a row: its prefix and its last characters.
 * @param {string} id
 */
export function shortId(id) {
  const cut = id.indexOf('_') + 1;
  return id.length - cut <= 8 ? id : `${id.slice(0, cut)}…${id.slice(-6)}`;
}

/**
 * A stable word as a person would say it: `waiting_approval` → `waiting approval`.
 * @param {string} word
 */
export const words = (word) => word.replaceAll('_', ' ');

/** @param {unknown} value */
export function json(value) {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
