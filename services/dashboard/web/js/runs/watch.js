/**
 * A run as it happens: its events so far by GET, then those from the hub. What comes while a GET is under way waits
 * for it, and what the hub skipped is fetched again, so that nothing is shown twice or out of order.
 */

import { signal } from '@preact/signals';
import { get } from '../api.js';
import { followRun, onNews } from '../live/stream.js';
import { onBack } from '../upstreams.js';
import { applyEvent, applyEvents, isOver, newRunState, withPartialText } from './run_state.js';

const PAGE = 500;
/** How long the hub may take with the events of a change that it has told of. */
const LATE_MS = 1500;

/** Runs that were seen to end, which lists may not know yet. @type {import('@preact/signals').Signal<Set<string>>} */
export const ended = signal(new Set());

export class RunWatch {
  /** @type {import('@preact/signals').Signal<import('./run_state.js').RunState>} */
  state;
  /** The run itself, with what was asked. @type {import('@preact/signals').Signal<import('../wire').RunDetail | null>} */
  run = signal(null);
  /** @type {import('@preact/signals').Signal<import('../api.js').ApiError | null>} */
  error = signal(null);
  /** When it was last fetched, ms. */
  asOf = 0;
  /** @type {(() => void)[]} */
  #stops = [];
  /** What came while a GET was under way. @type {import('../wire').RunEvent[] | null} */
  #waiting = null;

  /** @param {string} id @param {import('../wire').RunStatus} [status] as far as it is known */
  constructor(id, status) {
    this.id = id;
    this.state = signal(newRunState(id, status));
  }

  /** Starts watching. @returns {() => void} stops it */
  start() {
    this.#stops = [
      onNews('run', (event) => event.run_id === this.id && this.#take(event)),
      onNews('agent.runs', ({ id, action }) => id === this.id && action === 'updated' && this.#awaitEvents()),
      onNews('resync', () => void this.catchUp()),
      onBack(() => void this.catchUp()),
    ];
    if (!isOver(this.state.peek().status)) this.#stops.push(followRun(this.id));
    void this.catchUp();
    return () => this.stop();
  }

  stop() {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  /** Fetches what is not known yet. It never throws: a failure is in `error`. */
  async catchUp() {
    if (this.#waiting) return;
    this.#waiting = [];
    try {
      await this.#fetch();
      this.asOf = Date.now();
      this.error.value = null;
    } catch (error) {
      this.error.value = /** @type {import('../api.js').ApiError} */ (error);
    }
    const waited = this.#waiting;
    this.#waiting = null;
    for (const event of waited) this.#take(event);
  }

  async #fetch() {
    this.run.value = await get(`/api/agent/runs/${this.id}`);
    for (;;) {
      const after = this.state.peek().seq;
      const page = await get(`/api/agent/runs/${this.id}/events?after=${after}&limit=${PAGE}`);
      const state = applyEvents(this.state.peek(), page.items);
      this.state.value = withPartialText(state, this.run.peek()?.partial_text ?? null);
      if (!page.items.length || !page.next_cursor) return;
    }
  }

  /** @param {import('../wire').RunEvent} event */
  #take(event) {
    if (this.#waiting) {
      this.#waiting.push(event);
      return;
    }
    this.state.value = applyEvent(this.state.peek(), event);
    const over = event.type === 'run.status' && isOver(event.data.status);
    if (over) ended.value = new Set(ended.peek()).add(this.id);
    if (over || this.state.peek().gap) void this.catchUp();
  }

  /** The hub says that the run changed: its events should come too; if not, they are fetched. */
  #awaitEvents() {
    const { seq, status } = this.state.peek();
    if (!isOver(status))
      setTimeout(() => this.#stops.length && this.state.peek().seq === seq && this.catchUp(), LATE_MS);
  }
}
