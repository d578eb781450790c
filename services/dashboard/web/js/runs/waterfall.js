import { useEffect, useState } from 'preact/hooks';
import { compact, duration } from '../lib/format.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { Markdown } from '../parts/markdown.js';
import { EmptyState } from '../parts/states.js';
import { Status, toneOf } from '../parts/status.js';
import { ApprovalPrompt } from './approval.js';
import { isOver } from './run_state.js';
import { spansOf } from './spans.js';
import { ToolFacts } from './tool_step.js';

const TICK_MS = 250;

/**
 * The steps of a run over its time; each unfolds to what went in and what came out.
 * @param {{ state: import('./run_state.js').RunState, endedAt: string | null }} props
 */
export function Waterfall({ state, endedAt }) {
  const now = useTicking(!isOver(state.status));
  const until = endedAt ? Date.parse(endedAt) : now;
  if (!state.steps.length)
    return html`<${EmptyState} icon="layers" title="No steps">The run ended, or has not begun, before its first step.<//>`;
  const { wholeMs, spans } = spansOf(state.steps, until);
  return html`<div class="waterfall">
    <div class="wf-scale small muted" aria-hidden="true"><span>0</span><span>${duration(wholeMs / 2)}</span><span>${duration(wholeMs)}</span></div>
    ${state.steps.map((step, index) => html`<${StepRow} key=${step.index} step=${step} run=${state.id} span=${spans[index]} />`)}
  </div>`;
}

/** The time, again and again while something is going on. @param {boolean} on */
function useTicking(on) {
  const [time, setTime] = useState(Date.now());
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => setTime(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [on]);
  return time;
}

/** @param {{ step: import('./run_state.js').Step, run: string, span: import('./spans.js').Span }} props */
function StepRow({ step, run, span }) {
  const waits = step.approval && !step.approval.decision && step.status === 'running';
  const state = waits ? 'waiting_approval' : step.status;
  return html`<details class="wf-row">
      <summary>
        <${Icon} name="chevron" size=${12} /><${Status} state=${state} iconOnly />
        <span class="wf-name clip"><${Icon} name=${step.kind === 'tool' ? 'tool' : 'spark'} size=${14} label=${step.kind} /><code class="clip">${step.name}</code></span>
        <span class="wf-track" aria-hidden="true"><i class=${state === 'ok' ? step.kind : toneOf(state)} style=${{ left: `${span.left}%`, width: `${span.width}%` }}></i></span>
        <span class="num small">${duration(step.durationMs)}</span>
        <span class="num small muted">${step.usage ? `${compact(step.usage.total_tokens)} tok` : ''}</span>
      </summary>
      ${step.kind === 'tool' ? html`<${ToolFacts} step=${step} />` : html`<${ModelFacts} step=${step} />`}
    </details>
    ${waits ? html`<${ApprovalPrompt} step=${step} run=${run} />` : null}`;
}

/** @param {{ step: import('./run_state.js').Step }} props */
function ModelFacts({ step }) {
  return html`<div class="tool-facts">
    ${step.reasoning ? html`<p class="label">Thought</p><pre tabindex="0">${step.reasoning}</pre>` : null}
    ${step.text ? html`<p class="label">Said</p><${Markdown} text=${step.text} />` : html`<p class="muted small">No words; it only called tools.</p>`}
    ${step.error ? html`<p class="problem">${step.error.detail}</p>` : null}
  </div>`;
}
