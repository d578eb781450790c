import { html } from '../parts/html.js';
import { place } from '../router.js';
import { ComponentsPanel } from './components.js';
import { IssueDetailView } from './issue_detail.js';
import { IssueList } from './issue_list.js';
import { Summary } from './summary.js';

/** What goes wrong and how often: `/insights`, `/insights/ISSUE`. */
export default function InsightsView() {
  const id = place.value.segments[1];
  return html`<div class="page insights">
    <header class="page-head"><h1>Insights</h1>${id ? null : html`<span class="muted">last 24 hours</span>`}</header>
    ${id ? html`<${IssueDetailView} id=${id} key=${id} />` : html`<${Summary} /><${IssueList} /><${ComponentsPanel} />`}
  </div>`;
}
