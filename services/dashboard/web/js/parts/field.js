import { useId } from 'preact/hooks';
import { html } from './html.js';

/**
 * A label, what is filled in, a note, and what is wrong with it.
 * @param {{ label: string, note?: string, fault?: string, required?: boolean, children: (attrs: Record<string, unknown>) => unknown }} props
 */
export function Field({ label, note, fault, required = false, children }) {
  const id = useId();
  const described = [note ? `${id}-note` : '', fault ? `${id}-fault` : ''].filter(Boolean).join(' ');
  const attrs = {
    id,
    'aria-describedby': described || undefined,
    'aria-invalid': fault ? 'true' : undefined,
    'aria-required': required ? 'true' : undefined,
  };
  return html`<div class="field">
    <label for=${id}>${label}${required ? html`<span class="muted small"> needed</span>` : null}</label>
    ${children(attrs)}
    ${note ? html`<p class="muted small pre" id=${`${id}-note`} dir="auto">${note}</p>` : null}
    ${fault ? html`<p class="problem small" id=${`${id}-fault`}>${fault}</p>` : null}
  </div>`;
}

/**
 * A line, or with `rows` some lines, of text.
 * @param {{ label: string, value: string, set: (value: string) => void, note?: string, fault?: string, required?: boolean, rows?: number, attrs?: Record<string, unknown> }} props
 */
export function TextField({ value, set, rows, attrs: more, ...field }) {
  const common = {
    value,
    spellcheck: false,
    autocomplete: 'off',
    onInput: (/** @type {any} */ event) => set(event.target.value),
    ...more,
  };
  return html`<${Field} ...${field}>${(/** @type {any} */ attrs) =>
    rows
      ? html`<textarea ...${attrs} ...${common} rows=${rows}></textarea>`
      : html`<input type="text" ...${attrs} ...${common} />`}<//>`;
}

/** @param {{ label: string, checked: boolean, set: (on: boolean) => void, note?: string }} props */
export function CheckField({ label, checked, set, note }) {
  return html`<label class="check-field"><input type="checkbox" checked=${checked}
    onChange=${(/** @type {any} */ event) => set(event.target.checked)} /><span>${label}${note ? html`<span class="muted small pre" dir="auto"> ${note}</span>` : null}</span></label>`;
}
