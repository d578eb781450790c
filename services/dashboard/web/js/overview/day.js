/** The last 24 hours, as resources; the start is the full hour, so that it is one resource and not one a second. */

import { withQuery } from '../api.js';
import { TOPICS } from '../app/paths.js';
import { now } from '../lib/clock.js';
import { useResource } from '../parts/use_resource.js';

export const HOUR_MS = 3_600_000;
export const HOURS = 24;

/** How often to ask for numbers that nobody tells changes of. */
const POLL_MS = 20_000;

const since = () => new Date((Math.floor(now.value / HOUR_MS) - HOURS + 1) * HOUR_MS).toISOString();

/** @returns {import('../parts/use_resource.js').Live<import('../wire').Page<import('../wire').Run>>} */
export const useDayOfRuns = () =>
  useResource(withQuery('/api/agent/runs', { since: since(), limit: 500 }), { topics: TOPICS.runs });

/** @returns {import('../parts/use_resource.js').Live<import('../wire').Insights>} */
export const useDayOfInsights = () =>
  useResource(withQuery('/api/tracker/insights', { since: since() }), {
    topics: TOPICS.issues,
    pollMs: POLL_MS,
  });
