/** Files dropped on the composer go into the workspace, where the agent can read them. */

import { get, put, withQuery } from '../api.js';
import { confirmed } from '../parts/confirm.js';
import { toast, toastError } from '../parts/toast.js';
import { touch } from '../refresh.js';
import { readOnly } from '../session.js';

/** @typedef {import('@preact/signals').Signal<string>} Draft */

/** @param {Draft} draft */
export const takeDrops = (draft) => ({
  /** @param {DragEvent} event */
  onDragOver: (event) => event.dataTransfer?.types.includes('Files') && event.preventDefault(),
  /** @param {DragEvent} event */
  onDrop: (event) => {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    upload(files, draft).catch(toastError);
  },
});

/** @param {File[]} files @param {Draft} draft */
async function upload(files, draft) {
  const refused = readOnly();
  if (refused) throw new Error(refused);
  const taken = [];
  for (const file of files) if (await mayWrite(file.name)) taken.push(file);
  for (const file of taken) await put(`/api/agent/workspace/files/${encodeURIComponent(file.name)}`, file);
  if (!taken.length) return;
  const names = taken.map(({ name }) => name).join(', ');
  draft.value = `${draft.value} ${names}`.trim();
  touch('/api/agent/workspace');
  toast(`In the workspace: ${names}`);
}

/** Whether a name is free, or the file there may go. @param {string} name */
async function mayWrite(name) {
  try {
    await get(withQuery('/api/agent/workspace', { path: name }), { quiet: true });
  } catch (error) {
    if (/** @type {import('../api.js').ApiError} */ (error).status === 404) return true;
    throw error;
  }
  const text = `The workspace has a file of this name already. What it holds is gone once it is replaced.`;
  return confirmed({ title: `Replace ${name}?`, text, label: 'Replace' });
}
