import { CheckField, Field, TextField } from './field.js';
import { html } from './html.js';

/** @typedef {import('../lib/schema_form.js').Field} SchemaField */

/**
 * The fields of a schema, to fill in. Names and notes in it are somebody else's text.
 * @param {{ fields: SchemaField[], draft: Record<string, any>, faults: Record<string, string>, set: (name: string, value: any) => void }} props
 */
export function SchemaForm({ fields, draft, faults, set }) {
  return fields.map(
    (
      field,
    ) => html`<${One} key=${field.name} field=${field} value=${draft[field.name]} fault=${faults[field.name]}
      set=${(/** @type {any} */ value) => set(field.name, value)} />`,
  );
}

const NOTES = { lines: 'One a line.', json: 'As JSON.' };

/** @param {{ field: SchemaField, value: any, fault?: string, set: (value: any) => void }} props */
function One({ field, value, fault, set }) {
  const { label, required, kind } = field;
  const hint = NOTES[/** @type {'lines' | 'json'} */ (kind)] ?? '';
  const note = [field.note, hint].filter(Boolean).join(' ');
  const common = { label, required, fault, note };
  if (kind === 'boolean')
    return html`<${CheckField} label=${label} note=${note} checked=${value} set=${set} />`;
  if (kind === 'choices') return html`<${Several} field=${field} value=${value} fault=${fault} set=${set} />`;
  if (kind === 'choice')
    return html`<${OneOf} ...${common} options=${field.options} value=${value} set=${set} />`;
  const attrs = { inputmode: kind === 'integer' ? 'numeric' : kind === 'number' ? 'decimal' : undefined };
  const rows = kind === 'json' ? 4 : kind === 'lines' || field.long ? 3 : undefined;
  return html`<${TextField} ...${common} value=${value} set=${set} rows=${rows} attrs=${attrs} />`;
}

/** @param {{ options: SchemaField['options'], value: string, set: (value: string) => void, label: string }} props */
function OneOf({ options, value, set, ...field }) {
  return html`<${Field} ...${field}>${(
    /** @type {any} */ attrs,
  ) => html`<select ...${attrs} value=${value} onChange=${(/** @type {any} */ event) => set(event.target.value)}>
    <option value="">–</option>
    ${options.map(({ label }, index) => html`<option key=${index} value=${String(index)}>${label}</option>`)}
  </select>`}<//>`;
}

/** @param {{ field: SchemaField, value: string[], fault?: string, set: (value: string[]) => void }} props */
function Several({ field, value, fault, set }) {
  /** @param {string} one @param {boolean} on */
  const toggle = (one, on) => set(on ? [...value, one] : value.filter((other) => other !== one));
  return html`<fieldset class="field"><legend>${field.label}</legend>
    ${field.note ? html`<p class="muted small" dir="auto">${field.note}</p>` : null}
    ${field.options.map(({ label }, index) => {
      const key = String(index);
      return html`<${CheckField} key=${key} label=${label} checked=${value.includes(key)} set=${(/** @type {boolean} */ on) => toggle(key, on)} />`;
    })}
    ${fault ? html`<p class="problem small">${fault}</p>` : null}
  </fieldset>`;
}
