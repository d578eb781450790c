import { useSignal } from '@preact/signals';
import { del, patch, post } from '../api.js';
import { Button } from '../parts/button.js';
import { confirmed } from '../parts/confirm.js';
import { html } from '../parts/html.js';
import { toast } from '../parts/toast.js';
import { navigate } from '../router.js';
import { PATIENCE_MS, serverHref, serverPath, touchAll } from './paths.js';
import { SignIn, SignOut } from './sign_in.js';
import { TestReport } from './test_report.js';

/** @typedef {import('../wire').McpServer} McpServer */

const NOT_HERE = 'It is defined in the configuration file, and changed there.';

/** What can be done with a server. @param {{ server: McpServer }} props */
export function ServerActions({ server }) {
  const { name, enabled, breaker, origin } = server;
  const report = useSignal(/** @type {import('../wire').ServerTest | null} */ (null));
  const common = { target: name, needs: 'agent', changes: true };
  const test = async () => {
    report.value = null;
    report.value = await post(`${serverPath(name)}/test`, {}, { timeoutMs: PATIENCE_MS });
  };
  const elsewhere = origin === 'file' ? NOT_HERE : null;
  return html`<div class="actions">
      <${Button} ...${common} action=${enabled ? 'mcp.disable' : 'mcp.enable'} onClick=${() => enable(name, !enabled)}>${enabled ? 'Disable' : 'Enable'}<//>
      <${Button} ...${common} action="mcp.restart" icon="retry" blocked=${enabled ? null : 'It is disabled.'} onClick=${() => restart(name)}>Restart<//>
      ${breaker.status === 'closed' ? null : html`<${Button} ...${common} action="mcp.breaker_reset" tone="primary" onClick=${() => reset(name)}>Try now and reset breaker<//>`}
      <${Button} ...${common} action="mcp.test" onClick=${test}>Test<//>
      <${SignOut} server=${server} />
      <${Button} ...${common} action="mcp.edit" icon="pencil" blocked=${elsewhere} onClick=${() => navigate(`${serverHref(name)}/edit`)}>Edit<//>
      <${Button} ...${common} action="mcp.remove" icon="trash" tone="danger" blocked=${elsewhere} onClick=${() => remove(name)}>Remove<//>
    </div>
    <${SignIn} server=${server} />
    ${report.value ? html`<${TestReport} report=${report.value} />` : null}`;
}

/** @param {string} name @param {boolean} enabled */
async function enable(name, enabled) {
  await setEnabled(name, enabled);
  toast(`${name} is ${enabled ? 'enabled' : 'disabled'}`, {
    undo: () => void setEnabled(name, !enabled),
  });
}

/** @param {string} name @param {boolean} enabled */
async function setEnabled(name, enabled) {
  await patch(serverPath(name), { enabled });
  touchAll();
}

/** @param {string} name */
async function restart(name) {
  await post(`${serverPath(name)}/restart`);
  touchAll();
  toast(`${name} restarts`);
}

/** @param {string} name */
async function reset(name) {
  /** @type {McpServer} */
  const server = await post(`${serverPath(name)}/breaker/reset`, {}, { timeoutMs: PATIENCE_MS });
  touchAll();
  if (server.breaker.status !== 'closed')
    throw new Error(server.breaker.reason ?? 'It still does not answer.');
  toast(`${name} works again`);
}

/** @param {string} name */
async function remove(name) {
  const yes = await confirmed({
    title: `Remove ${name}?`,
    text: 'Its definition goes, with the secrets kept for it, and the agent loses its tools. This cannot be undone.',
    label: 'Remove',
  });
  if (!yes) return;
  await del(serverPath(name));
  navigate('/tools');
  touchAll();
  toast(`${name} is removed`);
}
