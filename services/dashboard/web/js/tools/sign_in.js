import { useSignal } from '@preact/signals';
import { del, post } from '../api.js';
import { Button } from '../parts/button.js';
import { TextField } from '../parts/field.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { OutsideLink } from '../parts/outside_link.js';
import { toast } from '../parts/toast.js';
import { PATIENCE_MS, serverPath, touchAll } from './paths.js';

/** @typedef {import('../wire').McpServer} McpServer */

/**
 * Leads to where one signs in, in another tab of the browser; this page notices by itself when it is done.
 * @param {{ server: McpServer }} props
 */
export function SignIn({ server: { name, state } }) {
  const address = useSignal('');
  const client_id = useSignal('');
  const client_secret = useSignal('');
  if (state !== 'needs_sign_in') return null;
  const start = async () => {
    const id = client_id.peek().trim();
    const own = id ? { client_id: id, client_secret: client_secret.peek() || undefined } : {};
    const started = await post(`${serverPath(name)}/auth`, own, { timeoutMs: PATIENCE_MS });
    client_secret.value = '';
    address.value = started.authorization_url;
  };
  return html`<form class="panel form sign-in" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
    ${
      address.value
        ? html`<div><${OutsideLink} url=${address.value} action="mcp.sign_in_open" label="Sign in there" /></div>`
        : html`<div class="actions"><${Button} action="mcp.sign_in" target=${name} icon="key" tone="primary" type="submit" needs="agent" changes onClick=${start}>Sign in<//>
            <span class="muted small">You are shown where it leads before anything opens.</span></div>`
    }
    <details><summary class="small"><${Icon} name="chevron" size=${12} /> With a client of your own</summary>
      <div class="form bare">
        <${TextField} label="Client id" value=${client_id.value} set=${(/** @type {string} */ value) => (client_id.value = value)} note="Where the other side lets no client register by itself." />
        <${TextField} label="Client secret" value=${client_secret.value} set=${(/** @type {string} */ value) => (client_secret.value = value)} attrs=${{ type: 'password', autocomplete: 'new-password' }} />
      </div>
    </details>
  </form>`;
}

/** @param {{ server: McpServer }} props */
export function SignOut({ server: { name, transport, state } }) {
  if (transport === 'stdio' || state === 'needs_sign_in') return null;
  const out = async () => {
    await del(`${serverPath(name)}/auth`);
    touchAll();
    toast(`Signed out of ${name}`);
  };
  return html`<${Button} action="mcp.sign_out" target=${name} icon="leave" needs="agent" changes onClick=${out}>Sign out<//>`;
}
