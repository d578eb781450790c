import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ago,
  compact,
  count,
  duration,
  exactTime,
  json,
  percent,
  plural,
  shortId,
  words,
} from '../../services/dashboard/web/js/lib/format.js';

test('durations carry the unit that fits', () => {
  assert.deepEqual([0, 38, 999, 1830, 59_400, 61_000, 3_720_000].map(duration), [
    '0 ms',
    '38 ms',
    '999 ms',
    '1.8 s',
    '59 s',
    '1 min 1 s',
    '1 h 2 min',
  ]);
});

test('what is not known is a dash, never NaN', () => {
  assert.deepEqual(
    [count(null), compact(undefined), percent(null), duration(undefined)],
    ['–', '–', '–', '–'],
  );
});

test('times are relative in one unit', () => {
  assert.deepEqual([0, 42_000, 180_000, 7_200_000, 200_000_000].map(ago), [
    'just now',
    '42 s ago',
    '3 min ago',
    '2 h ago',
    '2 d ago',
  ]);
});

test('small shares keep a digit', () => {
  assert.deepEqual([0, 0.004, 0.031, 0.5, 1].map(percent), ['0 %', '0.4 %', '3.1 %', '50 %', '100 %']);
});

test('an id is cut in the middle and keeps its prefix', () => {
  assert.equal(shortId('run_0123456789abcdef'), 'run_…abcdef');
  assert.equal(shortId('run_1'), 'run_1');
});

test('words, plurals and values read as people write them', () => {
  assert.equal(words('waiting_approval'), 'waiting approval');
  assert.deepEqual([plural(1, 'event'), plural(1200, 'event')], ['1 event', '1,200 events']);
  assert.equal(json({ a: 1 }), '{\n  "a": 1\n}');
});

test('numbers are grouped, or short enough for a row', () => {
  assert.deepEqual([0, 999, 1000, 1_234_567].map(count), ['0', '999', '1,000', '1,234,567']);
  assert.deepEqual([7, 999, 1240, 12_345, 999_960, 2_500_000].map(compact), [
    '7',
    '999',
    '1.2K',
    '12.3K',
    '1M',
    '2.5M',
  ]);
});

test('exact times have a date and seconds, by the clock of this place', () => {
  assert.equal(exactTime(new Date(2026, 10, 4, 16, 5, 9).getTime()), '4 Nov 2026, 16:05:09');
});
