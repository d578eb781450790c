/**
 * How the services behind the page are. A service counts as away for the page (banner, actions disabled) only after it
 * has been down for the grace time, so that a quick restart passes unseen.
 */

import { computed, signal } from '@preact/signals';
import { ApiError, get } from './api.js';
import { onNews } from './live/stream.js';

export const GRACE_MS = 4000;
const CHECK_MS = 2000;

/** @typedef {'agent' | 'tracker' | 'dashboard'} Name */
/** @typedef {{ status: import('./wire').Health, since: number, detail: string | null }} State */

const OK = /** @type {State} */ ({ status: 'ok', since: 0, detail: null });

/** @type {import('@preact/signals').Signal<Record<Name, State>>} */
export const upstreams = signal({ agent: OK, tracker: OK, dashboard: OK });

/** Services that have been down for longer than the grace. @type {import('@preact/signals').Signal<Name[]>} */
const gone = signal([]);

/** The services that are away. */
export const away = computed(() => gone.value.filter((name) => upstreams.value[name].status === 'down'));

/** @type {Set<(name: Name) => void>} */
const backListeners = new Set();

/** @param {(name: Name) => void} listener told once each time a service is back */
export function onBack(listener) {
  backListeners.add(listener);
  return () => backListeners.delete(listener);
}

/**
 * Why something that needs a service cannot be done now; null when it can.
 * @param {Name | undefined} name
 */
export function unavailable(name) {
  if (away.value.includes('dashboard')) return 'The dashboard cannot be reached.';
  if (name && away.value.includes(name)) return `The ${name} is down.`;
  return null;
}

/** The same as an error, beside which what is known stays with its age. @param {string} name */
export function outage(name) {
  const why = unavailable(/** @type {Name} */ (name));
  return why ? new ApiError(why, { code: 'upstream_down' }) : null;
}

/**
 * @param {Name} name
 * @param {{ status: import('./wire').Health, since?: string | null, detail?: string | null }} report
 */
export function noteUpstream(name, { status, since, detail }) {
  const before = upstreams.peek()[name];
  const from = since ? Date.parse(since) : before.status === status ? before.since : Date.now();
  upstreams.value = { ...upstreams.peek(), [name]: { status, since: from, detail: detail ?? null } };
  if (status === 'down') waitOut(name, from);
  else if (before.status === 'down') cameBack(name);
}

/** @param {Name} name @param {number} from */
function waitOut(name, from) {
  const left = Math.max(0, Math.min(GRACE_MS, from + GRACE_MS - Date.now()));
  setTimeout(() => {
    const state = upstreams.peek()[name];
    if (state.status !== 'down' || Date.now() - state.since < GRACE_MS - 50) return;
    if (!gone.peek().includes(name)) gone.value = [...gone.peek(), name];
  }, left);
}

/** @param {Name} name */
function cameBack(name) {
  gone.value = gone.peek().filter((one) => one !== name);
  for (const listener of backListeners) listener(name);
}

export function watchUpstreams() {
  for (const change of ['offline', 'online']) addEventListener(change, () => void check());
  onNews('upstream', (data) => noteUpstream(data.name, data));
  onNews('connected', () => noteUpstream('dashboard', { status: 'ok' }));
  onNews('disconnected', () => noteUpstream('dashboard', { status: 'down' }));
}

let checking = false;

/**
 * Asks how things are, and again until there is an answer: a network that went away leaves the stream silent and not
 * closed, and one that is away need not be in the way to a dashboard on this machine.
 */
async function check() {
  if (checking) return;
  checking = true;
  const reached = await reach();
  checking = false;
  if (!reached) setTimeout(check, CHECK_MS);
}

/** @returns {Promise<boolean>} whether the dashboard answered */
async function reach() {
  try {
    const { agent, tracker } = await get('/api/status', { quiet: true, timeoutMs: CHECK_MS });
    noteUpstream('dashboard', { status: 'ok' });
    noteUpstream('agent', agent);
    noteUpstream('tracker', tracker);
  } catch (error) {
    const { status } = /** @type {ApiError} */ (error);
    if (status === 0) noteUpstream('dashboard', { status: 'down' });
    return status !== 0;
  }
  return true;
}
