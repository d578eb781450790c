import { registerTab } from './tabs.js';

registerTab({
  id: 'tools',
  label: 'Tools & MCP',
  icon: 'tool',
  href: '/tools',
  roots: ['tools'],
  key: 't',
  load: () => import('./tools/view.js'),
  commands: [
    { id: 'tools.add', label: 'Add an MCP server', icon: 'plus', href: '/tools/new' },
    { id: 'tools.import', label: 'Import MCP servers from JSON', icon: 'plus', href: '/tools/import' },
    { id: 'tools.list', label: 'All tools', icon: 'tool', href: '/tools/list' },
    { id: 'tools.permissions', label: 'Permissions', icon: 'hand', href: '/tools/permissions' },
  ],
});
