import { useEffect, useMemo } from 'preact/hooks';
import { compact, duration, words } from '../lib/format.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { Markdown } from '../parts/markdown.js';
import { Status } from '../parts/status.js';
import { Ago } from '../parts/time.js';
import { RetryButton } from './retry.js';
import { isOver } from './run_state.js';
import { ToolStep } from './tool_step.js';
import { RunWatch } from './watch.js';

/** What was asked, and all that the agent did about it, as it happens. @param {{ run: import('../wire').Run }} props */
export function Turn({ run }) {
  const watch = useMemo(() => new RunWatch(run.id, run.status), [run.id]);
  useEffect(() => watch.start(), [watch]);
  const state = watch.state.value;
  const detail = watch.run.value;
  return html`<article class="turn" aria-label=${run.title ?? 'Turn'} data-run=${run.id} data-status=${state.status}>
    <h2 class="sr-only">${run.title ?? 'Untitled'}</h2>
    <div class="asked" dir="auto">${asked(detail) ?? run.title}</div>
    <div class="answer">
      ${state.steps.map((step) => html`<${StepView} key=${step.index} step=${step} run=${run.id} />`)}
      <${Progress} state=${state} />
      ${watch.error.value && !detail ? html`<p class="problem">${watch.error.value.message}</p>` : null}
    </div>
    <${Foot} run=${detail ?? run} state=${state} />
  </article>`;
}

/** The last thing a person said in a run's input. @param {import('../wire').RunDetail | null} run */
export function asked(run) {
  const message = run?.input.findLast(({ role }) => role === 'user');
  if (!message) return null;
  if (typeof message.content === 'string') return message.content;
  return message.content?.map(({ text }) => text ?? '').join('\n') ?? null;
}

/** @param {{ step: import('./run_state.js').Step, run: string }} props */
export function StepView({ step, run }) {
  if (step.kind === 'tool') return html`<${ToolStep} step=${step} run=${run} />`;
  return html`${step.reasoning ? html`<${Thought} step=${step} />` : null}
    ${step.text ? html`<${Markdown} text=${step.text} />` : null}
    ${step.error ? html`<p class="problem">${step.error.detail}</p>` : null}`;
}

/** @param {{ step: import('./run_state.js').Step }} props */
function Thought({ step }) {
  return html`<details class="thought">
    <summary><${Icon} name="thought" />${step.text || step.status !== 'running' ? 'Thought' : 'Thinking…'}</summary>
    <p>${step.reasoning}</p>
  </details>`;
}

/** What is going on where nothing else shows it. @param {{ state: import('./run_state.js').RunState }} props */
function Progress({ state }) {
  const last = state.steps.at(-1);
  const visible = last?.status === 'running' && (last.kind === 'tool' || last.text);
  if (isOver(state.status)) return html`<${Outcome} state=${state} />`;
  if (visible || state.status === 'waiting_approval') return null;
  return html`<span class="working">${state.status === 'queued' ? 'Waiting for its turn…' : 'Working…'}</span>`;
}

/** How it ended, when it did not end well. @param {{ state: import('./run_state.js').RunState }} props */
function Outcome({ state }) {
  if (state.status === 'succeeded') return null;
  const reason = state.reason === state.status ? null : state.reason;
  const why = state.error?.detail ?? (reason ? words(reason) : '');
  return html`<p class="outcome"><${Status} state=${state.status} />${why ? html`<span>${why}</span>` : null}</p>`;
}

/** @param {{ run: import('../wire').Run, state: import('./run_state.js').RunState }} props */
function Foot({ run, state }) {
  if (!isOver(state.status)) return null;
  const tokens = (state.usage ?? run.usage)?.total_tokens;
  return html`<footer class="turn-foot">
    <a href=${`/runs/${run.id}`}>Steps</a>
    <${Ago} at=${run.ended_at ?? run.created_at} />
    ${run.duration_ms == null ? null : html`<span>${duration(run.duration_ms)}</span>`}
    ${tokens ? html`<span>${compact(tokens)} tokens</span>` : null}
    ${run.model ? html`<span class="clip">${run.model}</span>` : null}
    ${state.status === 'succeeded' ? null : html`<${RetryButton} run=${run} />`}
  </footer>`;
}
