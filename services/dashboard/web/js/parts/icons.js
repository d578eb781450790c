import { html } from './html.js';

/** Line icons on a grid of 16, drawn for this page. Each is a list of path data. @type {Record<string, string[]>} */
const PATHS = {
  binnacle: [
    'M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2Z',
    'M8 3.4 9.7 8 8 12.6 6.3 8Z',
    'M8 6.9a1.1 1.1 0 1 1 0 2.2 1.1 1.1 0 0 1 0-2.2Z',
  ],
  gauge: [
    'M2.2 11.5a6.3 6.3 0 1 1 11.6 0',
    'm8 10.3 2.8-3.8',
    'M8 9.2a1.1 1.1 0 1 1 0 2.2 1.1 1.1 0 0 1 0-2.2Z',
  ],
  chat: ['M2 3.5h12v8H7.5L4.5 14v-2.5H2Z', 'M5 6.5h6M5 8.8h4'],
  list: ['M5.5 4h8.5M5.5 8h8.5M5.5 12h8.5', 'M2 4h.6M2 8h.6M2 12h.6'],
  pulse: ['M1.5 8.5H4l2-5 3.5 9.5 2-4.5h3'],
  bug: [
    'M5 6.5a3 3 0 0 1 6 0V10a3 3 0 0 1-6 0Z',
    'M5 8.5H2M11 8.5h3M5.3 6 3 4.2M10.7 6 13 4.2M5.3 11 3 12.8M10.7 11 13 12.8M8 4v9',
  ],
  search: ['M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9Z', 'm10.4 10.4 3.4 3.4'],
  keyboard: ['M1.5 4h13v8h-13Z', 'M4 6.5h.2M6.6 6.5h.2M9.2 6.5h.2M11.8 6.5h.2M5 9.5h6'],
  leave: ['M9.5 2.5h-6v11h6', 'M6.5 8h7.5M11.5 5.5 14 8l-2.5 2.5'],
  sun: [
    'M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6Z',
    'M8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1',
  ],
  moon: ['M13.4 9.6A5.8 5.8 0 0 1 6.4 2.6a5.8 5.8 0 1 0 7 7Z'],
  contrast: ['M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Z', 'M8 2v12M8 5l5-.2M8 8h6M8 11l5 .2'],
  plus: ['M8 3v10M3 8h10'],
  cross: ['m4 4 8 8M12 4l-8 8'],
  ok: ['M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8Z', 'm5.2 8.2 2 2 3.6-4.2'],
  warn: ['M8 2 14.5 13.5h-13Z', 'M8 6.5v3.2M8 11.6v.2'],
  bad: ['M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4Z', 'M8 4.8v4M8 11v.2'],
  info: ['M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8Z', 'M8 7.5v3.6M8 5v.2'],
  idle: ['M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8Z', 'M5.2 8h5.6'],
  busy: ['M8 1.8A6.2 6.2 0 1 1 1.8 8'],
  hand: ['M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8Z', 'M6.4 5.5v5M9.6 5.5v5'],
  clock: ['M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8Z', 'M8 4.5V8l2.4 1.6'],
  plug: ['M5.5 2v3.5M10.5 2v3.5M3.5 5.5h9v2a4.5 4.5 0 0 1-9 0Z', 'M8 12v2.5'],
  send: ['M8 13.5v-11M3.5 7 8 2.5 12.5 7'],
  stop: ['M4 4h8v8H4Z'],
  tool: [
    'M9.8 2.6a3.6 3.6 0 0 0-3.5 4.7L2.4 11.2v2.4h2.4l3.9-3.9a3.6 3.6 0 0 0 4.7-3.5c0-.5-.1-.9-.2-1.3L11 7.1 8.9 5l2.2-2.2c-.4-.1-.9-.2-1.3-.2Z',
  ],
  spark: ['M8 1.8 9.6 6.4 14.2 8l-4.6 1.6L8 14.2 6.4 9.6 1.8 8l4.6-1.6Z'],
  thought: [
    'M8 2.5c3.3 0 6 1.9 6 4.3s-2.7 4.3-6 4.3c-3.3 0-6-1.9-6-4.3s2.7-4.3 6-4.3Z',
    'M4.2 13.2h.2M6.4 12.4h.2',
  ],
  chevron: ['m6 4 4 4-4 4'],
  down: ['m4 6 4 4 4-4'],
  copy: ['M5.5 5.5h8v8h-8Z', 'M10.5 5.5v-3h-8v8h3'],
  pin: ['M5.5 2h5l-.8 4.8 2.3 2.2v1H4v-1l2.3-2.2Z', 'M8 10v4.5'],
  pencil: ['m11.2 2.4 2.4 2.4-8 8-3 .6.6-3Z', 'm9.6 4 2.4 2.4'],
  trash: ['M2.5 4h11M6 4V2.5h4V4M4 4l.7 9.5h6.6L12 4', 'M6.8 6.5v4.5M9.2 6.5v4.5'],
  filter: ['M2 3h12L9.5 8.5V13l-3-1.5v-3Z'],
  open: ['M9 2.5h4.5V7M13.5 2.5 7.5 8.5', 'M11.5 9.5v4h-9v-9h4'],
  table: ['M2 3h12v10H2Z', 'M2 6.4h12M2 9.7h12M6.2 6.4V13'],
  plot: ['M2 2v12h12', 'm4.5 10.5 2.6-3.4 2.4 1.8 3.6-4.9'],
  layers: ['m8 2 6 3.2L8 8.4 2 5.2Z', 'm2 8.2 6 3.2 6-3.2M2 11l6 3.2 6-3.2'],
  retry: ['M13 8a5 5 0 1 1-1.6-3.7', 'M13.2 1.8v3.4H9.8'],
  menu: ['M2 4h12M2 8h12M2 12h12'],
};

/**
 * @param {{ name: string, size?: number, label?: string }} props without a label it is decoration
 */
export function Icon({ name, size = 16, label }) {
  return html`<svg class=${`icon icon-${name}`} width=${size} height=${size} viewBox="0 0 16 16" role=${label ? 'img' : undefined}
    aria-label=${label} aria-hidden=${label ? undefined : 'true'} focusable="false">
    ${(PATHS[name] ?? PATHS.info).map((d) => html`<path key=${d} d=${d} />`)}
  </svg>`;
}
