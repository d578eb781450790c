/** The first screen: one answer with all of it, then live news. Waits for a login where one is needed. */

import { signal } from '@preact/signals';
import { get, onFailure } from '../api.js';
import { startClock } from '../lib/clock.js';
import { onNews, startStream } from '../live/stream.js';
import { applyTheme } from '../preferences.js';
import { resource, startRefresh, touch } from '../refresh.js';
import { root } from '../router.js';
import { checkSession, loginCount, refusedAt, role } from '../session.js';
import { resumeTracking } from '../tracking.js';
import { noteUpstream, watchUpstreams } from '../upstreams.js';
import { FIRST } from './first_screen.js';

const RETRY_MS = 2000;
/** The measuring of the page waits until the page is there; the browser remembers for it. */
const VITALS_MS = 2500;

/** `loading`, `ready`, or why the first answer is missing. @type {import('@preact/signals').Signal<'loading' | 'ready' | import('../api.js').ApiError>} */
export const first = signal('loading');

export function startShell() {
  if (root.peek() === 'login') {
    role.value = 'out';
    return;
  }
  onFailure(({ error }) => {
    if (error.status === 401 && role.peek() !== 'out') void checkSession();
  });
  void begin();
}

/** The answer that was asked for before this code was there; it can be taken once, and not after a login. */
function takeFirst() {
  const first = loginCount() ? null : globalThis.binnacleFirst;
  globalThis.binnacleFirst = null;
  return first;
}

/** Gets the first screen's data, again and again until it has it or nobody is logged in. */
export async function begin() {
  const count = loginCount();
  try {
    unpack(await (takeFirst() ?? get('/api/bootstrap', { quiet: true })));
  } catch (caught) {
    const error = /** @type {import('../api.js').ApiError} */ (caught);
    if (error.status === 401) refusedAt(count);
    else {
      first.value = error;
      setTimeout(begin, Math.max(RETRY_MS, error.retryAfterMs));
    }
    return;
  }
  first.value = 'ready';
  resumeTracking();
  startLive();
}

let live = false;

function startLive() {
  if (live) return touch('/api/');
  live = true;
  startClock();
  watchUpstreams();
  startRefresh();
  startStream();
  onNews('disconnected', ({ closed }) => closed && void checkSession());
  setTimeout(() => measure().catch(() => {}), VITALS_MS);
}

/** Offline just then, a visit goes without being measured. */
async function measure() {
  (await import('../tracking/vitals.js')).watchVitals();
}

/** @param {import('../wire').Bootstrap} all */
function unpack(all) {
  role.value = all.session.data?.role ?? 'viewer';
  applyTheme(all.preferences.data?.theme);
  for (const name of /** @type {const} */ (['agent', 'tracker'])) {
    const state = all.status.data?.[name];
    if (state) noteUpstream(name, state);
  }
  for (const part of /** @type {(keyof typeof FIRST)[]} */ (Object.keys(FIRST))) {
    const { data, as_of, stale } = all[part];
    if (data) resource(...FIRST[part]).seed(data, as_of, stale);
  }
}
