import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { ApiError } from '../../services/dashboard/web/js/api.js';
import { Cap } from '../../services/dashboard/web/js/tracking/cap.js';
import { isRage } from '../../services/dashboard/web/js/tracking/clicks.js';
import { fromFailure, thrown } from '../../services/dashboard/web/js/tracking/faults.js';
import { memoryOutbox } from '../../services/dashboard/web/js/tracking/outbox.js';
import { afterFailure, Sender } from '../../services/dashboard/web/js/tracking/sender.js';

/** @param {string} id @param {'error' | 'interaction'} [type] */
const event = (id, type = 'error') => ({ id, type, ts: '2026-11-23T10:00:00.000Z' });

/** @param {Sender} sender */
const started = (sender) => {
  sender.resume();
  return sender.flush();
};

test('an error that repeats is held back after five, and counted', () => {
  const cap = new Cap();
  const passed = Array.from({ length: 20 }, () => cap.admit('boom', 1000)).filter(({ pass }) => pass);
  assert.equal(passed.length, 5);
  assert.deepEqual(cap.admit('other', 1000), { pass: true, held: 0 });
  assert.deepEqual(cap.admit('boom', 62_000), { pass: true, held: 15 });
});

test('a full outbox gives up the oldest interaction before any error', async () => {
  const box = memoryOutbox(2);
  for (const one of [event('e1'), event('i1', 'interaction'), event('e2'), event('e3')]) await box.add(one);
  assert.deepEqual(
    (await box.peek(9)).map(({ id }) => id),
    ['e2', 'e3'],
  );
});

test('everything is sent in order and in batches, and then gone from the outbox', async () => {
  const box = memoryOutbox();
  for (let n = 0; n < 120; n += 1) await box.add(event(`e${n}`));
  /** @type {number[]} */
  const sizes = [];
  await started(new Sender(box, async (events) => sizes.push(events.length)));
  assert.deepEqual(sizes, [50, 50, 20]);
  assert.deepEqual(await box.peek(1), []);
});

test('nothing is lost while the dashboard is away, and Retry-After is obeyed', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  try {
    const box = memoryOutbox();
    await box.add(event('e1'));
    let tries = 0;
    const sender = new Sender(box, async () => {
      tries += 1;
      if (tries === 1) throw new ApiError('busy', { status: 429, retryAfterMs: 30_000 });
    });
    await started(sender);
    assert.equal((await box.peek(9)).length, 1);
    mock.timers.tick(29_000);
    await sender.flush();
    assert.equal(tries, 1);
    mock.timers.tick(1_500);
    await new Promise(setImmediate);
    assert.equal(tries, 2);
    assert.deepEqual(await box.peek(9), []);
  } finally {
    mock.timers.reset();
  }
});

test('nothing is sent while nobody is logged in, and all of it once somebody is', async () => {
  const box = memoryOutbox();
  await box.add(event('e1'));
  let tries = 0;
  const sender = new Sender(box, async () => {
    tries += 1;
    if (tries === 1) throw new ApiError('Log in first.', { status: 401 });
  });
  await sender.flush();
  assert.equal(tries, 0);
  await started(sender);
  assert.equal((await box.peek(9)).length, 1);
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() + 5000 });
  try {
    await started(sender);
    assert.deepEqual([tries, await box.peek(9)], [2, []]);
  } finally {
    mock.timers.reset();
  }
});

test('a refused batch is dropped, any other failure waits longer each time', () => {
  assert.deepEqual(afterFailure(new ApiError('bad', { status: 422 }), 1), {
    drop: true,
    waitMs: 0,
    pause: false,
  });
  assert.deepEqual(afterFailure(new ApiError('away'), 3), { drop: false, waitMs: 4000, pause: false });
  assert.deepEqual(afterFailure(new ApiError('away', { status: 503, retryAfterMs: 9000 }), 1), {
    drop: false,
    waitMs: 9000,
    pause: false,
  });
  assert.equal(afterFailure(new Error('odd'), 20).waitMs, 60_000);
});

test('three clicks in a second on one spot are rage, elsewhere or slowly they are not', () => {
  /** @param {[number, number][]} clicks x and time */
  const clicks = (...clicks) => clicks.map(([x, at]) => ({ x, y: 0, at }));
  assert.equal(isRage(clicks([0, 0], [5, 300], [9, 700])), true);
  assert.equal(isRage(clicks([0, 0], [5, 300])), false);
  assert.equal(isRage(clicks([0, 0], [5, 300], [9, 1700])), false);
  assert.equal(isRage(clicks([0, 0], [200, 300], [9, 700])), false);
});

test('a failed call is told with its request id and without its query', () => {
  const error = new ApiError('Too much to do.', { status: 503, code: 'overloaded', requestId: 'r1' });
  const fault = fromFailure({
    method: 'GET',
    path: '/api/agent/runs/run_8f?q=typed',
    error,
    durationMs: 12.4,
  });
  assert.equal(fault.kind, 'api_error');
  assert.equal(fault.request_id, 'r1');
  assert.equal(JSON.stringify(fault).includes('typed'), false);
  assert.deepEqual(fault.fingerprint, ['api', 'GET', '/api/agent/runs/:id', '503']);
});

test('calls to a service that is down are one fault, whatever they asked for', () => {
  const error = new ApiError('the agent cannot be reached', { status: 503, code: 'upstream_down' });
  const faults = ['/api/agent/runs', '/api/agent/health'].map((path) =>
    fromFailure({ method: 'GET', path, error, durationMs: 1 }),
  );
  assert.deepEqual(
    faults.map(({ fingerprint }) => fingerprint),
    [
      ['upstream_down', 'agent'],
      ['upstream_down', 'agent'],
    ],
  );
  assert.equal(faults[0].message, faults[1].message);
  assert.equal(faults[1].context?.path, '/api/agent/health');
});

test('failed calls are of the kind that says whose fault it was', () => {
  /** @param {ApiError} error */
  const kind = (error) => fromFailure({ method: 'GET', path: '/x', error, durationMs: 1 }).kind;
  assert.equal(kind(new ApiError('x', { code: 'timeout' })), 'timeout');
  assert.equal(kind(new ApiError('x')), 'network_error');
  assert.equal(kind(new ApiError('x', { status: 401, code: 'not_logged_in' })), 'auth_error');
});

test('anything may be thrown, and a string is not repeated, for it may have been typed', () => {
  assert.equal(thrown(new TypeError('no')).message, 'TypeError: no');
  assert.equal(thrown('secret').message.includes('secret'), false);
});
