import { Button, IconButton } from '../parts/button.js';
import { html } from '../parts/html.js';
import { isReference, NEW_PAIR } from './definition.js';

/** @typedef {import('./definition.js').Pair} Pair */

/**
 * Variables or headers: names with values, of which secrets are written and never read back.
 * @param {{ legend: string, name: string, pairs: Pair[], set: (pairs: Pair[]) => void, fault?: string }} props
 */
export function Pairs({ legend, name, pairs, set, fault }) {
  /** @param {number} index @param {Partial<Pair>} change */
  const change = (index, change) =>
    set(pairs.map((pair, at) => (at === index ? { ...pair, ...change } : pair)));
  return html`<fieldset class="field"><legend>${legend}</legend>
    ${pairs.map((pair, index) => html`<${Row} key=${index} pair=${pair} name=${name} number=${index + 1} change=${(/** @type {Partial<Pair>} */ part) => change(index, part)} remove=${() => set(pairs.filter((_, at) => at !== index))} />`)}
    <p class="muted small">Secrets are kept by the agent and never shown again. <code>$\{NAME}</code> takes the value from its environment.</p>
    ${fault ? html`<p class="problem small" role="alert">${fault}</p>` : null}
    <div><${Button} action=${`mcp.${name}_add`} icon="plus" onClick=${() => set([...pairs, NEW_PAIR])}>Add ${name === 'env' ? 'variable' : 'header'}<//></div>
  </fieldset>`;
}

/** @param {{ pair: Pair, name: string, number: number, change: (part: Partial<Pair>) => void, remove: () => void }} props */
function Row({ pair, name, number, change, remove }) {
  const hidden = pair.secret && !isReference(pair.value);
  const common = { autocomplete: 'off', spellcheck: false };
  return html`<div class="pair">
    <input type="text" ...${common} aria-label=${`Name ${number}`} placeholder=${name === 'env' ? 'NAME' : 'Header-Name'} value=${pair.name} onInput=${(/** @type {any} */ event) => change({ name: event.target.value, kept: false })} />
    <input type=${hidden ? 'password' : 'text'} ...${common} autocomplete="new-password" aria-label=${`Value ${number}`} placeholder=${pair.kept ? 'set; empty keeps it' : 'value'} value=${pair.value} onInput=${(/** @type {any} */ event) => change({ value: event.target.value })} />
    <label class="check-field"><input type="checkbox" checked=${pair.secret} onChange=${(/** @type {any} */ event) => change({ secret: event.target.checked, kept: pair.kept && event.target.checked })} /><span>Secret</span></label>
    <${IconButton} icon="trash" label=${`Remove ${pair.name || `row ${number}`}`} action=${`mcp.${name}_remove`} onClick=${remove} />
  </div>`;
}
