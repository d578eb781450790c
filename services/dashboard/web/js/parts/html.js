import htm from 'htm';
import { h } from 'preact';
import { BASE } from '../lib/base.js';

/** Templates of the page: `html\`<b>${text}</b>\``. Values are always text or nodes, never markup. */
export const html = htm.bind(build);

/**
 * @param {any} type
 * @param {any} props
 * @param {any[]} children
 */
function build(type, props, ...children) {
  const inner = BASE && type === 'a' && props?.href?.startsWith('/');
  return h(type, inner ? { ...props, href: BASE + props.href } : props, ...children);
}
