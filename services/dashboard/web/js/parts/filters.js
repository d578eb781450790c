import { useEffect, useRef } from 'preact/hooks';
import { place, setQuery } from '../router.js';
import { html } from './html.js';

const TYPING_MS = 250;

/**
 * A choice that is kept in the URL; the first option means any.
 * @param {{ name: string, label: string, options: [value: string, label: string][] }} props
 */
export function Choice({ name, label, options }) {
  const value = place.value.query[name] ?? '';
  const known = options.some(([one]) => one === value);
  return html`<label><span class="sr-only">${label}</span>
    <select value=${value} data-action=${`filter.${name}`} onChange=${(/** @type {any} */ event) => setQuery({ [name]: event.target.value })}>
      ${options.map(([one, text]) => html`<option key=${one} value=${one}>${text}</option>`)}
      ${known ? null : html`<option value=${value}>${value}</option>`}
    </select>
  </label>`;
}

/** Words to search for, kept in the URL once the typing rests. @param {{ label: string }} props */
export function Search({ label }) {
  const timer = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined));
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const q = place.value.query.q ?? '';
  useEffect(() => {
    if (field.current && document.activeElement !== field.current) field.current.value = q;
  }, [q]);
  /** @param {any} event */
  const onInput = (event) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setQuery({ q: event.target.value.trim() }), TYPING_MS);
  };
  return html`<input ref=${field} type="search" aria-label=${label} placeholder=${`${label}…`} defaultValue=${q} onInput=${onInput} maxlength="500" />`;
}

/** Takes all filters away; there only when there are some. @param {{ names: string[] }} props */
export function ClearFilters({ names }) {
  const { query } = place.value;
  if (!names.some((name) => query[name])) return null;
  const none = Object.fromEntries(names.map((name) => [name, null]));
  return html`<button type="button" class="button quiet" data-action="filter.clear" onClick=${() => setQuery(none)}>Clear</button>`;
}
