import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resource } from '../../services/dashboard/web/js/refresh.js';

test('a path has one resource, and what is shown is kept however many others were looked at', () => {
  const shown = resource('/api/agent/shown');
  const past = resource('/api/agent/past');
  shown.seed({ items: [] });
  past.seed({ items: [] });
  const letGo = shown.retain();
  for (let n = 0; n < 100; n += 1) resource(`/api/agent/other/${n}`);
  assert.equal(resource('/api/agent/shown'), shown);
  assert.notEqual(resource('/api/agent/past'), past);
  letGo();
});

test('what bootstrap knows is shown at once, with the time when it was true', () => {
  const one = resource('/api/agent/seeded');
  one.seed({ items: [1] }, '2026-11-23T10:00:00.000Z');
  assert.deepEqual(one.data.value, { items: [1] });
  assert.equal(one.asOf.value, Date.parse('2026-11-23T10:00:00.000Z'));
});
