import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../parts/button.js';
import { html } from '../parts/html.js';
import { toastError } from '../parts/toast.js';
import { place, setQuery } from '../router.js';
import { readOnly } from '../session.js';
import { follow } from '../tracking.js';
import { unavailable } from '../upstreams.js';
import { takeDrops } from './drop.js';
import { ModelChooser } from './model_chooser.js';
import { cancel, draftOf, send, sending } from './send.js';

/** @param {{ sessionId: string, running: import('../wire').Run | null }} props */
export function Composer({ sessionId, running }) {
  const draft = draftOf(sessionId);
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  useGivenText(draft, field);
  /** @param {Event} event */
  const submit = async (event) => {
    const text = draft.value.trim();
    if (!text || sending.value) return;
    const hindrance = running
      ? 'The agent is still at work: wait, or stop it first.'
      : (unavailable('agent') ?? readOnly());
    if (hindrance) return toastError(new Error(hindrance));
    draft.value = '';
    try {
      await follow(event, send(sessionId, text));
    } catch (error) {
      draft.value ||= text;
      toastError(error);
    }
    field.current?.focus();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void submit(event);
  };
  return html`<div class="composer" ...${takeDrops(draft)}>
    <label class="sr-only" for="ask">Ask the agent</label>
    <textarea id="ask" ref=${field} rows="1" placeholder="Ask the agent…" value=${draft.value} maxlength="200000"
      onInput=${(/** @type {any} */ event) => (draft.value = event.target.value)} onKeyDown=${onKeyDown}></textarea>
    <div class="composer-foot">
      <${ModelChooser} />
      ${
        running
          ? html`<${StopButton} run=${running} />`
          : html`<${Button} action="chat.send" tone="primary" icon="send" needs="agent" changes
        blocked=${!draft.value.trim() && 'Write something first.'} onClick=${submit}>Send<//>`
      }
    </div>
  </div>`;
}

/** Takes text from the address (`?ask=`), where the palette puts it. */
/** @param {import('@preact/signals').Signal<string>} draft @param {{ current: HTMLElement | null }} field */
function useGivenText(draft, field) {
  const given = place.value.query.ask;
  useEffect(() => {
    field.current?.focus({ preventScroll: true });
    if (!given) return;
    draft.value = given;
    setQuery({ ask: null });
  }, [given]);
}

/** @param {{ run: import('../wire').Run }} props */
function StopButton({ run }) {
  return html`<${Button} action="run.cancel" target=${run.id} icon="stop" needs="agent" changes onClick=${() => cancel(run.id)}>Stop<//>`;
}
