/**
 * A form made of a JSON Schema; pure. What a plain field can hold becomes one; everything else (nested objects, unions,
 * references that go in circles) is edited as JSON, so that no schema is too odd to be filled in.
 */

/** @typedef {{ [key: string]: any }} Schema */
/** @typedef {'text' | 'number' | 'integer' | 'boolean' | 'choice' | 'choices' | 'lines' | 'json'} Kind */

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {string} label
 * @property {Kind} kind
 * @property {string} note
 * @property {boolean} required
 * @property {boolean} long the text may have several lines
 * @property {{ value: unknown, label: string }[]} options of choices
 * @property {unknown} initial
 * @property {Schema} schema
 */

/** @typedef {Record<string, any>} Draft what is in the fields: texts, booleans, lists of option numbers */

const MOST_FIELDS = 40;
const MOST_OPTIONS = 200;
const DEEPEST = 8;
const LONG = 200;

/**
 * The fields of an object's schema; null when it is none that fields could fill in.
 * @param {unknown} schema
 * @returns {Field[] | null}
 */
export function fieldsOf(schema) {
  const root = resolved(schema, schema);
  if (!isSchema(schema) || (root.type !== undefined && root.type !== 'object')) return null;
  if (root.anyOf || root.oneOf || root.allOf) return null;
  const properties = Object.entries(isSchema(root.properties) ? root.properties : {});
  if (properties.length > MOST_FIELDS) return null;
  const required = Array.isArray(root.required) ? root.required : [];
  return properties.map(([name, own]) => fieldOf(name, own, schema, required.includes(name)));
}

/** @param {string} name @param {unknown} given @param {unknown} root @param {boolean} required @returns {Field} */
function fieldOf(name, given, root, required) {
  const schema = withoutNull(resolved(given, root), root);
  const kind = kindOf(schema, root);
  const inner = kind === 'choices' ? resolved(schema.items, root) : schema;
  return {
    name,
    label: text(schema.title) || name,
    kind,
    note: text(schema.description),
    required,
    long: kind === 'text' && (Number(schema.maxLength) > LONG || schema.format === 'textarea'),
    options: kind === 'choice' || kind === 'choices' ? optionsOf(inner) : [],
    initial: schema.default,
    schema,
  };
}

/** @param {Schema} schema @param {unknown} root @returns {Kind} */
function kindOf(schema, root) {
  if (optionsOf(schema).length) return 'choice';
  switch (schema.type) {
    case 'string':
      return 'text';
    case 'number':
    case 'integer':
    case 'boolean':
      return schema.type;
    case 'array':
      return kindOfItems(resolved(schema.items, root));
    default:
      return 'json';
  }
}

/** @param {Schema} items @returns {Kind} */
function kindOfItems(items) {
  if (optionsOf(items).length) return 'choices';
  return items.type === 'string' ? 'lines' : 'json';
}

/** @param {Schema} schema */
function optionsOf(schema) {
  const titled = (Array.isArray(schema.oneOf) ? schema.oneOf : schema.anyOf) ?? [];
  const named = Array.isArray(titled) && titled.every((one) => isSchema(one) && 'const' in one) ? titled : [];
  if (named.length)
    return named
      .slice(0, MOST_OPTIONS)
      .map((one) => ({ value: one.const, label: text(one.title) || String(one.const) }));
  if (!Array.isArray(schema.enum) || schema.enum.length > MOST_OPTIONS) return [];
  const names = Array.isArray(schema.enumNames) ? schema.enumNames : [];
  return schema.enum.map((value, index) => ({ value, label: text(names[index]) || shown(value) }));
}

/** What a reference inside the document leads to; nothing when it leads in circles or out of it. @param {unknown} schema @param {unknown} root @returns {Schema} */
function resolved(schema, root) {
  let found = schema;
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    if (!isSchema(found)) return {};
    if (typeof found.$ref !== 'string') return found;
    if (!found.$ref.startsWith('#/')) return {};
    const steps = found.$ref.slice(2).split('/');
    found = steps.reduce(
      (/** @type {any} */ at, step) => at?.[step.replaceAll('~1', '/').replaceAll('~0', '~')],
      root,
    );
  }
  return {};
}

