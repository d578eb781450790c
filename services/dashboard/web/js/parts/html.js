import htm from 'htm';
import { h } from 'preact';

/** Templates of the page: `html\`<b>${text}</b>\``. Values are always text or nodes, never markup. */
export const html = htm.bind(h);
