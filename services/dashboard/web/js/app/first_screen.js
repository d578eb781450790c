/**
 * What the first screen shows, as resources by the name that bootstrap gives them: it fills them, later they are
 * fetched one by one. `useResource(...FIRST.runs)` shows one.
 */

/** @typedef {[path: string, needs: import('../refresh.js').Needs]} Shown */

/** How often to ask for numbers that nobody tells every change of. */
export const POLL_MS = 20_000;

export const ISSUE_TOPICS = ['tracker.issue.new', 'tracker.issue.regressed', 'tracker.issue.updated'];

export const FIRST = {
  health: /** @type {Shown} */ (['/api/agent/health', { topics: ['agent.health'] }]),
  runs: /** @type {Shown} */ (['/api/agent/runs?limit=20', { topics: ['agent.runs'] }]),
  run_stats: /** @type {Shown} */ (['/api/agent/runs/stats', { topics: ['agent.runs'] }]),
  approvals: /** @type {Shown} */ ([
    '/api/agent/approvals?status=pending&limit=100',
    { topics: ['agent.approvals'] },
  ]),
  insights: /** @type {Shown} */ (['/api/tracker/insights', { topics: ISSUE_TOPICS, pollMs: POLL_MS }]),
  issues: /** @type {Shown} */ ([
    '/api/tracker/issues?state=open&sort=last_seen&limit=20',
    { topics: ISSUE_TOPICS },
  ]),
};
