/** Starts the page: tracking first, so that nothing that fails goes unseen, then what the URL asks for. */

import { render } from 'preact';
import { App } from './app/app.js';
import { startShell } from './app/start.js';
import { html } from './parts/html.js';
import { applyLastTheme } from './preferences.js';
import { root, startRouter } from './router.js';
import { tabOf } from './tabs.js';
import { startTracking } from './tracking.js';
import './overview.js';
import './chat.js';
import './tools.js';
import './insights.js';

applyLastTheme();
startTracking(() => (root.peek() === 'login' ? 'login' : tabOf(root.peek()).id));
startRouter();
startShell();
render(html`<${App} />`, /** @type {Element} */ (document.getElementById('app')));
