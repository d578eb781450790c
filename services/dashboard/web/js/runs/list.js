import { html } from '../parts/html.js';
export function RunListView() {
  return html`<p>later</p>`;
}
