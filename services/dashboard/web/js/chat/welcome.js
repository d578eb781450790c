import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { draftOf } from './send.js';

const EXAMPLES = [
  { icon: 'list', text: 'list the files' },
  { icon: 'search', text: 'search the files for error' },
  { icon: 'pencil', text: 'read notes.txt' },
  { icon: 'clock', text: 'what time is it in Tokyo' },
];

/** An empty conversation: what can be asked, also of the built-in model. */
export function Welcome() {
  return html`<div class="welcome">
    <${Icon} name="binnacle" size=${32} />
    <h2>What should the agent find out?</h2>
    <p class="muted">It works in your workspace folder and shows each step. What changes something asks you first.</p>
    <ul>
      ${EXAMPLES.map(
        ({ icon, text }) => html`<li key=${text}>
        <button type="button" class="example" data-action="chat.example" onClick=${() => take(text)}><${Icon} name=${icon} />${text}</button>
      </li>`,
      )}
    </ul>
  </div>`;
}

/** @param {string} text */
function take(text) {
  draftOf('').value = text;
  document.getElementById('ask')?.focus();
}
