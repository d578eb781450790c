import { html } from './html.js';

const WIDTH = 96;
const HEIGHT = 20;

/** A course of numbers in the height of a line of text. @param {{ values: number[], label: string }} props */
export function Sparkline({ values, label }) {
  const most = Math.max(1, ...values);
  const slot = WIDTH / Math.max(1, values.length);
  const said = `${label}: ${Math.max(0, ...values)} at most`;
  return html`<svg class="spark" width=${WIDTH} height=${HEIGHT} viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${said}>
    <title>${said}</title>
    ${values.map((value, index) => {
      const height = value ? Math.max(2, (value / most) * HEIGHT) : 1;
      return html`<rect key=${index} class=${value ? '' : 'none'} x=${index * slot} y=${HEIGHT - height} width=${Math.max(1, slot - 1)} height=${height} />`;
    })}
  </svg>`;
}
