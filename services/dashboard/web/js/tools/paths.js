/** Where things of this tab are, on the page and in the API; and fetching anew what an action changed. */

import { touch } from '../refresh.js';

export const SERVERS = '/api/agent/mcp/servers';
export const TOOLS = '/api/agent/tools';
export const TOPICS = ['agent.mcp'];
/** How long somebody else's program may take while a person waits. */
export const PATIENCE_MS = 600_000;

/** @param {string} name */
export const serverHref = (name) => `/tools/servers/${encodeURIComponent(name)}`;

/** @param {string} name */
export const toolHref = (name) => `/tools/list/${encodeURIComponent(name)}`;

/** @param {string} name */
export const serverPath = (name) => `/api/agent/mcp/servers/${encodeURIComponent(name)}`;

/** @param {string} name */
export const toolPath = (name) => `/api/agent/tools/${encodeURIComponent(name)}`;

export function touchAll() {
  touch(SERVERS);
  touch(TOOLS);
}
