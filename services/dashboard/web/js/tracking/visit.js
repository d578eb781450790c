/** The session that events belong to: one per browser, over after half an hour without an event. */

import { uuid } from '../lib/ids.js';

const IDLE_MS = 30 * 60_000;
const KEY = 'binnacle.visit';

/** @type {{ id: string, seen: number } | null} */
let visit = null;

/**
 * @param {number} now ms
 * @returns {string}
 */
export function visitId(now) {
  const last = visit ?? stored();
  visit = { id: last && now - last.seen < IDLE_MS ? last.id : uuid(), seen: now };
  keep(visit);
  return visit.id;
}

/** @returns {{ id: string, seen: number } | null} */
function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null');
  } catch {
    return null;
  }
}

/** @param {{ id: string, seen: number }} value */
function keep(value) {
  try {
    localStorage.setItem(KEY, JSON.stringify(value));
  } catch {
    // Storage can be full or forbidden; the visit then lasts as long as the page.
  }
}
