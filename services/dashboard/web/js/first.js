/**
 * Asks for the first screen's data, and for what draws its plots, while the rest of the page is still on its way.
 * Built into a small file of its own, so that it runs first. Whoever takes the answer handles its failure.
 */

import { get } from './api.js';
import { BASE } from './lib/base.js';

const path = location.pathname.slice(BASE.length);

if (path !== '/login') {
  globalThis.binnacleFirst = get('/api/bootstrap', { quiet: true });
  globalThis.binnacleFirst.catch(() => {});
}

if (path === '/' || path === '/overview') {
  const link = document.createElement('link');
  link.rel = 'modulepreload';
  link.href = BASE + DRAWING;
  document.head.append(link);
}
