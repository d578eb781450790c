import { claimsOf } from '../lib/claims.js';
import { shortId } from '../lib/format.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { useResource } from '../parts/use_resource.js';

/** @typedef {import('../wire').Tool} Tool */

/** What helps to judge a call: whose tool it is, what its server says of it, and which run wants it. @param {{ name: string, run: string }} props */
export function AboutTool({ name, run }) {
  /** @type {import('../parts/use_resource.js').Live<Tool>} */
  const { data: tool } = useResource(`/api/agent/tools/${encodeURIComponent(name)}`, {
    topics: ['agent.mcp'],
  });
  const ofServer = tool && tool.source !== 'builtin';
  return html`<p class="small about-tool">
      <span>${tool ? (ofServer ? html`From MCP server <a href=${`/tools/servers/${encodeURIComponent(tool.source)}`}>${tool.source}</a>` : 'Built in') : null}</span>
      ${ofServer ? html`<${Claims} tool=${tool} />` : null}
      <span class="muted">for run <a href=${`/runs/${run}`} class="mono">${shortId(run)}</a></span>
    </p>
    ${tool?.permission_from === 'changed' ? html`<p class="warn about-tool"><${Icon} name="warn" size=${14} /><span>Its definition has changed since it was allowed. <a href=${`/tools/list/${encodeURIComponent(name)}`}>See what it says now</a></span></p>` : null}`;
}

/** @param {{ tool: Tool }} props */
function Claims({ tool }) {
  /** @type {import('../parts/use_resource.js').Live<import('../wire').McpServer>} */
  const { data: server } = useResource(`/api/agent/mcp/servers/${encodeURIComponent(tool.source)}`);
  const own = server?.tools.find((one) => one.tool === tool.name);
  if (!own) return null;
  return html`<span class="muted">which says: ${claimsOf(own).join(', ')}</span>`;
}
