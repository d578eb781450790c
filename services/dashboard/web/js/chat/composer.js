import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../parts/button.js';
import { html } from '../parts/html.js';
import { toastError } from '../parts/toast.js';
import { place, setQuery } from '../router.js';
import { readOnly } from '../session.js';
import { unavailable } from '../upstreams.js';
import { takeDrops } from './drop.js';
import { ModelChooser } from './model_chooser.js';
import { cancel, draftOf, send, sending } from './send.js';

/** @typedef {import('@preact/signals').Signal<string>} Draft */

/** Where a person writes to the agent. @param {{ sessionId: string, running: import('../wire').Run | null }} props */
export function Composer({ sessionId, running }) {
  const draft = draftOf(sessionId);
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  useGivenText(draft, field);
  const hindrance = () =>
    running ? 'The agent is still at work: wait, or stop it first.' : (unavailable('agent') ?? readOnly());
  const submit = async () => {
    await sendDraft(sessionId, draft);
    field.current?.focus();
  };
  return html`<div class="composer" ...${takeDrops(draft)}>
    <label class="sr-only" for="ask">Ask the agent</label>
    <textarea id="ask" dir="auto" ref=${field} rows="1" placeholder="Ask the agent…" value=${draft.value} maxlength="200000"
      onInput=${(/** @type {any} */ event) => (draft.value = event.target.value)}
      onKeyDown=${(/** @type {KeyboardEvent} */ event) => sendByEnter(event, hindrance)}></textarea>
    <div class="composer-foot">
      <${ModelChooser} />
      ${running ? html`<${StopButton} run=${running} />` : html`<${SendButton} empty=${!draft.value.trim()} onClick=${submit} />`}
    </div>
  </div>`;
}

/** Sends what was written; it comes back into the field if that fails. @param {string} sessionId @param {Draft} draft */
async function sendDraft(sessionId, draft) {
  const text = draft.value.trim();
  if (!text || sending.value) return;
  draft.value = '';
  try {
    await send(sessionId, text);
  } catch (error) {
    draft.value ||= text;
    throw error;
  }
}

/** Enter presses the button beside the field, or says why that cannot be. @param {KeyboardEvent} event @param {() => string | null} hindrance */
function sendByEnter(event, hindrance) {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  const why = hindrance();
  if (why) return toastError(new Error(why));
  /** @type {HTMLElement | null | undefined} */ (
    /** @type {Element} */ (event.target).parentElement?.querySelector('[data-action="chat.send"]')
  )?.click();
}

/** Takes text from the address (`?ask=`), where the palette puts it. @param {Draft} draft @param {{ current: HTMLElement | null }} field */
function useGivenText(draft, field) {
  const given = place.value.query.ask;
  useEffect(() => {
    field.current?.focus({ preventScroll: true });
    if (!given) return;
    draft.value = given;
    setQuery({ ask: null });
  }, [given]);
}

/** @param {{ empty: boolean, onClick: () => Promise<void> }} props */
function SendButton({ empty, onClick }) {
  return html`<${Button} action="chat.send" tone="primary" icon="send" needs="agent" changes blocked=${empty && 'Write something first.'}
    onClick=${onClick}>Send<//>`;
}

/** @param {{ run: import('../wire').Run }} props */
function StopButton({ run }) {
  return html`<${Button} action="run.cancel" target=${run.id} icon="stop" needs="agent" changes onClick=${() => cancel(run.id)}>Stop<//>`;
}
