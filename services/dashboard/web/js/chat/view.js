import { html } from '../parts/html.js';
import { place } from '../router.js';
import { RunDetailView } from '../runs/detail.js';
import { RunListView } from '../runs/list.js';
import { Conversation } from './conversation.js';

/** Chat and runs: `/chat`, `/chat/SESSION`, `/runs`, `/runs/RUN`. */
export default function ChatView() {
  const [section, id] = place.value.segments;
  const runs = section === 'runs';
  return html`<div class=${`page chat-page ${runs ? '' : 'conversing'}`}>
    <header class="page-head">
      <h1>${runs ? 'Runs' : 'Chat'}</h1>
      <nav class="segments" aria-label="Chat and runs">
        <a href="/chat" aria-current=${runs ? undefined : 'page'}>Conversations</a>
        <a href="/runs" aria-current=${runs ? 'page' : undefined}>Runs</a>
      </nav>
    </header>
    ${runs ? (id ? html`<${RunDetailView} id=${id} key=${id} />` : html`<${RunListView} />`) : html`<${Conversation} id=${id ?? ''} />`}
  </div>`;
}
