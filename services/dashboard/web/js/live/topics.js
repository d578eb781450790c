/** What the hub tells of; a browser's EventSource must be asked for each by name. */

export const TOPICS = [
  'upstream',
  'run',
  'resync',
  'agent.runs',
  'agent.approvals',
  'agent.health',
  'agent.models',
  'agent.mcp',
  'tracker.issue.new',
  'tracker.issue.regressed',
  'tracker.issue.updated',
];
