import { useSignal } from '@preact/signals';
import { ApiError, post } from '../api.js';
import { Button } from '../parts/button.js';
import { CheckField, TextField } from '../parts/field.js';
import { html } from '../parts/html.js';
import { definitionOf, faultsOf, TRANSPORTS } from './definition.js';
import { Pairs } from './pairs.js';
import { PATIENCE_MS, SERVERS } from './paths.js';
import { TestReport } from './test_report.js';

/** @typedef {import('./definition.js').Draft} Draft */

const UNNAMED = 'unnamed';

/**
 * A definition, to fill in, test and save. What is wrong shows at its field.
 * @param {{ initial: Draft, save: (draft: Draft) => Promise<void>, action: string, label: string, isNew?: boolean }} props
 */
export function ServerForm({ initial, save, action, label, isNew = false }) {
  const draft = useSignal(initial);
  const faults = useSignal(/** @type {Record<string, string>} */ ({}));
  const report = useSignal(/** @type {import('../wire').ServerTest | null} */ (null));
  const set = (/** @type {keyof Draft} */ name) => (/** @type {any} */ value) => {
    draft.value = { ...draft.peek(), [name]: value };
  };
  /** @param {() => Promise<void>} work */
  const trying = (work) => async () => {
    faults.value = {};
    report.value = null;
    try {
      await work();
    } catch (error) {
      if (error instanceof ApiError) faults.value = faultsOf(error);
      throw error;
    }
  };
  const test = trying(async () => {
    const body = { name: draft.peek().name.trim() || UNNAMED, ...definitionOf(draft.peek()) };
    report.value = await post(`${SERVERS}/test`, body, { timeoutMs: PATIENCE_MS });
  });
  const common = { needs: 'agent', changes: true };
  return html`<form class="form" noValidate onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
    <${Fields} draft=${draft.value} faults=${faults.value} set=${set} isNew=${isNew} />
    ${faults.value[''] ? html`<p class="problem" role="alert">${faults.value['']}</p>` : null}
    <div class="actions">
      <${Button} ...${common} action=${action} tone="primary" type="submit" onClick=${trying(() => save(draft.peek()))}>${label}<//>
      <${Button} ...${common} action="mcp.test_draft" onClick=${test}>Test first<//>
    </div>
    ${report.value ? html`<${TestReport} report=${report.value} />` : null}
  </form>`;
}

/** @param {{ draft: Draft, faults: Record<string, string>, set: (name: keyof Draft) => (value: any) => void, isNew: boolean }} props */
function Fields({ draft, faults, set, isNew }) {
  const local = draft.transport === 'stdio';
  return html`
    ${isNew ? html`<${TextField} label="Name" required value=${draft.name} set=${set('name')} fault=${faults.name} note="Its tools are called mcp__NAME__TOOL." attrs=${{ maxlength: 64 }} />` : null}
    <${TransportChoice} value=${draft.transport} set=${set('transport')} fault=${faults.transport} />
    ${local ? html`<${LocalFields} draft=${draft} faults=${faults} set=${set} />` : html`<${RemoteFields} draft=${draft} faults=${faults} set=${set} />`}
    <${CheckField} label="It may ask for a model's answer (sampling)" checked=${draft.allow_sampling} set=${set('allow_sampling')} />`;
}

/** @param {{ value: string, set: (value: string) => void, fault?: string }} props */
function TransportChoice({ value, set, fault }) {
  return html`<fieldset class="field"><legend>How it is reached</legend><div class="choices">
    ${TRANSPORTS.map(([name, label]) => html`<label key=${name} class="check-field"><input type="radio" class="bare" name="transport" value=${name} checked=${value === name} onChange=${() => set(name)} /><span>${label}</span></label>`)}
    </div>${fault ? html`<p class="problem small">${fault}</p>` : null}</fieldset>`;
}

/** @param {{ draft: Draft, faults: Record<string, string>, set: (name: keyof Draft) => (value: any) => void }} props */
function LocalFields({ draft, faults, set }) {
  return html`
    <${TextField} label="Command" required value=${draft.command} set=${set('command')} fault=${faults.command} note="The program that starts it, such as npx or uvx." />
    <${TextField} label="Arguments" rows=${3} value=${draft.args} set=${set('args')} fault=${faults.args} note="One a line." />
    <${TextField} label="Folder" value=${draft.cwd} set=${set('cwd')} fault=${faults.cwd} note="Where it is started. Empty: where the agent is." />
    <${Pairs} legend="Environment" name="env" pairs=${draft.env} set=${set('env')} fault=${faults.env} />`;
}

/** @param {{ draft: Draft, faults: Record<string, string>, set: (name: keyof Draft) => (value: any) => void }} props */
function RemoteFields({ draft, faults, set }) {
  return html`
    <${TextField} label="Address" required value=${draft.url} set=${set('url')} fault=${faults.url} attrs=${{ inputmode: 'url', placeholder: 'https://example.com/mcp' }} />
    <${Pairs} legend="Headers" name="headers" pairs=${draft.headers} set=${set('headers')} fault=${faults.headers} />`;
}
