import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { Ago } from '../parts/time.js';
import { away, upstreams } from '../upstreams.js';

const MEANING = {
  agent: 'Runs cannot be started or followed. What you see is from before.',
  tracker: 'Issues and numbers are from before. Errors are kept and sent later.',
  dashboard: 'Nothing can be sent. What you see is from before.',
};

/** What is away, since when, and what that means. It goes by itself. */
export function Banner() {
  return html`<div class="banners" role="status" aria-live="polite">
    ${away.value.map(
      (name) => html`<p class="banner" key=${name}>
        <${Icon} name="plug" />
        <strong>The ${name} is down</strong>
        <span>${MEANING[name]}</span>
        <span class="muted">for <${Ago} at=${upstreams.value[name].since} bare /></span>
      </p>`,
    )}
  </div>`;
}
