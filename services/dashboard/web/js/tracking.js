/**
 * Tells the tracker how the page fares: errors, failed calls, actions, tab switches, refreshes and web vitals, each
 * under the tab it belongs to. It never throws into the page, never sends what was typed or a query, holds back an
 * error that repeats, and sends no interactions when the browser asks not to be tracked.
 */

import { post } from './api.js';
import { BASE } from './lib/base.js';
import { uuid } from './lib/ids.js';
import { Cap } from './tracking/cap.js';
import { follow, watchClicks } from './tracking/clicks.js';
import { thrown, watchFaults } from './tracking/faults.js';
import { memoryOutbox, openOutbox } from './tracking/outbox.js';
import { Sender } from './tracking/sender.js';
import { visitId } from './tracking/visit.js';

export { follow };

/** @typedef {import('./wire').TrackedEvent} TrackedEvent */

const SOON_MS = 1000;
const LATER_MS = 5000;
const MESSAGE_CHARS = 2000;
const STACK_CHARS = 8000;
const BEACON_BYTES = 60_000;

const cap = new Cap();
/** Events of this page that nobody has answered for yet, for the beacon. @type {Map<string, TrackedEvent>} */
const unsent = new Map();
let component = () => 'shell';
let mayBeacon = false;
let outbox = Promise.resolve(memoryOutbox());
/** @type {Promise<Sender> | null} */
let sender = null;

/**
 * @param {() => string} currentComponent the tab that is shown
 */
export function startTracking(currentComponent) {
  component = currentComponent;
  outbox = openOutbox();
  sender = outbox.then((box) => new Sender(box, send));
  watchFaults(trackError);
  watchClicks(trackInteraction, currentComponent);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') setTimeout(soon, 0, 0);
  });
  addEventListener('pagehide', beacon);
  addEventListener('online', () => soon(0));
}

/** Somebody is logged in, so that events can be sent. */
export function resumeTracking() {
  mayBeacon = true;
  sender?.then((ready) => ready.resume()).catch(() => {});
}

/** @param {Partial<TrackedEvent>} fault */
export function trackError(fault) {
  quietly(() => {
    const key = `${fault.kind} ${fault.message} ${fault.stack?.split('\n')[1] ?? ''}`;
    const { pass, held } = cap.admit(key, Date.now());
    if (!pass) return;
    record({
      type: 'error',
      level: 'error',
      ...fault,
      message: (fault.message ?? '').slice(0, MESSAGE_CHARS),
      stack: fault.stack?.slice(0, STACK_CHARS),
      context: held ? { ...fault.context, held_back: held } : fault.context,
    });
    soon(SOON_MS);
  });
}

/**
 * A tab that could not be drawn.
 * @param {unknown} reason
 * @param {string} tab
 */
export const trackRenderError = (reason, tab) =>
  trackError({ ...thrown(reason), kind: 'rendering_error', component: tab, handled: true });

/**
 * @param {string} action
 * @param {{ target?: string, success?: boolean, duration_ms?: number, component?: string }} [facts]
 */
export function trackInteraction(action, { target, success = true, duration_ms, component: of } = {}) {
  if (doNotTrack()) return;
  const where = of ?? component();
  record({
    type: 'interaction',
    component: where,
    action,
    target,
    success,
    duration_ms: rounded(duration_ms),
  });
}

/**
 * @param {string} name
 * @param {{ duration_ms: number, success: boolean, resource?: string, changed?: boolean, component?: string }} facts
 */
export function trackTiming(name, facts) {
  record({ type: 'timing', name, ...facts, duration_ms: Math.round(facts.duration_ms) });
}

/** @param {string} name @param {number} value */
export const trackVital = (name, value) =>
  record({ type: 'vital', name, value: Math.round(value * 1000) / 1000 });

/** Interactions are left out when the browser asks for it. */
export const doNotTrack = () =>
  navigator.doNotTrack === '1' ||
  /** @type {{ globalPrivacyControl?: boolean }} */ (navigator).globalPrivacyControl === true;

/** @param {number | undefined} ms */
const rounded = (ms) => (ms === undefined ? undefined : Math.round(ms));

/** @param {Partial<TrackedEvent> & Pick<TrackedEvent, 'type'>} facts */
function record(facts) {
  quietly(() => {
    const now = Date.now();
    const event = {
      component: component(),
      release: RELEASE,
      url: location.pathname,
      ...facts,
      id: uuid(),
      ts: new Date(now).toISOString(),
      session_id: visitId(now),
    };
    unsent.set(event.id, event);
    outbox.then((box) => box.add(event)).catch(() => {});
    soon(LATER_MS);
  });
}

/** @param {number} delayMs */
function soon(delayMs) {
  sender?.then((ready) => ready.schedule(delayMs)).catch(() => {});
}

/** @param {TrackedEvent[]} events */
async function send(events) {
  await post('/api/track', { events }, { quiet: true });
  for (const event of events) unsent.delete(event.id);
}

/** On leaving: hands over what is unsent. It stays in the outbox, for nobody says whether a beacon arrived. */
function beacon() {
  quietly(() => {
    const events = fitting([...unsent.values()]);
    if (!events.length || !mayBeacon) return;
    const taken = navigator.sendBeacon(`${BASE}/api/track`, JSON.stringify({ events }));
    if (taken) for (const event of events) unsent.delete(event.id);
  });
}

/** What a beacon may carry, newest kept. @param {TrackedEvent[]} events */
function fitting(events) {
  let room = BEACON_BYTES;
  const kept = [];
  for (const event of events.reverse()) {
    room -= JSON.stringify(event).length;
    if (room < 0) break;
    kept.push(event);
  }
  return kept.reverse();
}

/** Tracking must never be what breaks the page. @param {() => void} work */
function quietly(work) {
  try {
    work();
  } catch {
    // Nowhere to report it to.
  }
}
