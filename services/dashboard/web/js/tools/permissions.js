import { useSignal } from '@preact/signals';
import { del, post } from '../api.js';
import { Button, IconButton } from '../parts/button.js';
import { confirmed } from '../parts/confirm.js';
import { Field } from '../parts/field.js';
import { html } from '../parts/html.js';
import { PagedList } from '../parts/paged_list.js';
import { EmptyState, Stale } from '../parts/states.js';
import { Ago } from '../parts/time.js';
import { toast } from '../parts/toast.js';
import { usePages } from '../parts/use_pages.js';
import { touch } from '../refresh.js';
import { DECISIONS } from './permission_select.js';

/** @typedef {import('../wire').Permission} Permission */

const PATH = '/api/agent/permissions';
const POLL_MS = 15_000;

/** Rules, and what was remembered from approvals; all can be revoked. */
export function PermissionList() {
  const pages = usePages(`${PATH}?limit=100`, { topics: ['agent.approvals'], pollMs: POLL_MS });
  return html`<section class="panel" aria-labelledby="rules">
    <header><h2 id="rules">Permissions</h2><span class="muted small">deny beats ask beats allow</span><${Stale} error=${pages.live.error} asOf=${pages.live.asOf} /></header>
    <${NewRule} />
    <${PagedList} pages=${pages} what="permissions" row=${(/** @type {Permission} */ rule) => html`<${Row} key=${rule.id} rule=${rule} />`} empty=${html`<${None} />`} />
  </section>`;
}

const None = () => html`<${EmptyState} icon="hand" title="No rules">
  Reading is allowed, and everything else asks. What you answer with "this session" or "always" is remembered here.
<//>`;

/** @param {{ rule: Permission }} props */
function Row({ rule }) {
  const { pattern, decision, scope, session_id, approval_id, fingerprint, created_at } = rule;
  const from = [
    approval_id ? 'remembered from an approval' : 'a rule',
    fingerprint ? 'for this definition only' : '',
  ];
  return html`<li><div class="row rule-row">
    <span class=${`decision ${decision}`}>${decision}</span>
    <span class="two-lines"><span class="clip mono">${pattern}</span><span class="small muted clip">${from.filter(Boolean).join(', ')}</span></span>
    <span class="small">${scope === 'session' ? html`<a href=${`/chat/${session_id}`}>one session</a>` : 'always'}</span>
    <span class="num muted small"><${Ago} at=${created_at} /></span>
    <${IconButton} icon="trash" label=${`Revoke ${decision} ${pattern}`} action="permission.revoke" target=${decision} needs="agent" changes onClick=${() => revoke(rule)} />
  </div></li>`;
}

/** @param {Permission} rule */
async function revoke({ id, decision, pattern }) {
  const yes = await confirmed({
    title: `Revoke ${decision} for ${pattern}?`,
    text: 'Calls it was about are judged by the other rules from now on.',
    label: 'Revoke',
  });
  if (!yes) return;
  await del(`/api/agent/permissions/${id}`);
  touch('/api/agent/');
  toast('Revoked');
}

/** A rule by name or glob. */
function NewRule() {
  const pattern = useSignal('');
  const decision = useSignal('ask');
  const fault = useSignal('');
  const add = async () => {
    fault.value = pattern.peek().trim() ? '' : 'Write the name of a tool, or a pattern.';
    if (fault.peek()) throw new Error(fault.peek());
    await post(PATH, { pattern: pattern.peek().trim(), decision: decision.peek() });
    pattern.value = '';
    touch('/api/agent/');
    toast('Rule added');
  };
  return html`<form class="rule-form" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
    <${Field} label="Tools" fault=${fault.value}>${(
      /** @type {any} */ attrs,
    ) => html`<input type="text" ...${attrs} class="mono" placeholder="mcp__github__*" maxlength="200" autocomplete="off" spellcheck=${false}
      value=${pattern.value} onInput=${(/** @type {any} */ event) => (pattern.value = event.target.value)} />`}<//>
    <${Field} label="Decision">${(
      /** @type {any} */ attrs,
    ) => html`<select ...${attrs} value=${decision.value} onChange=${(/** @type {any} */ event) => (decision.value = event.target.value)}>
      ${DECISIONS.map((one) => html`<option key=${one} value=${one}>${one}</option>`)}</select>`}<//>
    <${Button} action="permission.add" type="submit" needs="agent" changes onClick=${add}>Add rule<//>
  </form>`;
}
