import { registerTab } from './tabs.js';

registerTab({
  id: 'overview',
  label: 'Overview',
  icon: 'gauge',
  href: '/',
  roots: ['', 'overview'],
  key: 'o',
  load: () => import('./overview/view.js'),
});
