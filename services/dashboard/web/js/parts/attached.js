import { BASE } from '../lib/base.js';
import { count } from '../lib/format.js';
import { html } from './html.js';

/**
 * What a tool gave back beside text: a picture is shown, all else is a file to save.
 * @param {{ attachment: import('../wire').Attachment }} props
 */
export function Attached({ attachment: { kind, mime_type, size, ref, uri, name } }) {
  const said = `${name ?? uri ?? kind}, ${mime_type}${size ? `, ${count(size)} bytes` : ''}`;
  if (!ref) return html`<p class="small break"><span class="muted">${kind}</span> ${said}</p>`;
  const href = `${BASE}/api/agent/attachments/${encodeURIComponent(ref)}`;
  return html`<figure class="attached">
    ${kind === 'image' ? html`<img src=${href} alt=${name ?? 'A picture that the tool gave back'} loading="lazy" />` : null}
    <figcaption class="small"><span class="muted">${said}</span> <a href=${href.slice(BASE.length)} download=${name ?? ref} data-action="tool.attachment_save">Save</a></figcaption>
  </figure>`;
}
