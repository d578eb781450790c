import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { post } from '../api.js';
import { json } from '../lib/format.js';
import { Button } from '../parts/button.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { singleKeys } from '../preferences.js';

const DECISIONS = /** @type {const} */ ([
  { decision: 'once', label: 'Allow once', keys: '1', tone: 'primary' },
  { decision: 'session', label: 'This session', keys: '2', tone: '' },
  { decision: 'always', label: 'Always', keys: '3', tone: '' },
]);

/**
 * Asks a person whether a tool may be called with exactly these arguments. Keys 1 to 4 answer the first one that is
 * open, but never while somebody types.
 * @param {{ step: import('./run_state.js').Step }} props
 */
export function ApprovalPrompt({ step }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const reason = useSignal('');
  const id = step.approval?.id ?? '';
  useEffect(() => takeFocus(box.current), []);
  useKeys(box);
  /** @param {string} decision */
  const decide = (decision) =>
    post(`/api/agent/approvals/${id}`, {
      decision,
      reason: (decision === 'deny' && reason.value) || undefined,
    });
  return html`<section class="approval" ref=${box} tabindex="-1" aria-label=${`Approval needed: ${step.name}`}>
    <p><${Icon} name="hand" /><strong>May the agent call <code>${step.name}</code>?</strong></p>
    ${step.approval?.reason ? html`<p class="muted">${step.approval.reason}</p>` : null}
    <pre tabindex="0" aria-label="Arguments">${json(step.args ?? {})}</pre>
    <div class="approval-answers">
      ${DECISIONS.map(
        ({
          decision,
          label,
          keys,
          tone,
        }) => html`<${Button} key=${decision} action=${`approval.${decision}`} target=${step.name} tone=${tone}
        keys=${keys} needs="agent" changes onClick=${() => decide(decision)}>${label}<//>`,
      )}
      <form class="deny" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
        <input aria-label="Reason for denying, told to the agent" placeholder="Reason (optional)" value=${reason.value} maxlength="2000"
          onInput=${(/** @type {any} */ event) => (reason.value = event.target.value)} />
        <${Button} action="approval.deny" target=${step.name} tone="danger" keys="4" type="submit" needs="agent" changes onClick=${() => decide('deny')}>Deny<//>
      </form>
    </div>
  </section>`;
}

/** Comes into focus, unless that would take it from somebody who writes. @param {HTMLElement | null} box */
function takeFocus(box) {
  const active = document.activeElement;
  const idle =
    !active ||
    active === document.body ||
    (active.id === 'ask' && !(/** @type {HTMLTextAreaElement} */ (active).value));
  if (idle) box?.focus({ preventScroll: true });
  box?.scrollIntoView({ block: 'nearest' });
}

/** @param {{ current: HTMLElement | null }} box */
function useKeys(box) {
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const pressed = (event) => {
      const typing = /** @type {Element} */ (event.target).closest('input, textarea, select');
      if (typing || !singleKeys.value || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector('.approval') !== box.current || document.querySelector('dialog[open]'))
        return;
      const buttons = box.current?.querySelectorAll('button') ?? [];
      const button = { 1: buttons[0], 2: buttons[1], 3: buttons[2], 4: buttons[3] }[event.key];
      if (!button) return;
      event.preventDefault();
      button.click();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [box]);
}
