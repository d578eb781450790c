import { post } from '../api.js';
import { Button } from '../parts/button.js';
import { html } from '../parts/html.js';
import { touch } from '../refresh.js';

/**
 * Does a run that did not end well once more, as a new run with the same input.
 * @param {{ run: import('../wire').Run, then?: (made: import('../wire').Run) => void }} props
 */
export function RetryButton({ run, then }) {
  const retry = async () => {
    const made = await post(`/api/agent/runs/${run.id}/retry`);
    touch('/api/agent/runs');
    then?.(made);
  };
  return html`<${Button} action="run.retry" target=${run.id} icon="retry" needs="agent" changes onClick=${retry}>Try again<//>`;
}
