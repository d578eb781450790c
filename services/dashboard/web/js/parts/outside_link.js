import { html } from './html.js';
import { Icon } from './icons.js';

/**
 * A link that somebody else made: its host stands there plainly, and nothing opens it but a click.
 * @param {{ url: string, action: string, label: string }} props
 */
export function OutsideLink({ url, action, label }) {
  const host = hostOf(url);
  if (!host) return html`<p class="problem">This is no address that can be opened: <code>${url}</code></p>`;
  return html`<p class="outside"><span>This leads to <strong class="mono">${host}</strong></span>
    <a class="button primary" href=${url} target="_blank" rel="noopener noreferrer" data-action=${action}><${Icon} name="open" /><span>${label}</span></a></p>
    <p class="muted small mono break">${url}</p>`;
}

/** The host of a web address, as it really is (`xn--…`); null for anything else. @param {string} url */
export function hostOf(url) {
  try {
    const { protocol, host } = new URL(url);
    return protocol === 'https:' || protocol === 'http:' ? host : null;
  } catch {
    return null;
  }
}
