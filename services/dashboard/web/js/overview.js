import Overview from './overview/view.js';
import { registerTab } from './tabs.js';

/** The tab that most visits begin with: part of the start, not loaded later. */
registerTab({
  id: 'overview',
  label: 'Overview',
  icon: 'gauge',
  href: '/',
  roots: ['', 'overview'],
  key: 'o',
  load: async () => ({ default: Overview }),
});
