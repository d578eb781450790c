import { words } from '../lib/format.js';
import { html } from './html.js';
import { Icon } from './icons.js';

/** @typedef {'ok' | 'warn' | 'bad' | 'info' | 'idle'} Tone */

/** What each state means, as one of the five tones. @type {Record<string, Tone>} */
const TONES = {
  ok: 'ok',
  succeeded: 'ok',
  resolved: 'ok',
  running: 'info',
  queued: 'idle',
  ignored: 'idle',
  cancelled: 'idle',
  info: 'info',
  debug: 'idle',
  waiting_approval: 'warn',
  warning: 'warn',
  degraded: 'warn',
  denied: 'warn',
  open: 'bad',
  failed: 'bad',
  error: 'bad',
  fatal: 'bad',
  down: 'bad',
};
/** @type {Record<string, string>} */
const ICONS = { running: 'busy', waiting_approval: 'hand', queued: 'clock' };

/** @param {string} state */
export const toneOf = (state) => TONES[state] ?? 'idle';

/** A state in colour, shape and word. @param {{ state: string, label?: string, iconOnly?: boolean }} props */
export function Status({ state, label = words(state), iconOnly = false }) {
  const tone = toneOf(state);
  return html`<span class=${`state ${tone} ${state === 'running' ? 'turning' : ''}`} title=${iconOnly ? label : undefined}>
    <${Icon} name=${ICONS[state] ?? tone} size=${14} />
    <span class=${iconOnly ? 'sr-only' : ''}>${label}</span>
  </span>`;
}
