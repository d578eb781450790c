import { html } from '../parts/html.js';
/** @param {{id: string}} props */
export function RunDetailView({ id }) {
  return html`<p>${id}</p>`;
}
