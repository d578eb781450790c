import { useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import { post } from '../api.js';
import { emptyDraft, fieldsOf, readForm, readJson } from '../lib/schema_form.js';
import { Button } from '../parts/button.js';
import { TextField } from '../parts/field.js';
import { html } from '../parts/html.js';
import { SchemaForm } from '../parts/schema_form.js';
import { useResource } from '../parts/use_resource.js';
import { Elicitation } from '../runs/elicitation.js';
import { PATIENCE_MS, toolPath } from './paths.js';
import { CallResult } from './result.js';

const AGAIN = 'Some fields need another look.';

/** A call by hand: a form made of the tool's schema, or its arguments as JSON. @param {{ tool: import('../wire').Tool, done: () => unknown }} props */
export function TryTool({ tool, done }) {
  const text = JSON.stringify(tool.input_schema);
  const fields = useMemo(() => fieldsOf(tool.input_schema), [text]);
  const draft = useSignal(/** @type {Record<string, any>} */ (fields ? emptyDraft(fields) : {}));
  const asJson = useSignal(!fields);
  const raw = useSignal('{}');
  const faults = useSignal(/** @type {Record<string, string>} */ ({}));
  const result = useSignal(/** @type {import('../wire').CallResult | null} */ (null));
  const running = useSignal(false);
  const stop = useRef(/** @type {AbortController | null} */ (null));
  const read = () => (asJson.peek() || !fields ? readRaw(raw.peek()) : readForm(fields, draft.peek()));
  const run = async () => {
    const { content, faults: wrong } = read();
    faults.value = wrong;
    if (Object.keys(wrong).length) throw new Error(AGAIN);
    result.value = null;
    running.value = true;
    stop.current = new AbortController();
    const options = { timeoutMs: PATIENCE_MS, signal: stop.current.signal };
    try {
      result.value = await post(`${toolPath(tool.name)}/call`, { arguments: content }, options);
    } catch (error) {
      faults.value = { '': /** @type {Error} */ (error).message };
      throw error;
    } finally {
      running.value = false;
      done();
    }
  };
  const toggle = () => {
    if (!asJson.peek() && fields) raw.value = JSON.stringify(readForm(fields, draft.peek()).content, null, 2);
    asJson.value = !asJson.peek();
  };
  return html`<section class="panel" aria-label="Try it"><header><h2>Try it</h2>
      ${fields ? html`<span class="end"><${Button} action="tool.as_json" tone="quiet" onClick=${toggle}>${asJson.value ? 'As a form' : 'As JSON'}<//></span>` : null}</header>
    <form class="form" noValidate onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
      ${asJson.value || !fields ? html`<${TextField} label="Arguments" rows=${6} value=${raw.value} fault=${faults.value.json} set=${(/** @type {string} */ value) => (raw.value = value)} note="As JSON." attrs=${{ class: 'mono' }} />` : null}
      ${!asJson.value && fields ? html`<${SchemaForm} fields=${fields} draft=${draft.value} faults=${faults.value} set=${(/** @type {string} */ name, /** @type {any} */ value) => (draft.value = { ...draft.peek(), [name]: value })} />` : null}
      ${fields && !fields.length && !asJson.value ? html`<p class="muted">It takes no arguments.</p>` : null}
      ${faults.value[''] ? html`<p class="problem" role="alert" dir="auto">${faults.value['']}</p>` : null}
      <div class="actions">
        <${Button} action="tool.try" target=${tool.name} tone="primary" type="submit" needs="agent" changes blocked=${tool.permission === 'deny' ? 'It is denied; change its permission first.' : null} onClick=${run}>Call it<//>
        ${running.value ? html`<${Button} action="tool.try_stop" icon="stop" onClick=${() => stop.current?.abort()}>Stop<//>` : null}
        <span class="muted small">It is a call of yours: nobody is asked, and what it changes is changed.</span>
      </div>
    </form>
    ${running.value ? html`<${Questions} tool=${tool.name} />` : null}
    ${result.value ? html`<${CallResult} result=${result.value} />` : null}
  </section>`;
}

/** What the server asks while the call goes on. @param {{ tool: string }} props */
function Questions({ tool }) {
  /** @type {import('../parts/use_resource.js').Live<import('../wire').Page<import('../wire').Approval>>} */
  const live = useResource('/api/agent/approvals?status=pending&limit=50', { topics: ['agent.approvals'] });
  const mine = (live.data?.items ?? []).filter(
    (one) => one.kind === 'elicitation' && !one.run_id && one.tool === tool,
  );
  return mine.map(
    (one) =>
      html`<${Elicitation} key=${one.id} id=${one.id} tool=${one.tool} reason=${one.reason} schema=${one.schema} args=${one.arguments} />`,
  );
}

/** @param {string} raw @returns {{ content: unknown, faults: Record<string, string> }} */
function readRaw(raw) {
  const { value = {}, fault } = readJson(raw);
  return { content: value, faults: fault ? { json: fault } : {} };
}
