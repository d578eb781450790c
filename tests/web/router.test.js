import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hrefWith, parsePlace } from '../../services/dashboard/web/js/router.js';

test('a deep link tells tab, selection and filters', () => {
  const place = parsePlace('/runs/run_1?status=failed&q=a%20b');
  assert.deepEqual(place.segments, ['runs', 'run_1']);
  assert.deepEqual(place.query, { status: 'failed', q: 'a b' });
});

test('an address with a broken escape is still a place', () => {
  assert.deepEqual(parsePlace('/runs/%E0%A4%A').segments, ['runs', '%E0%A4%A']);
});

test('a filter is added, changed and taken away without losing the others', () => {
  const place = parsePlace('/runs?status=failed&q=x');
  assert.equal(hrefWith(place, { source: 'api' }), '/runs?status=failed&q=x&source=api');
  assert.equal(hrefWith(place, { status: 'running', q: '' }), '/runs?status=running');
  assert.equal(hrefWith(place, { status: null, q: null }), '/runs');
});
