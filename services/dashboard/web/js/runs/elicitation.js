import { useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import { ApiError, post } from '../api.js';
import { emptyDraft, fieldsOf, readForm, readJson } from '../lib/schema_form.js';
import { Button } from '../parts/button.js';
import { TextField } from '../parts/field.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { OutsideLink } from '../parts/outside_link.js';
import { SchemaForm } from '../parts/schema_form.js';
import { useAnswerKeys, useFocus } from './answer_keys.js';

const AGAIN = 'Some fields need another look.';

/**
 * What an MCP server asks while it works: a form made of its schema, or an address to go to. Its words are a stranger's.
 * @param {{ id: string, tool: string, reason: string | null, schema?: import('../wire').Json, args?: import('../wire').Json }} props
 */
export function Elicitation({ id, tool, reason, schema, args }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const fields = useMemo(() => (schema ? fieldsOf(schema) : []), [id]);
  const draft = useSignal(fields ? emptyDraft(fields) : {});
  const raw = useSignal('{}');
  const faults = useSignal(/** @type {Record<string, string>} */ ({}));
  const { url } = /** @type {{ url?: string }} */ (args ?? {});
  useFocus(box);
  useAnswerKeys(box);
  const accept = async () => {
    const { content, faults: wrong } = fields ? readForm(fields, draft.peek()) : readRaw(raw.peek());
    faults.value = wrong;
    if (Object.keys(wrong).length) throw new Error(AGAIN);
    try {
      await post(`/api/agent/approvals/${id}`, { decision: 'once', ...(schema ? { content } : {}) });
    } catch (error) {
      if (error instanceof ApiError && error.status === 422) faults.value = { '': error.message };
      throw error;
    }
  };
  const decline = () => post(`/api/agent/approvals/${id}`, { decision: 'deny' });
  const common = { target: tool, needs: 'agent', changes: true };
  return html`<section class="approval" ref=${box} tabindex="-1" aria-label=${`A question of ${tool}`}>
    <p><${Icon} name="hand" /><strong><code>${tool}</code> asks you something</strong></p>
    <p class="pre" dir="auto">${reason}</p>
    ${url ? html`<${OutsideLink} url=${url} action="elicitation.open" label="Open it" />` : null}
    <form class="form bare" noValidate onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
      ${fields ? html`<${SchemaForm} fields=${fields} draft=${draft.value} faults=${faults.value} set=${(/** @type {string} */ name, /** @type {any} */ value) => (draft.value = { ...draft.peek(), [name]: value })} />` : html`<${TextField} label="Answer" rows=${4} note="As JSON." value=${raw.value} fault=${faults.value.json} set=${(/** @type {string} */ value) => (raw.value = value)} />`}
      ${faults.value[''] ? html`<p class="problem" role="alert" dir="auto">${faults.value['']}</p>` : null}
      <div class="approval-answers">
        <${Button} ...${common} action="elicitation.accept" tone="primary" type="submit" keys="1" attrs=${{ 'data-key': '1' }} onClick=${accept}>${url ? 'I have done it' : 'Answer'}<//>
        <${Button} ...${common} action="elicitation.decline" tone="danger" keys="4" attrs=${{ 'data-key': '4' }} onClick=${decline}>Decline<//>
      </div>
    </form>
  </section>`;
}

/** @param {string} raw @returns {{ content: unknown, faults: Record<string, string> }} */
function readRaw(raw) {
  const { value = {}, fault } = readJson(raw);
  return { content: value, faults: fault ? { json: fault } : {} };
}
