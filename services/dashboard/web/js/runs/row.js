import { compact, duration, NONE, words } from '../lib/format.js';
import { html } from '../parts/html.js';
import { Status } from '../parts/status.js';
import { Ago } from '../parts/time.js';

/** A run in a list. @param {{ run: import('../wire').Run }} props */
export function RunRow({ run }) {
  const why = run.status === 'failed' ? (run.error?.detail ?? words(run.reason ?? '')) : '';
  return html`<li><a class="row run-row" href=${`/runs/${run.id}`}>
    <${Status} state=${run.status} />
    <span class="two-lines"><span class="clip" dir="auto">${run.title || 'Untitled'}</span>${why ? html`<span class="small bad clip">${why}</span>` : null}</span>
    <span class="muted small clip">${run.model ?? NONE}</span>
    <span class="muted small">${run.source}</span>
    <span class="num muted small">${run.step_count} <abbr title="steps">st</abbr></span>
    <span class="num muted small">${compact(run.usage?.total_tokens)} <abbr title="tokens">tok</abbr></span>
    <span class="num small">${duration(run.duration_ms)}</span>
    <span class="num muted small"><${Ago} at=${run.created_at} /></span>
  </a></li>`;
}
