/** What the first screen shows, as resources: bootstrap fills them, later they are fetched one by one. */

export const PATHS = {
  health: '/api/agent/health',
  runs: '/api/agent/runs?limit=20',
  issues: '/api/tracker/issues?state=open&sort=last_seen&limit=20',
};

export const TOPICS = {
  health: ['agent.health'],
  runs: ['agent.runs'],
  issues: ['tracker.issue.new', 'tracker.issue.regressed', 'tracker.issue.updated'],
};
