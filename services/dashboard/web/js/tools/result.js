import { duration, json } from '../lib/format.js';
import { Attached } from '../parts/attached.js';
import { html } from '../parts/html.js';
import { Status } from '../parts/status.js';

/** What came of a call, all of it text or made safe by the agent: nothing in it is rendered as markup. @param {{ result: import('../wire').CallResult }} props */
export function CallResult({ result }) {
  const { ok, text, truncated, structured, attachments, error, duration_ms } = result;
  return html`<div class="result" role="status" aria-label="Result">
    <p class="detail-line"><${Status} state=${ok ? 'succeeded' : 'failed'} /><span class="muted small">${duration(duration_ms)}</span></p>
    ${error ? html`<p class="problem" dir="auto">${error.detail}</p>` : null}
    ${text ? html`<p class="label">Text${truncated ? ' (cut)' : ''}</p><pre tabindex="0" aria-label="Text" dir="auto">${text}</pre>` : null}
    ${structured == null ? null : html`<p class="label">Structured</p><pre tabindex="0" aria-label="Structured">${json(structured)}</pre>`}
    ${attachments.map((one, index) => html`<${Attached} key=${index} attachment=${one} />`)}
    ${text || structured != null || attachments.length || error ? null : html`<p class="muted">It gave nothing back.</p>`}
  </div>`;
}
