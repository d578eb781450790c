import { registerTab } from './tabs.js';

registerTab({
  id: 'chat',
  label: 'Chat',
  icon: 'chat',
  href: '/chat',
  roots: ['chat', 'runs'],
  key: 'c',
  load: () => import('./chat/view.js'),
  commands: [
    { id: 'chat.new', label: 'New conversation', icon: 'plus', href: '/chat', keys: 'n' },
    { id: 'runs.list', label: 'All runs', icon: 'list', href: '/runs', keys: 'g r' },
    { id: 'runs.failed', label: 'Failed runs', icon: 'cross', href: '/runs?status=failed' },
    {
      id: 'runs.waiting',
      label: 'Runs that wait for approval',
      icon: 'hand',
      href: '/runs?status=waiting_approval',
    },
  ],
});
