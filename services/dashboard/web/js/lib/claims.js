/**
 * What a server says of its tool, in words; pure. They are claims of a stranger, to be weighed and not relied on.
 * @param {Pick<import('../wire').ServerTool, 'read_only' | 'destructive' | 'idempotent' | 'open_world'>} tool
 * @returns {string[]}
 */
export const claimsOf = ({ read_only, destructive, idempotent, open_world }) =>
  [
    read_only ? 'only reads' : destructive ? 'may destroy' : 'may change things',
    !read_only && idempotent ? 'can be repeated' : '',
    open_world ? 'reaches outside' : '',
  ].filter(Boolean);
