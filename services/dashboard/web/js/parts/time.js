import { now } from '../lib/clock.js';
import { ago, exactTime, NONE, until } from '../lib/format.js';
import { html } from './html.js';

/**
 * How long ago something was; the exact time on hover.
 * @param {{ at: string | number | null | undefined, bare?: boolean }} props `bare` leaves out "ago"
 */
export function Ago({ at, bare = false }) {
  if (!at) return html`<span class="muted">${NONE}</span>`;
  const date = new Date(at);
  const text = ago(Math.max(0, Math.max(now.value, Date.now()) - date.getTime()));
  const shown = bare ? text.replace(' ago', '').replace('just now', 'a moment') : text;
  return html`<time class="ago" datetime=${date.toISOString()} title=${exactTime(date.getTime())}>${shown}</time>`;
}

/** How long until something is due; the exact time on hover. @param {{ at: string | null | undefined }} props */
export function Until({ at }) {
  if (!at) return null;
  const due = Date.parse(at);
  const left = due - Math.max(now.value, Date.now());
  return html`<time datetime=${at} title=${exactTime(due)}>${until(Math.max(0, left))}</time>`;
}
