import { patch } from '../api.js';
import { Button } from '../parts/button.js';
import { html } from '../parts/html.js';
import { toast } from '../parts/toast.js';
import { touch } from '../refresh.js';

/** @typedef {import('../wire').IssueState} IssueState */

/** @type {Record<IssueState, string>} */
const DONE = { resolved: 'Issue resolved', ignored: 'Issue ignored', open: 'Issue opened again' };

/** What can be decided on an issue; each can be undone. @param {{ issue: import('../wire').Issue }} props */
export function IssueActions({ issue }) {
  /** @param {IssueState} state */
  const to = (state) => () => decide(issue, state);
  const common = { target: issue.kind, needs: 'tracker', changes: true };
  if (issue.state !== 'open')
    return html`<span class="end"><${Button} ...${common} action="issue.reopen" onClick=${to('open')}>Open again<//></span>`;
  return html`<span class="end">
    <${Button} ...${common} action="issue.resolve" tone="primary" icon="ok" onClick=${to('resolved')}>Resolve<//>
    <${Button} ...${common} action="issue.ignore" onClick=${to('ignored')}>Ignore<//>
  </span>`;
}

/** @param {import('../wire').Issue} issue @param {IssueState} state */
async function decide(issue, state) {
  await setState(issue.id, state);
  toast(DONE[state], { undo: () => void setState(issue.id, issue.state) });
}

/** @param {string} id @param {IssueState} state */
async function setState(id, state) {
  await patch(`/api/tracker/issues/${id}`, { state });
  touch('/api/tracker/');
}
