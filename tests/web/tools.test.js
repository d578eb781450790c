import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../services/dashboard/web/js/api.js';
import { claimsOf } from '../../services/dashboard/web/js/lib/claims.js';
import { until } from '../../services/dashboard/web/js/lib/format.js';
import { hostOf } from '../../services/dashboard/web/js/parts/outside_link.js';
import { definitionOf, draftOf, EMPTY, faultsOf } from '../../services/dashboard/web/js/tools/definition.js';
import { fitting, reasonOf, worstFirst } from '../../services/dashboard/web/js/tools/states.js';

const KEPT = { set: /** @type {const} */ (true) };

/** @param {object} parts @returns {any} */
const server = (parts) => ({
  name: 'a',
  transport: 'stdio',
  command: 'npx',
  args: ['-y', 'x y'],
  env: {},
  cwd: null,
  url: null,
  headers: {},
  allow_sampling: false,
  state: 'ready',
  breaker: { status: 'closed', failures: 0, reason: null, next_probe: null },
  last_error: null,
  ...parts,
});

test('a definition that was read and not touched is sent back as it is, its secrets as masks', () => {
  const { transport, command, args, cwd, url, headers, allow_sampling, ...rest } = server({
    env: { A: 'plain', B: KEPT, C: '$' + '{VAR}' },
  });
  const sent = definitionOf(draftOf(server(rest)));
  assert.deepEqual(sent, {
    ...{ transport, command, args, cwd, url, headers, allow_sampling },
    env: {
      A: { value: 'plain', secret: false },
      B: KEPT,
      C: { value: '$' + '{VAR}', secret: false },
    },
  });
});

test('a new value is a secret unless it is marked as none, or names a variable', () => {
  const pair = { name: 'K', value: 'v', secret: true, kept: false };
  const env = [pair, { ...pair, name: ' L ', value: '$' + '{VAR}' }, { ...pair, name: ' ' }];
  assert.deepEqual(definitionOf({ ...EMPTY, env }).env, {
    K: { value: 'v', secret: true },
    L: { value: '$' + '{VAR}', secret: false },
  });
});

test('nothing of one transport is left over in another', () => {
  const draft = {
    ...EMPTY,
    transport: /** @type {const} */ ('http'),
    command: 'npx',
    args: 'a',
    url: ' http://h/ ',
  };
  const { command, args, env, cwd, url } = definitionOf(draft);
  assert.deepEqual([command, args, env, cwd, url], [null, [], {}, null, 'http://h/']);
});

test('a problem shows at the field that it is about', () => {
  const invalid = (/** @type {string} */ text) =>
    faultsOf(new ApiError(text, { status: 422, code: 'mcp_server_invalid' }));
  assert.deepEqual(invalid('command: a stdio server needs it'), { command: 'a stdio server needs it' });
  assert.deepEqual(invalid('env.A: no NUL'), { env: 'env.A: no NUL' });
  assert.deepEqual(invalid('url and headers belong elsewhere'), { '': 'url and headers belong elsewhere' });
  assert.deepEqual(faultsOf(new ApiError('taken', { code: 'mcp_server_exists' })), { name: 'taken' });
  const errors = [
    { loc: ['body', 'name'], msg: 'too long' },
    { loc: ['body', 'odd'], msg: 'no' },
  ];
  assert.deepEqual(faultsOf(new ApiError('x', { status: 422, errors })), {
    name: 'too long',
    '': 'body.odd: no',
  });
});

test('servers that need a person come first, then by name', () => {
  const all = [
    server({ name: 'b' }),
    server({ name: 'z', state: 'open' }),
    server({ name: 'a' }),
    server({ name: 'f', state: 'failing' }),
    server({ name: 'o', state: 'disabled' }),
  ];
  assert.deepEqual(
    worstFirst(all).map(({ name }) => name),
    ['z', 'f', 'a', 'b', 'o'],
  );
  assert.deepEqual(
    fitting(all, { state: 'ready', q: 'NPX -y' }).map(({ name }) => name),
    ['b', 'a'],
  );
});

test('the reason of a server that is not well is that of its breaker, else its last error', () => {
  const breaker = { status: 'open', failures: 5, reason: 'it hangs', next_probe: null };
  assert.equal(reasonOf(server({ state: 'open', breaker, last_error: 'older' })), 'it hangs');
  assert.equal(reasonOf(server({ state: 'failing', last_error: 'no such program' })), 'no such program');
  assert.equal(reasonOf(server({ last_error: 'long ago' })), '');
});

test('what a server claims of its tool is said in words', () => {
  const plain = { read_only: false, destructive: false, idempotent: false, open_world: false };
  assert.deepEqual(claimsOf({ ...plain, read_only: true, idempotent: true }), ['only reads']);
  assert.deepEqual(claimsOf({ ...plain, destructive: true, open_world: true }), [
    'may destroy',
    'reaches outside',
  ]);
});

test('only web addresses can be opened, and their host is shown as it really is', () => {
  assert.equal(hostOf('https://user@exämple.org:8443/a'), 'xn--exmple-cua.org:8443');
  for (const url of ['javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', 'nothing', ''])
    assert.equal(hostOf(url), null);
});

test('what is to come is told in one unit', () => {
  assert.deepEqual([0, 900, 4_200, 61_000, 4_000_000].map(until), [
    'now',
    'now',
    'in 5 s',
    'in 2 min',
    'in 2 h',
  ]);
});
