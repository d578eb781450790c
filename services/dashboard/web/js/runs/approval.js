import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { post } from '../api.js';
import { json } from '../lib/format.js';
import { Button } from '../parts/button.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { AboutTool } from './about_tool.js';
import { useAnswerKeys, useFocus } from './answer_keys.js';
import { Elicitation } from './elicitation.js';

const DECISIONS = /** @type {const} */ ([
  { decision: 'once', label: 'Allow once', keys: '1', tone: 'primary' },
  { decision: 'session', label: 'This session', keys: '2', tone: '' },
  { decision: 'always', label: 'Always', keys: '3', tone: '' },
]);

/**
 * Asks a person what a run waits for: whether a tool may be called, or what a server wants to know. Keys answer the
 * first one that is open.
 * @param {{ step: import('./run_state.js').Step, run: string }} props
 */
export function ApprovalPrompt({ step, run }) {
  const { approval } = step;
  if (approval?.kind === 'elicitation')
    return html`<${Elicitation} key=${approval.id} id=${approval.id} tool=${approval.tool} reason=${approval.reason} schema=${approval.schema} args=${approval.args} />`;
  return html`<${MayCall} step=${step} run=${run} />`;
}

/** May a tool be called with exactly these arguments? @param {{ step: import('./run_state.js').Step, run: string }} props */
function MayCall({ step, run }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const reason = useSignal('');
  const id = step.approval?.id ?? '';
  useFocus(box);
  useAnswerKeys(box);
  /** @param {string} decision */
  const decide = (decision) =>
    post(`/api/agent/approvals/${id}`, {
      decision,
      reason: (decision === 'deny' && reason.value) || undefined,
    });
  const common = { target: step.name, needs: 'agent', changes: true };
  return html`<section class="approval" ref=${box} tabindex="-1" aria-label=${`Approval needed: ${step.name}`}>
    <p><${Icon} name="hand" /><strong>May the agent call <code>${step.name}</code>?</strong></p>
    ${step.approval?.reason ? html`<p class="muted">${step.approval.reason}</p>` : null}
    <${AboutTool} name=${step.name} run=${run} />
    <pre tabindex="0" aria-label="Arguments">${json(step.args ?? {})}</pre>
    <div class="approval-answers">
      ${DECISIONS.map(
        ({
          decision,
          label,
          keys,
          tone,
        }) => html`<${Button} key=${decision} ...${common} action=${`approval.${decision}`} tone=${tone}
        keys=${keys} attrs=${{ 'data-key': keys }} onClick=${() => decide(decision)}>${label}<//>`,
      )}
      <form class="deny" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
        <input aria-label="Reason for denying, told to the agent" placeholder="Reason (optional)" value=${reason.value} maxlength="2000"
          onInput=${(/** @type {any} */ event) => (reason.value = event.target.value)} />
        <${Button} ...${common} action="approval.deny" tone="danger" keys="4" type="submit" attrs=${{ 'data-key': '4' }} onClick=${() => decide('deny')}>Deny<//>
      </form>
    </div>
  </section>`;
}
