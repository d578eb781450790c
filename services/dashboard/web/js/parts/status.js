import { words } from '../lib/format.js';
import { html } from './html.js';
import { Icon } from './icons.js';

/** @typedef {'ok' | 'warn' | 'bad' | 'info' | 'idle'} Tone */

/** What each state means, as one of the five tones. @type {Record<string, Tone>} */
const TONES = {
  ok: 'ok',
  succeeded: 'ok',
  resolved: 'ok',
  ready: 'ok',
  running: 'info',
  connecting: 'info',
  queued: 'idle',
  ignored: 'idle',
  cancelled: 'idle',
  disabled: 'idle',
  stopped: 'idle',
  info: 'info',
  debug: 'idle',
  waiting_approval: 'warn',
  needs_sign_in: 'warn',
  failing: 'warn',
  warning: 'warn',
  degraded: 'warn',
  denied: 'warn',
  open: 'bad',
  breaker_open: 'bad',
  failed: 'bad',
  error: 'bad',
  fatal: 'bad',
  down: 'bad',
};
/** @type {Record<string, string>} */
const ICONS = {
  running: 'busy',
  connecting: 'busy',
  waiting_approval: 'hand',
  needs_sign_in: 'key',
  queued: 'clock',
};
const TURNING = ['running', 'connecting'];

/** @param {string} state */
export const toneOf = (state) => TONES[state] ?? 'idle';

/** A state in colour, shape and word. @param {{ state: string, label?: string, iconOnly?: boolean }} props */
export function Status({ state, label = words(state), iconOnly = false }) {
  const tone = toneOf(state);
  return html`<span class=${`state ${tone} ${TURNING.includes(state) ? 'turning' : ''}`} title=${iconOnly ? label : undefined}>
    <${Icon} name=${ICONS[state] ?? tone} size=${14} />
    <span class=${iconOnly ? 'sr-only' : ''}>${label}</span>
  </span>`;
}
