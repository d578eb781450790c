/** Numbers of the last hour, minute by minute; only fetched when the plots span it. */

import { withQuery } from '../api.js';
import { FIRST, ISSUE_TOPICS, POLL_MS } from '../app/first_screen.js';
import { now } from '../lib/clock.js';
import { useResource } from '../parts/use_resource.js';

const HOUR_MS = 3_600_000;
/** A round time, so that it is one resource and not one a second. */
const ROUND_MS = 600_000;

const anHourAgo = () => new Date(Math.floor((now.value - HOUR_MS) / ROUND_MS) * ROUND_MS).toISOString();

/** @returns {import('../parts/use_resource.js').Live<import('../wire').RunStats>} */
export const useRunsByMinute = () =>
  useResource(`${FIRST.run_stats[0]}?by=minute&slots=60`, FIRST.run_stats[1]);

/** @returns {import('../parts/use_resource.js').Live<import('../wire').Page<import('../wire').TrackedEvent>>} */
export const useHourOfErrors = () =>
  useResource(withQuery('/api/tracker/errors', { since: anHourAgo(), limit: 500 }), {
    topics: ISSUE_TOPICS,
    pollMs: POLL_MS,
  });
