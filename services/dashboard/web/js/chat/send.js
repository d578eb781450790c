/** What a person says to the agent: drafts, the model it goes to, and sending. */

import { signal } from '@preact/signals';
import { post, withQuery } from '../api.js';
import { resource, touch } from '../refresh.js';
import { navigate } from '../router.js';

export const SHOWN_RUNS = 10;

/** What is being written, by conversation; it stays while the page looks elsewhere. @type {Map<string, import('@preact/signals').Signal<string>>} */
const drafts = new Map();

/** @param {string} sessionId */
export function draftOf(sessionId) {
  const draft = drafts.get(sessionId) ?? signal('');
  drafts.set(sessionId, draft);
  return draft;
}

/** The model that was chosen; empty for the agent's own. */
export const chosenModel = signal('');

/** What was sent and is not a run yet. @type {import('@preact/signals').Signal<{ sessionId: string, text: string } | null>} */
export const sending = signal(null);

/** @param {string} sessionId @param {number} [limit] */
export const runsPath = (sessionId, limit = SHOWN_RUNS) =>
  withQuery('/api/agent/runs', { session_id: sessionId, limit });

/**
 * Starts a run; a first one also starts the conversation, whose address the page then takes.
 * @param {string} sessionId empty for a new conversation
 * @param {string} text
 */
export async function send(sessionId, text) {
  sending.value = { sessionId, text };
  try {
    const body = { input: text, session_id: sessionId || undefined, model: chosenModel.value || undefined };
    /** @type {import('../wire').Run} */
    const run = await post('/api/agent/runs', body);
    show(run);
    if (!sessionId) navigate(`/chat/${run.session_id}`, { replace: true });
    touch('/api/agent/sessions');
  } finally {
    sending.value = null;
  }
}

/** Shows a run before the list is fetched again. @param {import('../wire').Run} run */
function show(run) {
  const runs = resource(runsPath(/** @type {string} */ (run.session_id)), { topics: ['agent.runs'] });
  const others = runs.data.peek()?.items ?? [];
  runs.seed({ items: [run, ...others.filter((/** @type {any} */ one) => one.id !== run.id)] });
  runs.touch(); // a quick run may have ended, and been told of, before its answer was here
}

/** @param {string} runId */
export const cancel = (runId) => post(`/api/agent/runs/${runId}/cancel`);
