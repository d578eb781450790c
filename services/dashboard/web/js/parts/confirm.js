import { signal } from '@preact/signals';
import { Button } from './button.js';
import { Dialog } from './dialog.js';
import { html } from './html.js';

/** @typedef {{ title: string, text: string, label: string, answer: (yes: boolean) => void }} Question */

/** @type {import('@preact/signals').Signal<Question | null>} */
const question = signal(null);

/**
 * Asks before something that cannot be undone.
 * @param {{ title: string, text: string, label: string }} what
 * @returns {Promise<boolean>}
 */
export const confirmed = (what) =>
  new Promise((resolve) => {
    question.value = { ...what, answer: resolve };
  });

export function Confirm() {
  const asked = question.value;
  if (!asked) return null;
  /** @param {boolean} yes */
  const answer = (yes) => {
    question.value = null;
    asked.answer(yes);
  };
  return html`<${Dialog} title=${asked.title} close=${() => answer(false)}>
    <p>${asked.text}</p>
    <footer>
      <${Button} action="confirm.no" onClick=${() => answer(false)}>Cancel<//>
      <${Button} action="confirm.yes" tone="danger" onClick=${() => answer(true)} attrs=${{ autofocus: true }}>${asked.label}<//>
    </footer>
  <//>`;
}
