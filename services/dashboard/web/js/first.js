/**
 * Asks for the first screen's data, and for what draws its plots, while the rest of the page is still on its way; and
 * shows the theme of the last visit, for which the browser may have to wait for its disk. Built into a small file of
 * its own, so that it runs first. Whoever takes the answer handles its failure.
 */

import { get } from './api.js';
import { BASE } from './lib/base.js';
import { kept, THEME_KEY } from './lib/kept.js';

const path = location.pathname.slice(BASE.length);

if (path !== '/login' && globalThis.binnacleFirst === undefined) {
  globalThis.binnacleFirst = get('/api/bootstrap', { quiet: true });
  globalThis.binnacleFirst.catch(() => {});
}

if (path === '/' || path === '/overview') {
  const link = document.createElement('link');
  link.rel = 'modulepreload';
  link.href = BASE + DRAWING;
  document.head.append(link);
  new Intl.NumberFormat(); // uPlot makes one, for which the browser loads tables: now it has the time
}

document.documentElement.dataset.theme = kept(THEME_KEY) ?? 'system';
