/** Short words on what just happened, read out by screen readers; those about failures stay until closed. */

import { signal } from '@preact/signals';
import { html } from './html.js';
import { Icon } from './icons.js';

const SHOWN_MS = 6000;

/** @typedef {{ id: number, text: string, tone: 'ok' | 'bad', undo?: () => void }} Toast */

/** @type {import('@preact/signals').Signal<Toast[]>} */
const toasts = signal([]);
let last = 0;

/** @param {number} id */
const close = (id) => {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
};

/** @param {string} text @param {{ undo?: () => void }} [options] */
export function toast(text, { undo } = {}) {
  const id = ++last;
  toasts.value = [...toasts.value, { id, text, tone: 'ok', undo }];
  setTimeout(close, SHOWN_MS, id);
}

/** @param {unknown} error */
export function toastError(error) {
  const text = error instanceof Error ? error.message : String(error);
  const others = toasts.value.filter((one) => one.text !== text);
  toasts.value = [...others, { id: ++last, text, tone: 'bad' }];
}

export function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.value.map((one) => html`<${Note} key=${one.id} note=${one} />`)}
  </div>`;
}

/** @param {{ note: Toast }} props */
function Note({ note: { id, text, tone, undo } }) {
  const onUndo = () => {
    close(id);
    undo?.();
  };
  return html`<p class=${`toast state ${tone}`}>
    <${Icon} name=${tone} size=${14} /><span>${text}</span>
    ${undo ? html`<button type="button" class="button quiet" data-action="undo" onClick=${onUndo}>Undo</button>` : null}
    <button type="button" class="icon-button" aria-label="Close" onClick=${() => close(id)}><${Icon} name="cross" /></button>
  </p>`;
}
