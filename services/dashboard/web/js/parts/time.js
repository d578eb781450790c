import { now } from '../lib/clock.js';
import { ago, exactTime, NONE } from '../lib/format.js';
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
