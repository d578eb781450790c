import { json } from '../lib/format.js';
import { Id } from '../parts/copy.js';
import { html } from '../parts/html.js';
import { EmptyState } from '../parts/states.js';
import { framesOf } from './stack.js';

/** Own frames first; those of libraries, and the stack as it was sent, unfold. @param {{ stack?: string | null }} props */
export function Stack({ stack }) {
  if (!stack) return html`<${EmptyState} icon="layers" title="No stack">This event was sent without one.<//>`;
  const frames = framesOf(stack);
  const own = frames.filter((frame) => frame.own);
  const shown = own.length ? own : frames;
  return html`<div class="stack">
    <ol>${shown.map((frame, index) => html`<li key=${index} class="mono"><code>${frame.text}</code></li>`)}</ol>
    <details><summary class="small muted">${frames.length - shown.length ? `All ${frames.length} frames, as sent` : 'As sent'}</summary><pre tabindex="0">${stack}</pre></details>
  </div>`;
}

const SHOWN = /** @type {const} */ (['message', 'url', 'release', 'session_id', 'request_id', 'user_agent']);

/** @param {{ event?: import('../wire').TrackedEvent | null }} props */
export function LatestEvent({ event }) {
  if (!event)
    return html`<${EmptyState} icon="clock" title="No event kept">Its events were deleted; the counts remain.<//>`;
  const facts = SHOWN.filter((name) => event[name]);
  return html`<div class="prose">
    <dl class="pairs">${facts.map((name) => html`<div key=${name}><dt>${name.replace('_', ' ')}</dt><dd>${name.endsWith('_id') ? html`<${Id} id=${event[name]} />` : event[name]}</dd></div>`)}</dl>
    ${event.context && Object.keys(event.context).length ? html`<p class="label">Context</p><pre tabindex="0">${json(event.context)}</pre>` : null}
  </div>`;
}
