import { useEffect, useMemo } from 'preact/hooks';
import { post } from '../api.js';
import { count, duration, words } from '../lib/format.js';
import { Button } from '../parts/button.js';
import { Id } from '../parts/copy.js';
import { html } from '../parts/html.js';
import { Markdown } from '../parts/markdown.js';
import { Loading, Missing, Stale } from '../parts/states.js';
import { Status } from '../parts/status.js';
import { Ago } from '../parts/time.js';
import { navigate } from '../router.js';
import { outage } from '../upstreams.js';
import { RetryButton } from './retry.js';
import { isOver } from './run_state.js';
import { asked } from './turn.js';
import { RunWatch } from './watch.js';
import { Waterfall } from './waterfall.js';

/** One run: its state, what was asked and answered, and its steps over time, live. @param {{ id: string }} props */
export function RunDetailView({ id }) {
  const watch = useMemo(() => new RunWatch(id), [id]);
  useEffect(() => watch.start(), [watch]);
  const run = watch.run.value;
  const error = watch.error.value ?? outage('agent');
  const back = html`<a class="small back" href="/runs">All runs</a>`;
  if (!run)
    return error
      ? html`${back}<${Missing} what="run" error=${error} retry=${() => watch.catchUp()} />`
      : html`<${Loading} label="Loading the run" />`;
  const state = watch.state.value;
  return html`${back}<div class="detail">
    <${Head} run=${run} state=${state} stale=${html`<${Stale} error=${error} asOf=${watch.asOf} />`} />
    <${Asked} run=${run} />
    <section class="panel" aria-label="Steps"><header><h2>Steps</h2><span class="muted small">${count(state.steps.length)}</span></header><${Waterfall} state=${state} endedAt=${run.ended_at} /></section>
    ${run.output ? html`<section class="panel" aria-label="Answer"><header><h2>Answer</h2></header><div class="prose"><${Markdown} text=${run.output} /></div></section>` : null}
  </div>`;
}

/** What was asked, where the title does not say all of it. @param {{ run: import('../wire').RunDetail }} props */
function Asked({ run }) {
  const text = asked(run);
  if (!text || text === run.title) return null;
  return html`<section class="panel" aria-label="Asked"><header><h2>Asked</h2></header><div class="prose pre" dir="auto">${text}</div></section>`;
}

/** @param {{ run: import('../wire').RunDetail, state: import('./run_state.js').RunState, stale: unknown }} props */
function Head({ run, state, stale }) {
  const reason = run.reason === state.status ? null : run.reason;
  const why = state.error?.detail ?? run.error?.detail ?? (reason ? words(reason) : '');
  return html`<header class="detail-head">
    <h2 dir="auto">${run.title || 'Untitled'}</h2>
    <div class="detail-line"><${Status} state=${state.status} />${why && state.status !== 'succeeded' ? html`<span class="problem">${why}</span>` : null}${stale}
      <span class="end">
        ${run.session_id ? html`<a class="button" href=${`/chat/${run.session_id}`} data-action="run.conversation">Conversation</a>` : null}
        ${isOver(state.status) && state.status !== 'succeeded' ? html`<${RetryButton} run=${run} then=${(/** @type {any} */ made) => navigate(`/runs/${made.id}`)} />` : null}
        ${isOver(state.status) ? null : html`<${Button} action="run.cancel" target=${run.id} icon="stop" needs="agent" changes onClick=${() => post(`/api/agent/runs/${run.id}/cancel`)}>Stop<//>`}
      </span>
    </div>
    <${Facts} run=${run} />
  </header>`;
}

/** @param {{ run: import('../wire').RunDetail }} props */
function Facts({ run }) {
  const { usage } = run;
  return html`<dl class="facts">
    <div><dt>Id</dt><dd><${Id} id=${run.id} /></dd></div>
    <div><dt>Model</dt><dd>${run.model ?? 'none'}</dd></div>
    <div><dt>Source</dt><dd>${run.source}</dd></div>
    <div><dt>Started</dt><dd><${Ago} at=${run.started_at ?? run.created_at} /></dd></div>
    <div><dt>Took</dt><dd>${duration(run.duration_ms)}</dd></div>
    <div><dt>Tokens</dt><dd>${usage ? `${count(usage.input_tokens)} in, ${count(usage.output_tokens)} out` : 'none'}</dd></div>
  </dl>`;
}
