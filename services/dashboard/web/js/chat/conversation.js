import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../parts/html.js';
import { EmptyState, Loading, Missing, Stale } from '../parts/states.js';
import { useResource } from '../parts/use_resource.js';
import { isOver } from '../runs/run_state.js';
import { Turn } from '../runs/turn.js';
import { ended } from '../runs/watch.js';
import { Composer } from './composer.js';
import { runsPath, SHOWN_RUNS, sending } from './send.js';
import { Sessions } from './sessions.js';
import { usePinned } from './use_pinned.js';
import { Welcome } from './welcome.js';

/** A conversation: past ones at the side, this one's turns, and where to write. @param {{ id: string }} props */
export function Conversation({ id }) {
  return html`<div class="conversation">
    <${Sessions} current=${id} />
    <section class="thread" aria-label="Conversation">
      ${id ? html`<${Thread} id=${id} key=${id} />` : html`<${NewThread} />`}
    </section>
  </div>`;
}

function NewThread() {
  const first = sending.value?.sessionId === '' ? sending.value.text : null;
  return html`<div class="turns">${first === null ? html`<${Welcome} />` : html`<${Asked} text=${first} />`}</div>
    <${Composer} sessionId="" running=${null} />`;
}

/** @param {{ id: string }} props */
function Thread({ id }) {
  const [limit, setLimit] = useState(SHOWN_RUNS);
  /** @type {import('../parts/use_resource.js').Live<import('../wire').Page<import('../wire').Run>>} */
  const live = useResource(runsPath(id, limit), { topics: ['agent.runs'] });
  const turns = useRef(/** @type {HTMLElement | null} */ (null));
  usePinned(turns);
  const runs = [...(live.data?.items ?? [])].reverse();
  const running = runs.find(({ id, status }) => !isOver(status) && !ended.value.has(id)) ?? null;
  return html`<div class="turns" ref=${turns}>
      <${Body} live=${live} runs=${runs} more=${() => setLimit(limit + 3 * SHOWN_RUNS)} />
      ${sending.value?.sessionId === id ? html`<${Asked} text=${sending.value.text} />` : null}
    </div>
    <${Announcer} status=${runs.at(-1)?.status} />
    <${Composer} sessionId=${id} running=${running} />`;
}

/** @param {{ live: import('../parts/use_resource.js').Live<any>, runs: import('../wire').Run[], more: () => void }} props */
function Body({ live, runs, more }) {
  if (!live.data && live.error)
    return html`<${Missing} what="conversation" error=${live.error} retry=${live.refresh} />`;
  if (!live.data) return html`<${Loading} label="Loading the conversation" />`;
  if (!runs.length && !sending.value)
    return html`<${EmptyState} icon="chat" title="Nothing was said here">This conversation was deleted, or has not begun.<//>`;
  return html`<${Stale} error=${live.error} asOf=${live.asOf} />
    ${live.data.next_cursor ? html`<button type="button" class="button quiet" data-action="chat.earlier" onClick=${more}>Show earlier</button>` : null}
    ${runs.map((run) => html`<${Turn} key=${run.id} run=${run} />`)}`;
}

/** What was sent a moment ago. @param {{ text: string }} props */
function Asked({ text }) {
  return html`<article class="turn"><div class="asked" dir="auto">${text}</div><div class="answer"><span class="working" role="status">Sending…</span></div></article>`;
}

/** @type {Record<string, string>} */
const SAID = {
  running: 'The agent is working.',
  waiting_approval: 'The agent waits for your approval.',
  succeeded: 'The answer is complete.',
  failed: 'The run failed.',
  cancelled: 'The run was stopped.',
};

/** Tells screen readers how it goes, instead of reading every word as it comes. @param {{ status?: string }} props */
function Announcer({ status = '' }) {
  const [said, say] = useState('');
  const before = useRef(status);
  useEffect(() => {
    if (before.current !== status) say(SAID[status] ?? '');
    before.current = status;
  }, [status]);
  return html`<div class="sr-only" role="status">${said}</div>`;
}
