/** Numbers of the last hours, as resources; they start at a round time, so that it is one resource and not one a second. */

import { withQuery } from '../api.js';
import { TOPICS } from '../app/paths.js';
import { now } from '../lib/clock.js';
import { useResource } from '../parts/use_resource.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How often to ask for numbers that nobody tells changes of. */
const POLL_MS = 20_000;

/** @param {number} agoMs @param {number} roundMs */
const since = (agoMs, roundMs) => new Date(Math.floor((now.value - agoMs) / roundMs) * roundMs).toISOString();
const aDayAgo = () => since(23 * HOUR_MS, HOUR_MS);
const anHourAgo = () => since(HOUR_MS, 10 * MINUTE_MS);

/** @template T @typedef {import('../parts/use_resource.js').Live<T>} Live */

/** @returns {Live<import('../wire').Page<import('../wire').Run>>} */
export const useDayOfRuns = () =>
  useResource(withQuery('/api/agent/runs', { since: aDayAgo(), limit: 500 }), { topics: TOPICS.runs });

/** @returns {Live<import('../wire').Insights>} */
export const useDayOfInsights = () =>
  useResource(withQuery('/api/tracker/insights', { since: aDayAgo() }), {
    topics: TOPICS.issues,
    pollMs: POLL_MS,
  });

/** @returns {Live<import('../wire').Page<import('../wire').TrackedEvent>>} */
export const useHourOfErrors = () =>
  useResource(withQuery('/api/tracker/errors', { since: anHourAgo(), limit: 500 }), {
    topics: TOPICS.issues,
    pollMs: POLL_MS,
  });

/** @returns {Live<import('../wire').Page<import('../wire').Approval>>} */
export const usePendingApprovals = () =>
  useResource('/api/agent/approvals?status=pending&limit=100', { topics: ['agent.approvals'] });
