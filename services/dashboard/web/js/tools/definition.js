/** An MCP server's definition as a form holds it, and as the agent takes it; pure. */

/** @typedef {import('../wire').McpServer} McpServer */
/** @typedef {{ name: string, value: string, secret: boolean, kept: boolean }} Pair `kept`: a secret that stays unless another is written */
/** @typedef {'stdio' | 'http' | 'sse'} Transport */

/**
 * @typedef {object} Draft
 * @property {string} name
 * @property {Transport} transport
 * @property {string} command
 * @property {string} args one a line
 * @property {string} cwd
 * @property {Pair[]} env
 * @property {string} url
 * @property {Pair[]} headers
 * @property {boolean} allow_sampling
 */

export const TRANSPORTS = /** @type {const} */ ([
  ['stdio', 'Program (stdio)'],
  ['http', 'HTTP (streamable)'],
  ['sse', 'HTTP (SSE, older)'],
]);

/** @type {Draft} */
export const EMPTY = {
  name: '',
  transport: 'stdio',
  command: '',
  args: '',
  cwd: '',
  env: [],
  url: '',
  headers: [],
  allow_sampling: false,
};

/** @type {Pair} */
export const NEW_PAIR = { name: '', value: '', secret: true, kept: false };

/** @param {McpServer} server @returns {Draft} */
export const draftOf = (server) => ({
  name: server.name,
  transport: server.transport,
  command: server.command ?? '',
  args: server.args.join('\n'),
  cwd: server.cwd ?? '',
  env: pairsOf(server.env),
  url: server.url ?? '',
  headers: pairsOf(server.headers),
  allow_sampling: server.allow_sampling,
});

/** @param {McpServer['env']} values @returns {Pair[]} */
const pairsOf = (values) =>
  Object.entries(values).map(([name, value]) =>
    typeof value === 'string'
      ? { name, value, secret: false, kept: false }
      : { name, value: '', secret: true, kept: true },
  );

/**
 * What is sent: only what belongs to the transport, so that nothing is left over from another.
 * @param {Draft} draft
 */
export function definitionOf(draft) {
  const local = draft.transport === 'stdio';
  return {
    transport: draft.transport,
    command: local ? draft.command.trim() : null,
    args: local ? draft.args.split('\n').filter((line) => line.trim()) : [],
    cwd: (local && draft.cwd.trim()) || null,
    env: local ? valuesOf(draft.env) : {},
    url: local ? null : draft.url.trim(),
    headers: local ? {} : valuesOf(draft.headers),
    allow_sampling: draft.allow_sampling,
  };
}

/** @param {Pair[]} pairs */
const valuesOf = (pairs) =>
  Object.fromEntries(
    pairs.filter(({ name }) => name.trim()).map((pair) => [pair.name.trim(), sentValue(pair)]),
  );

/** @param {Pair} pair */
function sentValue({ value, secret, kept }) {
  if (kept && !value) return { set: true };
  return { value, secret: secret && !isReference(value) };
}

/** Whether a value names a variable of the agent's environment instead of holding the secret. @param {string} value */
export const isReference = (value) => value.includes('${');

/** The fields that a problem can be shown at. */
const FIELDS = [
  'name',
  'transport',
  'command',
  'args',
  'cwd',
  'env',
  'url',
  'headers',
  'permissions',
  'enabled',
];

/**
 * Where a problem belongs: what it says by field, and under `''` what belongs to none.
 * @param {import('../api.js').ApiError} error
 * @returns {Record<string, string>}
 */
export function faultsOf(error) {
  if (error.code === 'mcp_server_exists') return { name: error.message };
  if (error.errors.length)
    return Object.fromEntries(
      error.errors.map(({ loc, msg }) => {
        const field = loc.find((part) => FIELDS.includes(String(part)));
        return [field ? String(field) : '', field ? msg : `${loc.join('.')}: ${msg}`];
      }),
    );
  const [, field = '', rest = ''] = /^(\w+)(?:\.[^:]*)?: (.+)$/s.exec(error.message) ?? [];
  if (!FIELDS.includes(field)) return { '': error.message };
  return { [field]: field === 'env' || field === 'headers' ? error.message : rest };
}

/** A server on the command line or under its address, in one line. @param {Pick<McpServer, 'transport' | 'command' | 'args' | 'url'>} server */
export const whereOf = ({ transport, command, args, url }) =>
  transport === 'stdio' ? [command, ...args].join(' ') : (url ?? '');
