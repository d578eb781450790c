import { compact, duration, plural } from '../lib/format.js';
import { html } from '../parts/html.js';
import { Status } from '../parts/status.js';
import { LogLines } from './server_log.js';

/** What came of trying a definition. @param {{ report: import('../wire').ServerTest }} props */
export function TestReport({ report }) {
  const { ok, error, duration_ms, server_name, protocol_version, tools, tokens, refused_tools, log_tail } =
    report;
  const found = `${server_name ?? 'The server'} answered with ${plural(tools.length, 'tool')}, ${compact(tokens)} tokens in a prompt, protocol ${protocol_version ?? 'unknown'}.`;
  const label = report.needs_sign_in ? 'needs sign-in' : ok ? 'works' : 'does not work';
  return html`<section class="panel report" role="status" aria-label="Test">
    <div class="prose">
      <p class="detail-line"><${Status} state=${report.needs_sign_in ? 'needs_sign_in' : ok ? 'ok' : 'failed'} label=${label} /><span class="muted small">${duration(duration_ms)}</span></p>
      ${ok ? html`<p>${found}</p>` : html`<p class="problem" dir="auto">${error ?? 'It gave no reason.'}</p>`}
      ${report.needs_sign_in ? html`<p class="muted">Save it, then sign in from its page.</p>` : null}
      ${tools.length ? html`<p class="muted small">${tools.map(({ name }) => name).join(', ')}</p>` : null}
      ${refused_tools.map(({ name, reason }) => html`<p key=${name} class="small" dir="auto"><code>${name}</code> is not offered: ${reason}</p>`)}
    </div>
    ${!ok && log_tail.length ? html`<${LogLines} lines=${log_tail} label="What it wrote" />` : null}
  </section>`;
}
