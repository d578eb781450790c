/**
 * Asks for the first screen's data while the rest of the page is still on its way. Built into a small file of its own,
 * so that it runs first. Whoever takes the answer handles its failure.
 */

import { get } from './api.js';

if (!location.pathname.endsWith('/login')) {
  globalThis.binnacleFirst = get('/api/bootstrap', { quiet: true });
  globalThis.binnacleFirst.catch(() => {});
}
