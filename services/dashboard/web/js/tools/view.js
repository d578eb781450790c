import { html } from '../parts/html.js';
import { place } from '../router.js';
import { EditServer, NewServer } from './edit.js';
import { ImportServers } from './import.js';
import { PermissionList } from './permissions.js';
import { ServerDetail } from './server_detail.js';
import { ServerList } from './servers.js';
import { ToolDetail } from './tool_detail.js';
import { ToolList } from './tool_list.js';

const PARTS = /** @type {const} */ ([
  ['/tools', 'Servers', ['', 'servers', 'new', 'import']],
  ['/tools/list', 'Tools', ['list']],
  ['/tools/permissions', 'Permissions', ['permissions']],
]);

/** MCP servers, tools and permissions: `/tools`, `/tools/servers/NAME`, `/tools/list`, `/tools/list/TOOL`, `/tools/permissions`. */
export default function ToolsView() {
  const [, part = '', name, action] = place.value.segments;
  return html`<div class="page tools">
    <header class="page-head"><h1>Tools & MCP</h1><nav class="segments" aria-label="Parts of this tab">
      ${PARTS.map(([href, label, parts]) => html`<a key=${href} href=${href} aria-current=${parts.some((one) => one === part) ? 'page' : undefined}>${label}</a>`)}
    </nav></header>
    <${Content} part=${part} name=${name} action=${action} />
  </div>`;
}

/** @param {{ part: string, name?: string, action?: string }} props */
function Content({ part, name, action }) {
  if (part === 'new') return html`<${NewServer} />`;
  if (part === 'import') return html`<${ImportServers} />`;
  if (part === 'permissions') return html`<${PermissionList} />`;
  if (part === 'list') return name ? html`<${ToolDetail} name=${name} key=${name} />` : html`<${ToolList} />`;
  if (part !== 'servers' || !name) return html`<${ServerList} />`;
  return action === 'edit'
    ? html`<${EditServer} name=${name} key=${name} />`
    : html`<${ServerDetail} name=${name} key=${name} />`;
}
