/** What needs a person, worst first; pure. */

import { inOneLine } from '../lib/arguments.js';
import { plural, words } from '../lib/format.js';

/** @typedef {{ id: string, kind: string, tone: 'bad' | 'warn', title: string, note: string, at: string | number, href: string, verb: string, weight: number }} Item */

/**
 * @typedef {object} Facts
 * @property {import('../wire').Run[]} runs
 * @property {import('../wire').Approval[]} approvals that wait
 * @property {import('../wire').Issue[]} issues
 * @property {import('../wire').Component[]} components
 * @property {Record<string, import('../upstreams.js').State>} upstreams
 * @property {number} now
 */

const DAY_MS = 86_400_000;

/** @param {Facts} facts @returns {Item[]} */
export function worst({ runs, approvals, issues, components, upstreams, now }) {
  const items = [
    ...Object.entries(upstreams).flatMap(([name, state]) => fromUpstream(name, state)),
    ...approvals.map(fromApproval),
    ...components.flatMap(fromComponent),
    ...runs.flatMap((run) => fromFailed(run, now)),
    ...issues.flatMap(fromIssue),
  ];
  return items.sort((a, b) => b.weight - a.weight || new Date(b.at).getTime() - new Date(a.at).getTime());
}

/** @param {string} name @param {import('../upstreams.js').State} state @returns {Item[]} */
function fromUpstream(name, { status, since, detail }) {
  if (status === 'ok') return [];
  const note = detail ?? 'It does not answer.';
  return [
    {
      id: `service.${name}`,
      kind: 'service',
      tone: 'bad',
      title: `The ${name} is ${status}`,
      note,
      at: since,
      href: '/',
      verb: '',
      weight: 100,
    },
  ];
}

/** @param {import('../wire').Approval} approval @returns {Item} */
function fromApproval(approval) {
  const { id, run_id, session_id, tool, created_at } = approval;
  const run = session_id ? `/chat/${session_id}` : `/runs/${run_id}`;
  const href = run_id ? run : `/tools/list/${encodeURIComponent(tool)}`;
  const note = inOneLine(approval.arguments) || 'without arguments';
  return {
    id,
    kind: 'approval',
    tone: 'warn',
    title: `May the agent call ${tool}?`,
    note,
    at: created_at,
    href,
    verb: 'Answer',
    weight: 90,
  };
}

/** @param {import('../wire').Component} component @returns {Item[]} */
function fromComponent({ name, status, since, detail }) {
  if (status === 'ok') return [];
  const tone = status === 'down' ? 'bad' : 'warn';
  return [
    {
      id: `part.${name}`,
      kind: 'component',
      tone,
      title: `${name} is ${status}`,
      note: detail ?? '',
      at: since ?? 0,
      href: '/?parts=all#parts',
      verb: 'Look',
      weight: status === 'down' ? 80 : 30,
    },
  ];
}

/** @param {import('../wire').Run} run @param {number} now @returns {Item[]} */
function fromFailed(run, now) {
  if (run.status !== 'failed' || now - Date.parse(run.created_at) > DAY_MS) return [];
  const note = run.error?.detail ?? words(run.reason ?? 'failed');
  return [
    {
      id: run.id,
      kind: 'run',
      tone: 'bad',
      title: run.title ?? run.id,
      note,
      at: run.ended_at ?? run.created_at,
      href: `/runs/${run.id}`,
      verb: 'See why',
      weight: 60,
    },
  ];
}

/** @param {import('../wire').Issue} issue @returns {Item[]} */
function fromIssue(issue) {
  if (issue.state !== 'open') return [];
  const note = `${issue.component ?? 'unknown'} · ${plural(issue.events, 'event')} · ${plural(issue.sessions, 'session')}`;
  const tone = issue.level === 'warning' || issue.level === 'info' ? 'warn' : 'bad';
  return [
    {
      id: issue.id,
      kind: 'issue',
      tone,
      title: issue.title,
      note,
      at: issue.last_seen,
      href: `/insights/${issue.id}`,
      verb: 'Look',
      weight: tone === 'bad' ? 50 : 20,
    },
  ];
}
