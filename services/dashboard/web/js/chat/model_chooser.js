import { html } from '../parts/html.js';
import { useResource } from '../parts/use_resource.js';
import { chosenModel } from './send.js';

/** Which model answers: the agent's own, unless another is chosen. */
export function ModelChooser() {
  /** @type {import('../parts/use_resource.js').Live<import('../wire').Page<import('../wire').Model>>} */
  const { data } = useResource('/api/agent/models?limit=500', { topics: ['agent.models'] });
  const models = data?.items ?? [];
  const own = models.find((model) => model.default);
  /** @param {any} event */
  const onChange = (event) => (chosenModel.value = event.target.value);
  return html`<label class="chooser"><span class="sr-only">Model</span>
    <select value=${chosenModel.value} onChange=${onChange}>
      <option value="">${own ? own.id : 'Agent’s model'}</option>
      ${models.filter((model) => model !== own).map((model) => html`<${Choice} key=${model.id} model=${model} />`)}
    </select>
  </label>`;
}

/** @param {{ model: import('../wire').Model }} props */
function Choice({ model: { id, available, reason } }) {
  const label = available ? id : `${id} (unavailable)`;
  return html`<option value=${id} disabled=${!available} title=${reason ?? undefined}>${label}</option>`;
}
