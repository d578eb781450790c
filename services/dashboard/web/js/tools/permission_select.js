import { useSignal } from '@preact/signals';
import { patch } from '../api.js';
import { html } from '../parts/html.js';
import { toast, toastError } from '../parts/toast.js';
import { touch } from '../refresh.js';
import { readOnly } from '../session.js';
import { trackInteraction } from '../tracking.js';
import { unavailable } from '../upstreams.js';
import { TOOLS, toolPath } from './paths.js';

/** @typedef {import('../wire').Decision} Decision */

export const DECISIONS = /** @type {const} */ (['allow', 'ask', 'deny']);

/** What the rules say of a tool, to be changed in place. @param {{ tool: import('../wire').Tool, id?: string }} props */
export function PermissionSelect({ tool, id }) {
  const wanted = useSignal(/** @type {Decision | null} */ (null));
  const blocked = unavailable('agent') || readOnly();
  /** @param {any} event */
  const choose = async (event) => {
    wanted.value = event.target.value;
    await change(tool, event.target.value);
    wanted.value = null;
  };
  return html`<select class=${`permission ${tool.permission}`} id=${id} aria-label=${id ? undefined : `Permission of ${tool.name}`} value=${wanted.value ?? tool.permission}
    disabled=${Boolean(blocked)} title=${blocked ?? undefined} aria-busy=${wanted.value ? 'true' : undefined} onChange=${choose}>
    ${DECISIONS.map((one) => html`<option key=${one} value=${one}>${one}</option>`)}
  </select>`;
}

/** A rule with a wider pattern still counts, so the answer may be another than what was asked for. @param {import('../wire').Tool} tool @param {Decision} permission */
async function change(tool, permission) {
  const started = performance.now();
  let success = false;
  try {
    const now = await patch(toolPath(tool.name), { permission });
    success = true;
    if (now.permission !== permission)
      toastError(`A wider rule says ${now.permission} for ${tool.name}; see Permissions.`);
    else toast(`${tool.name}: ${permission}`);
  } catch (error) {
    toastError(error);
  }
  touch(TOOLS);
  touch('/api/agent/permissions');
  const duration_ms = performance.now() - started;
  trackInteraction('tool.permission', { target: tool.name, success, duration_ms });
}
