import { shortId } from '../lib/format.js';
import { IconButton } from './button.js';
import { html } from './html.js';
import { toast } from './toast.js';

/** Copies a text; without a clipboard (plain HTTP under a LAN name) by way of a selection. @param {string} text */
export async function copy(text) {
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else copyBySelection(text);
  toast('Copied');
}

/** @param {string} text */
function copyBySelection(text) {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'sr-only';
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** An id, short, with all of it on hover and in the clipboard. @param {{ id: string }} props */
export function Id({ id }) {
  return html`<span class="id"><code title=${id}>${shortId(id)}</code>
    <${IconButton} icon="copy" label=${`Copy ${id}`} action="id.copy" onClick=${() => copy(id)} /></span>`;
}
