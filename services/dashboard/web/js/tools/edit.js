import { useSignal } from '@preact/signals';
import { patch, post } from '../api.js';
import { html } from '../parts/html.js';
import { WhenLoaded } from '../parts/states.js';
import { toast } from '../parts/toast.js';
import { useResource } from '../parts/use_resource.js';
import { navigate } from '../router.js';
import { definitionOf, draftOf, EMPTY } from './definition.js';
import { SERVERS, serverHref, serverPath, touchAll } from './paths.js';
import { ServerForm } from './server_form.js';

/** @typedef {import('./definition.js').Draft} Draft */

/** Adds a server. */
export function NewServer() {
  /** @param {Draft} draft */
  const save = async (draft) => {
    const name = draft.name.trim();
    await post(SERVERS, { name, ...definitionOf(draft) });
    saved(name, 'is added');
  };
  return html`<a class="small back" href="/tools">All servers</a>
    <section class="panel" aria-labelledby="new"><header><h2 id="new">Add an MCP server</h2><a class="end small" href="/tools/import">Paste JSON instead</a></header>
      <${ServerForm} initial=${EMPTY} save=${save} action="mcp.add" label="Add server" isNew />
    </section>`;
}

/** Changes a server; the form holds what was there when it was opened. @param {{ name: string }} props */
export function EditServer({ name }) {
  const live = useResource(serverPath(name));
  /** @param {Draft} draft */
  const save = async (draft) => {
    await patch(serverPath(name), definitionOf(draft));
    saved(name, 'is changed, and connects again');
  };
  return html`<a class="small back" href=${serverHref(name)}>${name}</a>
    <section class="panel" aria-labelledby="edit"><header><h2 id="edit">Edit ${name}</h2></header>
      <${WhenLoaded} live=${live} what="server">${(/** @type {import('../wire').McpServer} */ server) => html`<${Once} server=${server} save=${save} />`}<//>
    </section>`;
}

/** @param {{ server: import('../wire').McpServer, save: (draft: Draft) => Promise<void> }} props */
function Once({ server, save }) {
  const initial = useSignal(draftOf(server)).peek();
  return html`<${ServerForm} initial=${initial} save=${save} action="mcp.change" label="Save" />`;
}

/** @param {string} name @param {string} what */
function saved(name, what) {
  touchAll();
  navigate(serverHref(name));
  toast(`${name} ${what}`);
}
