import { useSignal } from '@preact/signals';
import { post, withQuery } from '../api.js';
import { plural } from '../lib/format.js';
import { readJson } from '../lib/schema_form.js';
import { Button } from '../parts/button.js';
import { TextField } from '../parts/field.js';
import { html } from '../parts/html.js';
import { Status } from '../parts/status.js';
import { toast } from '../parts/toast.js';
import { navigate } from '../router.js';
import { touchAll } from './paths.js';

/** @typedef {import('../wire').ImportReport} ImportReport */

const EXAMPLE = '{ "mcpServers": { "time": { "command": "uvx", "args": ["mcp-server-time"] } } }';
const NOTE =
  'The file of Claude Desktop, Cursor, VS Code or LibreChat as it is. Values of env and headers become secrets.';

/** Takes over the servers of another client: first a look at what would come of each, then the import. */
export function ImportServers() {
  const text = useSignal('');
  const fault = useSignal('');
  const report = useSignal(/** @type {ImportReport | null} */ (null));
  /** @param {boolean} dry */
  const send = async (dry) => {
    const { value, fault: wrong } = readJson(text.peek());
    fault.value = wrong ?? (value === undefined ? 'Paste the JSON first.' : '');
    if (fault.peek()) throw new Error(fault.peek());
    try {
      report.value = await post(withQuery('/api/agent/mcp/import', { dry_run: dry ? 'true' : null }), value);
    } catch (error) {
      fault.value = /** @type {Error} */ (error).message;
      throw error;
    }
  };
  const take = async () => {
    await send(false);
    touchAll();
    const { added = 0, refused = 0 } = report.peek() ?? {};
    toast(`${plural(added, 'server')} added`);
    if (!refused) navigate('/tools');
  };
  const set = (/** @type {string} */ value) => {
    text.value = value;
    report.value = null;
    fault.value = '';
  };
  const common = { needs: 'agent', changes: true };
  const ready = report.value?.dry_run && report.value.added > 0;
  return html`<a class="small back" href="/tools">All servers</a>
    <section class="panel" aria-labelledby="import"><header><h2 id="import">Import MCP servers</h2><a class="end small" href="/tools/new">Fill in a form instead</a></header>
      <form class="form" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
        <${TextField} label="Configuration" rows=${10} value=${text.value} set=${set} fault=${fault.value} note=${NOTE} attrs=${{ placeholder: EXAMPLE, class: 'mono' }} />
        <div class="actions">
          <${Button} ...${common} action="mcp.import_check" tone=${ready ? '' : 'primary'} type="submit" onClick=${() => send(true)}>Check<//>
          <${Button} ...${common} action="mcp.import" tone=${ready ? 'primary' : ''} blocked=${ready ? null : 'Check it first.'} onClick=${take}>Import<//>
        </div>
      </form>
      ${report.value ? html`<${Report} report=${report.value} />` : null}
    </section>`;
}

/** @param {{ report: ImportReport }} props */
function Report({ report: { dry_run, entries, warnings } }) {
  const said = dry_run ? 'can be added' : 'added';
  return html`<ul class="rows" aria-label="What comes of each entry">
    ${entries.map(
      ({ name, added, detail }) => html`<li key=${name}><div class="row entry">
        <${Status} state=${added ? 'ok' : 'failed'} label=${added ? said : 'refused'} />
        <span class="two-lines"><span class="mono clip">${name}</span>${detail ? html`<span class="small problem" dir="auto">${detail}</span>` : null}</span>
      </div></li>`,
    )}
    ${warnings.map(
      ({ name, detail }) => html`<li key=${`${name} ${detail}`}><div class="row entry">
        <${Status} state="warning" label="not all of it" />
        <span class="two-lines"><span class="mono clip">${name}</span><span class="small muted" dir="auto">${detail}</span></span>
      </div></li>`,
    )}
    ${entries.length ? null : html`<li><div class="row entry muted">There is no server in it.</div></li>`}
  </ul>`;
}