/** "Or null" is what an optional field is. @param {Schema} schema @param {unknown} root @returns {Schema} */
function withoutNull(schema, root) {
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((/** @type {unknown} */ type) => type !== 'null');
    return { ...schema, type: types.length === 1 ? types[0] : undefined };
  }
  const choices = Array.isArray(schema.anyOf) ? schema.anyOf : [];
  const real = choices.filter((/** @type {any} */ one) => one?.type !== 'null');
  if (real.length !== 1 || real.length === choices.length) return schema;
  const { anyOf: _, ...rest } = schema;
  return { ...resolved(real[0], root), ...rest };
}

/** What the fields hold at first. @param {Field[]} fields @returns {Draft} */
export const emptyDraft = (fields) =>
  Object.fromEntries(fields.map((field) => [field.name, initialOf(field)]));

/** @param {Field} field */
function initialOf({ kind, initial, options }) {
  if (kind === 'boolean') return initial === true;
  if (kind === 'choice') return at(options, initial);
  if (kind === 'choices')
    return (Array.isArray(initial) ? initial : []).map((one) => at(options, one)).filter(Boolean);
  if (initial === undefined || initial === null) return '';
  if (kind === 'lines') return Array.isArray(initial) ? initial.join('\n') : '';
  return kind === 'json' ? JSON.stringify(initial, null, 2) : String(initial);
}

/** The number of an option, as text. @param {Field['options']} options @param {unknown} value */
const at = (options, value) => {
  const index = options.findIndex((option) => option.value === value);
  return index < 0 ? '' : String(index);
};

/**
 * What was filled in, or what is wrong with it, by field. What is left empty is left out.
 * @param {Field[]} fields
 * @param {Draft} draft
 * @returns {{ content: Record<string, unknown>, faults: Record<string, string> }}
 */
export function readForm(fields, draft) {
  /** @type {Record<string, unknown>} */
  const content = {};
  /** @type {Record<string, string>} */
  const faults = {};
  for (const field of fields) {
    const { value, fault } = read(field, draft[field.name]);
    const missing = value === undefined && field.required ? 'This is needed.' : '';
    if (fault || missing) faults[field.name] = fault || missing;
    else if (value !== undefined) content[field.name] = value;
  }
  return { content, faults };
}

/** @param {Field} field @param {any} raw @returns {{ value?: unknown, fault?: string }} */
function read(field, raw) {
  switch (field.kind) {
    case 'boolean':
      return { value: raw || field.required || field.initial !== undefined ? Boolean(raw) : undefined };
    case 'choice':
      return { value: raw === '' ? undefined : field.options[Number(raw)]?.value };
    case 'choices':
      return {
        value:
          raw.length || field.required
            ? raw.map((/** @type {string} */ one) => field.options[Number(one)].value)
            : undefined,
      };
    case 'lines':
      return { value: raw.trim() || field.required ? raw.split('\n').filter(Boolean) : undefined };
    case 'json':
      return readJson(raw);
    case 'text':
      return readText(field.schema, raw, field.required);
    default:
      return readNumber(field.kind, field.schema, raw);
  }
}

/** @param {string} raw */
export function readJson(raw) {
  if (!raw.trim()) return {};
  try {
    return { value: JSON.parse(raw) };
  } catch (error) {
    return { fault: `This is not JSON: ${/** @type {Error} */ (error).message}` };
  }
}

/** @param {Schema} schema @param {string} raw @param {boolean} required */
function readText({ minLength = 0, maxLength = Number.POSITIVE_INFINITY }, raw, required) {
  if (!raw && !(required && !minLength)) return {};
  if (raw.length < minLength) return { fault: `At least ${minLength} characters.` };
  return raw.length > maxLength ? { fault: `At most ${maxLength} characters.` } : { value: raw };
}

/** @param {string} kind @param {Schema} schema @param {string} raw */
function readNumber(kind, { minimum, maximum }, raw) {
  if (!raw.trim()) return {};
  const value = Number(raw);
  if (!Number.isFinite(value)) return { fault: 'This is no number.' };
  if (kind === 'integer' && !Number.isInteger(value)) return { fault: 'A whole number is needed.' };
  if (typeof minimum === 'number' && value < minimum) return { fault: `At least ${minimum}.` };
  return typeof maximum === 'number' && value > maximum ? { fault: `At most ${maximum}.` } : { value };
}

/** @param {unknown} value @returns {value is Schema} */
const isSchema = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {unknown} value */
const text = (value) => (typeof value === 'string' ? value : '');

/** @param {unknown} value */
const shown = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
