import { html } from '../parts/html.js';
export default function InsightsView() {
  return html`<p>later</p>`;
}
