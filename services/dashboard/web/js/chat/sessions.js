import { useSignal } from '@preact/signals';
import { del, patch } from '../api.js';
import { IconButton } from '../parts/button.js';
import { confirmed } from '../parts/confirm.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { More } from '../parts/paged_list.js';
import { WhenLoaded } from '../parts/states.js';
import { Ago } from '../parts/time.js';
import { toast } from '../parts/toast.js';
import { usePages } from '../parts/use_pages.js';
import { touch } from '../refresh.js';
import { navigate } from '../router.js';

/** @typedef {import('../wire').ChatSession} ChatSession */

const PATH = '/api/agent/sessions';

/** Past conversations, pinned ones first. On a narrow screen it folds away. @param {{ current: string }} props */
export function Sessions({ current }) {
  const open = useSignal(false);
  const pages = usePages(`${PATH}?limit=100`, { topics: ['agent.runs'] });
  return html`<aside class=${`sessions ${open.value ? 'open' : ''}`} aria-label="Conversations">
    <div class="sessions-head">
      <button type="button" class="button quiet fold" aria-expanded=${open.value ? 'true' : 'false'} data-action="sessions.fold"
        onClick=${() => (open.value = !open.value)}><${Icon} name="menu" />Conversations</button>
      <a class="button" href="/chat" data-action="chat.new"><${Icon} name="plus" /><span>New</span></a>
    </div>
    <div class="sessions-list" onClick=${() => (open.value = false)}>
      <${WhenLoaded} live=${pages.live} what="conversations">${() => html`<${List} pages=${pages} current=${current} />`}<//>
    </div>
  </aside>`;
}

/** @param {{ pages: ReturnType<typeof usePages>, current: string }} props */
function List({ pages, current }) {
  const items = /** @type {ChatSession[]} */ (pages.items);
  if (!items.length)
    return html`<p class="muted small pad">Conversations appear here once you ask something.</p>`;
  const sorted = [...items].sort((a, b) => Number(b.pinned) - Number(a.pinned));
  return html`<ul>${sorted.map((one) => html`<${Row} key=${one.id} session=${one} current=${one.id === current} />`)}</ul>
    ${pages.more ? html`<${More} more=${pages.more} />` : null}`;
}

/** @param {{ session: ChatSession, current: boolean }} props */
function Row({ session, current }) {
  const renaming = useSignal(false);
  const title = session.title || 'Untitled';
  if (renaming.value)
    return html`<li><${Rename} session=${session} done=${() => (renaming.value = false)} /></li>`;
  return html`<li class=${current ? 'current' : ''}>
    <a href=${`/chat/${session.id}`} aria-current=${current ? 'page' : undefined} title=${title}>
      <span class="clip" dir="auto">${session.pinned ? html`<${Icon} name="pin" size=${12} label="pinned" /> ` : null}${title}</span>
      <${Ago} at=${session.updated_at} bare />
    </a>
    <span class="row-tools">
      <${IconButton} icon="pin" label=${`${session.pinned ? 'Unpin' : 'Pin'} ${title}`} action="session.pin" needs="agent" changes
        onClick=${() => change(session, { pinned: !session.pinned })} />
      <${IconButton} icon="pencil" label=${`Rename ${title}`} action="session.rename" needs="agent" changes onClick=${() => (renaming.value = true)} />
      <${IconButton} icon="trash" label=${`Delete ${title}`} action="session.delete" needs="agent" changes onClick=${() => remove(session, current)} />
    </span>
  </li>`;
}

/** @param {{ session: ChatSession, done: () => void }} props */
function Rename({ session, done }) {
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const title = String(form.get('title')).trim();
    if (title && title !== session.title) await change(session, { title });
    done();
  };
  return html`<form class="rename" onSubmit=${submit} onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && done()}>
    <input name="title" aria-label="Name of the conversation" value=${session.title ?? ''} maxlength="200" autofocus ref=${(/** @type {HTMLInputElement | null} */ field) => field?.select()} />
    <button class="icon-button" aria-label="Save the name"><${Icon} name="ok" /></button>
  </form>`;
}

/** @param {ChatSession} session @param {Partial<ChatSession>} what */
async function change(session, what) {
  await patch(`${PATH}/${session.id}`, what);
  touch(PATH);
}

/** @param {ChatSession} session @param {boolean} current */
async function remove(session, current) {
  const title = session.title || 'Untitled';
  const text = `“${title}” and its runs are gone for good. Files that the agent changed stay as they are.`;
  if (!(await confirmed({ title: 'Delete this conversation?', text, label: 'Delete' }))) return;
  await del(`${PATH}/${session.id}`);
  touch(PATH);
  toast('Conversation deleted');
  if (current) navigate('/chat', { replace: true });
}
