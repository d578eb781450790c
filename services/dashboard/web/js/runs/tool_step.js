import { inOneLine } from '../lib/arguments.js';
import { duration, json } from '../lib/format.js';
import { Attached } from '../parts/attached.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { Status } from '../parts/status.js';
import { ApprovalPrompt } from './approval.js';

/** @typedef {import('./run_state.js').Step} Step */

/** A tool call in a row; its arguments and result unfold. @param {{ step: Step, run: string }} props */
export function ToolStep({ step, run }) {
  const waits = step.approval && !step.approval.decision && step.status === 'running';
  return html`<div class="tool">
    <details>
      <summary>
        <${Icon} name="chevron" size=${12} /><${Status} state=${waits ? 'waiting_approval' : step.status} iconOnly />
        <code class="tool-name">${step.name}</code>
        <span class="tool-args clip">${inOneLine(step.args)}</span>
        <span class="num muted">${step.durationMs == null ? '' : duration(step.durationMs)}</span>
      </summary>
      <${ToolFacts} step=${step} />
    </details>
    ${waits ? html`<${ApprovalPrompt} step=${step} run=${run} />` : null}
  </div>`;
}

/** @param {{ step: Step }} props */
export function ToolFacts({ step }) {
  const { result, error, approval } = step;
  return html`<div class="tool-facts">
    <p class="label">Arguments</p><pre tabindex="0">${json(step.args ?? {})}</pre>
    ${approval?.decision ? html`<p class="muted small">Approval: ${approval.decision}</p>` : null}
    ${result ? html`<p class="label">Result${result.truncated ? ' (cut)' : ''}</p><pre tabindex="0">${result.text || 'Nothing.'}</pre>` : null}
    ${result?.attachments?.map((one, index) => html`<${Attached} key=${index} attachment=${one} />`)}
    ${error ? html`<p class="problem">${error.detail ?? error.code}</p>` : null}
  </div>`;
}
