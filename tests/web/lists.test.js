import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framesOf } from '../../services/dashboard/web/js/insights/stack.js';
import { inOneLine } from '../../services/dashboard/web/js/lib/arguments.js';
import { matchScore } from '../../services/dashboard/web/js/lib/match.js';
import { countBySlot, fillSlots } from '../../services/dashboard/web/js/lib/series.js';
import { worst } from '../../services/dashboard/web/js/overview/worst.js';
import { spansOf } from '../../services/dashboard/web/js/runs/spans.js';

test('moments are counted into slots, those outside are left out', () => {
  const { starts, counts } = countBySlot([5, 15, 16, 29, 99], 29, 10, 3);
  assert.deepEqual(starts, [0, 10, 20]);
  assert.deepEqual(counts, [1, 2, 1]);
});

test('slots without a point are zero', () => {
  assert.deepEqual(fillSlots([{ at: 12, value: 7 }], 25, 10, 3), { starts: [0, 10, 20], counts: [0, 7, 0] });
});

test('bars of a waterfall lie where their time was, and can be seen', () => {
  const at = (/** @type {number} */ ms) => new Date(ms).toISOString();
  const { wholeMs, spans } = spansOf(
    [
      { startedAt: at(0), durationMs: 500 },
      { startedAt: at(500), durationMs: 0 },
      { startedAt: at(500), durationMs: null },
    ],
    1000,
  );
  assert.equal(wholeMs, 1000);
  assert.deepEqual(spans, [
    { left: 0, width: 50 },
    { left: 50, width: 0.5 },
    { left: 50, width: 50 },
  ]);
});

test('a run without steps has no waterfall', () => {
  assert.deepEqual(spansOf([], 1000), { wholeMs: 0, spans: [] });
});

test('own frames are told from those of libraries, in any language', () => {
  const frames = framesOf(
    'TypeError: no\n    at map (http://h/assets/main.js:1:2)\n    at d (http://h/node_modules/preact.mjs:1:8)\n  File "/app/agent_runner/core/loop.py", line 3, in run\n  File "/venv/lib/python3.11/site-packages/httpx/_client.py", line 9, in send',
  );
  assert.deepEqual(
    frames.map(({ own }) => own),
    [true, false, true, false],
  );
});

test('the palette prefers starts of words over letters anywhere', () => {
  assert.ok(matchScore('Failed runs', 'fr') > matchScore('Theme: dark or so', 'fr'));
  assert.ok(matchScore('Go to Insights', 'insi') > matchScore('Go to Overview', 'oi'));
  assert.equal(matchScore('Overview', 'xyz'), 0);
  assert.equal(matchScore('Overview', ''), 1);
});

test('arguments fit in one line', () => {
  assert.equal(inOneLine({ path: '.', depth: 1, tags: ['a'] }), 'path: ., depth: 1, tags: ["a"]');
  assert.equal(inOneLine(null), '');
  assert.equal(inOneLine('odd'), 'odd');
});

test('what needs attention comes worst first, and what is well is left out', () => {
  const at = '2026-11-23T10:00:00.000Z';
  const ok = { status: /** @type {const} */ ('ok'), since: 0, detail: null };
  const items = worst({
    now: Date.parse(at),
    runs: /** @type {any} */ ([
      {
        id: 'run_1',
        status: 'failed',
        title: 'a',
        error: { code: 'x', detail: 'Because.' },
        created_at: at,
        ended_at: at,
      },
      { id: 'run_3', status: 'succeeded', title: 'c', created_at: at },
      { id: 'run_4', status: 'failed', title: 'old', created_at: '2026-11-20T10:00:00.000Z' },
    ]),
    approvals: /** @type {any} */ ([
      {
        id: 'apr_1',
        run_id: 'run_2',
        session_id: 'ses_1',
        tool: 'write_file',
        arguments: { path: 'a' },
        created_at: at,
      },
    ]),
    issues: /** @type {any} */ ([
      { id: 'iss_1', state: 'open', level: 'error', title: 'd', events: 1, sessions: 1, last_seen: at },
    ]),
    components: [{ name: 'ollama', status: 'degraded', since: at, detail: null, latency_ms: null }],
    upstreams: { agent: ok, tracker: { ...ok, status: 'down' } },
  });
  assert.deepEqual(
    items.map(({ id }) => id),
    ['service.tracker', 'apr_1', 'run_1', 'iss_1', 'part.ollama'],
  );
  assert.equal(items[1].href, '/chat/ses_1');
  assert.equal(items[2].note, 'Because.');
});
