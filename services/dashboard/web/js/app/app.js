import { html } from '../parts/html.js';
import { EmptyState } from '../parts/states.js';
import { role } from '../session.js';
import { Login } from './login.js';
import { Shell } from './shell.js';
import { first } from './start.js';

/** The page as a whole: the login, what keeps the first screen from showing, or the shell with its tabs. */
export function App() {
  if (role.value === 'out') return html`<${Login} />`;
  if (first.value === 'ready') return html`<${Shell} />`;
  if (first.value === 'loading')
    return html`<div class="splash" role="status"><span class="sr-only">Loading</span></div>`;
  return html`<main class="splash" tabindex="-1">
    <${EmptyState} icon="plug" title="The dashboard does not answer" alert>
      ${first.value.message} This page tries again by itself.
    <//>
  </main>`;
}
