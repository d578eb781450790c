import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applyEvent,
  applyEvents,
  isOver,
  newRunState,
  withPartialText,
} from '../../services/dashboard/web/js/runs/run_state.js';

const ts = '2026-11-23T10:00:00.000Z';
/** @param {number} seq @param {string} type @param {any} data */
const event = (seq, type, data) => ({ seq, type, ts, data });
/** @param {string} text @param {number} offset @param {string} [kind] */
const delta = (text, offset, kind = 'text') => ({
  type: 'delta',
  ts,
  data: { index: 0, kind, text, offset },
});
const begun = () =>
  applyEvents(newRunState('run_1'), [
    event(1, 'run.status', { status: 'running' }),
    event(2, 'step.started', { index: 0, kind: 'model', name: 'm' }),
  ]);

test('events build the steps of a run, with calls, results and the final words', () => {
  const state = applyEvents(newRunState('run_1'), [
    event(1, 'run.status', { status: 'running' }),
    event(2, 'step.started', { index: 0, kind: 'model', name: 'builtin:operator' }),
    event(3, 'message.completed', { index: 0, role: 'assistant', content: 'I look.', reasoning: 'Why not.' }),
    event(4, 'step.finished', {
      index: 0,
      kind: 'model',
      name: 'builtin:operator',
      status: 'ok',
      duration_ms: 5,
    }),
    event(5, 'step.started', { index: 1, kind: 'tool', name: 'list_files', call_id: 'c1' }),
    event(6, 'tool.call', { index: 1, call_id: 'c1', tool: 'list_files', arguments: { path: '.' } }),
    event(7, 'tool.result', {
      index: 1,
      call_id: 'c1',
      tool: 'list_files',
      ok: true,
      text: 'a',
      truncated: false,
      duration_ms: 2,
    }),
    event(8, 'run.status', {
      status: 'succeeded',
      usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
    }),
  ]);
  assert.equal(state.status, 'succeeded');
  assert.equal(state.usage?.total_tokens, 3);
  assert.deepEqual(
    state.steps.map(({ kind, status, text }) => [kind, status, text]),
    [
      ['model', 'ok', 'I look.'],
      ['tool', 'ok', ''],
    ],
  );
  assert.deepEqual(state.steps[1].args, { path: '.' });
  assert.equal(state.steps[1].result?.text, 'a');
});

test('an event that is known already changes nothing', () => {
  const state = begun();
  assert.equal(applyEvent(state, event(2, 'run.status', { status: 'failed' })), state);
});

test('an event that skips others asks for them and is not applied', () => {
  const state = applyEvent(begun(), event(9, 'run.status', { status: 'failed' }));
  assert.equal(state.gap, true);
  assert.equal(state.status, 'running');
  assert.equal(state.seq, 2);
});

test('words are put together by their offset, doubled ones only once', () => {
  let state = begun();
  for (const one of [delta('Hel', 0), delta('lo ', 3), delta('lo ', 3), delta('lo there', 3)])
    state = applyEvent(state, one);
  assert.equal(state.steps[0].text, 'Hello there');
  assert.equal(state.gap, false);
});

test('offsets count characters, not the halves of an emoji', () => {
  let state = applyEvent(begun(), delta('🧭 ', 0));
  state = applyEvent(state, delta('north', 2));
  assert.equal(state.steps[0].text, '🧭 north');
});

test('missing words are asked for, missing thoughts are not', () => {
  assert.equal(applyEvent(begun(), delta('late', 7)).gap, true);
  const thinking = applyEvent(begun(), delta('late', 7, 'reasoning'));
  assert.equal(thinking.gap, false);
  assert.equal(thinking.steps[0].reasoning, 'late');
});

test('the words so far, as the run tells them, fill in for one who came late', () => {
  let state = withPartialText(begun(), 'Hello');
  state = applyEvent(state, delta(' you', 5));
  assert.equal(state.steps[0].text, 'Hello you');
});

test('the completed message has the last word', () => {
  let state = applyEvent(begun(), delta('Helo', 0));
  state = applyEvent(state, event(3, 'message.completed', { index: 0, role: 'assistant', content: 'Hello' }));
  assert.equal(state.steps[0].text, 'Hello');
});

test('an approval is open until it is decided', () => {
  let state = applyEvent(
    begun(),
    event(3, 'approval.requested', {
      approval_id: 'apr_1',
      index: 1,
      call_id: 'c',
      tool: 'write_file',
      arguments: { path: 'a' },
      reason: 'writes',
    }),
  );
  assert.deepEqual(state.steps[1].approval, {
    id: 'apr_1',
    kind: 'tool',
    tool: 'write_file',
    reason: 'writes',
    decision: null,
  });
  state = applyEvent(
    state,
    event(4, 'approval.decided', {
      approval_id: 'apr_1',
      call_id: 'c',
      tool: 'write_file',
      decision: 'deny',
    }),
  );
  assert.equal(state.steps[1].approval?.decision, 'deny');
});

test('what a server asks belongs to its call that is under way, and leaves its arguments alone', () => {
  const call = { kind: 'tool', name: 'mcp__a__b', call_id: 'c' };
  let state = applyEvents(begun(), [
    event(3, 'step.started', { index: 1, ...call }),
    event(4, 'tool.call', { index: 1, call_id: 'c', tool: 'mcp__a__b', arguments: { x: 1 } }),
  ]);
  const asked = { approval_id: 'apr_2', kind: 'elicitation', tool: 'mcp__a__b', reason: 'Who?' };
  state = applyEvent(
    state,
    event(5, 'approval.requested', { ...asked, call_id: '', arguments: {}, schema: { type: 'object' } }),
  );
  assert.equal(state.gap, false);
  assert.deepEqual(state.steps[1].args, { x: 1 });
  assert.deepEqual(state.steps[1].approval?.schema, { type: 'object' });
  state = applyEvent(state, event(6, 'approval.decided', { ...asked, decision: 'once' }));
  assert.equal(state.steps[1].approval?.decision, 'once');
});

test('a denied call stays denied when its result comes', () => {
  let state = applyEvent(
    begun(),
    event(3, 'step.started', { index: 1, kind: 'tool', name: 'write_file', call_id: 'c' }),
  );
  state = applyEvent(
    state,
    event(4, 'step.finished', { index: 1, kind: 'tool', name: 'write_file', status: 'denied' }),
  );
  state = applyEvent(
    state,
    event(5, 'tool.result', { index: 1, call_id: 'c', tool: 'write_file', ok: false, text: 'no' }),
  );
  assert.equal(state.steps[1].status, 'denied');
});

test('a stopped run leaves no step under way', () => {
  const state = applyEvent(begun(), event(3, 'run.status', { status: 'cancelled', reason: 'cancelled' }));
  assert.equal(isOver(state.status), true);
  assert.equal(state.steps[0].status, 'cancelled');
});

test('an event of a kind from the future only moves the number on', () => {
  const state = applyEvent(begun(), event(3, 'weather.changed', {}));
  assert.equal(state.seq, 3);
  assert.equal(state.steps.length, 1);
});
