import { registerTab } from './tabs.js';

registerTab({
  id: 'insights',
  label: 'Insights',
  icon: 'pulse',
  href: '/insights',
  roots: ['insights'],
  key: 'i',
  load: () => import('./insights/view.js'),
  commands: [
    { id: 'insights.open', label: 'Open issues', icon: 'bug', href: '/insights?state=open' },
    {
      id: 'insights.frequent',
      label: 'Most frequent issues',
      icon: 'bug',
      href: '/insights?state=open&sort=events',
    },
  ],
});
