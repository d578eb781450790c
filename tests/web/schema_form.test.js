import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyDraft, fieldsOf, readForm } from '../../services/dashboard/web/js/lib/schema_form.js';

/** @param {any} properties @param {string[]} [required] */
const form = (properties, required = []) => fieldsOf({ type: 'object', properties, required }) ?? [];

/** @param {any} properties */
const kinds = (properties) => form(properties).map(({ kind }) => kind);

test('each plain type has a field of its kind', () => {
  assert.deepEqual(
    kinds({
      a: { type: 'string' },
      b: { type: 'integer' },
      c: { type: 'number' },
      d: { type: 'boolean' },
      e: { enum: ['x', 1] },
      f: { type: 'array', items: { enum: ['x'] } },
      g: { type: 'array', items: { type: 'string' } },
    }),
    ['text', 'integer', 'number', 'boolean', 'choice', 'choices', 'lines'],
  );
});

test('what has no plain field is edited as JSON', () => {
  assert.deepEqual(
    kinds({
      a: { type: 'object' },
      b: { type: 'array', items: { type: 'object' } },
      c: {},
      d: { anyOf: [{ type: 'string' }, { type: 'number' }] },
      e: true,
    }),
    ['json', 'json', 'json', 'json', 'json'],
  );
});

test('what is no object, or is more than one, has no fields at all', () => {
  for (const schema of [null, 7, 'x', { type: 'string' }, { oneOf: [{}] }, { type: 'array' }])
    assert.equal(fieldsOf(schema), null);
});

test('an optional type is the type without null', () => {
  assert.deepEqual(
    kinds({ a: { anyOf: [{ type: 'integer' }, { type: 'null' }] }, b: { type: ['string', 'null'] } }),
    ['integer', 'text'],
  );
});

test('references inside the document are followed; those in circles, or out of it, are edited as JSON', () => {
  const fields = fieldsOf({
    type: 'object',
    properties: {
      a: { $ref: '#/$defs/short' },
      b: { $ref: '#/$defs/round' },
      c: { $ref: 'https://example.com/x' },
      d: { $ref: '#' },
    },
    $defs: { short: { type: 'string' }, round: { $ref: '#/$defs/round' } },
  });
  assert.deepEqual(
    fields?.map(({ kind }) => kind),
    ['text', 'json', 'json', 'json'],
  );
});

test('options have their titles, and give back their values', () => {
  const fields = form({
    a: { oneOf: [{ const: 1, title: 'One' }] },
    b: { enum: ['x', 'y'], enumNames: ['Ex', 'Why'], default: 'y' },
  });
  assert.deepEqual(
    fields.map(({ options }) => options.map(({ label }) => label)),
    [['One'], ['Ex', 'Why']],
  );
  const draft = emptyDraft(fields);
  assert.deepEqual(draft, { a: '', b: '1' });
  assert.deepEqual(readForm(fields, { ...draft, a: '0' }).content, { a: 1, b: 'y' });
});

test('defaults are filled in, and what is left empty is left out', () => {
  const fields = form({
    a: { type: 'string', default: 'x' },
    b: { type: 'integer' },
    c: { type: 'boolean' },
    d: { type: 'array', items: { type: 'string' } },
  });
  assert.deepEqual(readForm(fields, emptyDraft(fields)), { content: { a: 'x' }, faults: {} });
});

test('what does not fit is told at its field', () => {
  const fields = form(
    {
      a: { type: 'integer', minimum: 1, maximum: 9 },
      b: { type: 'string', maxLength: 2 },
      c: { type: 'object' },
      d: { type: 'number' },
      e: { type: 'number' },
    },
    ['d'],
  );
  const { content, faults } = readForm(fields, { a: '1.5', b: 'abc', c: '{', d: '', e: 'x' });
  assert.deepEqual(content, {});
  assert.deepEqual(Object.keys(faults), ['a', 'b', 'c', 'd', 'e']);
  assert.equal(readForm(fields, { a: '10', b: '', c: '', d: '1', e: '' }).faults.a, 'At most 9.');
});

test('values come with their types', () => {
  const fields = form({
    a: { type: 'integer' },
    b: { type: 'boolean' },
    c: { type: 'array', items: { type: 'string' } },
    d: { type: 'object' },
    e: { type: 'array', items: { enum: ['x', 'y'] } },
  });
  const draft = { a: ' 7 ', b: true, c: 'x\ny', d: '{"z": [1]}', e: ['1'] };
  assert.deepEqual(readForm(fields, draft).content, {
    a: 7,
    b: true,
    c: ['x', 'y'],
    d: { z: [1] },
    e: ['y'],
  });
});
