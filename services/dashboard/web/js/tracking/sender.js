/**
 * Empties the outbox into `POST /api/track`, in order and in batches. An event leaves the outbox only when the
 * dashboard has answered for it; sending one twice is harmless, because it carries its own id.
 */

import { ApiError } from '../api.js';

const BATCH = 50;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

/**
 * What to do after a batch failed.
 * @param {unknown} error
 * @param {number} failures in a row, this one included
 * @returns {{ drop: boolean, waitMs: number, pause: boolean }} `pause`: nobody is logged in
 */
export function afterFailure(error, failures) {
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
  if (!(error instanceof ApiError)) return { drop: false, waitMs, pause: false };
  const refused = [400, 413, 422].includes(error.status);
  return {
    drop: refused,
    waitMs: refused ? 0 : Math.max(waitMs, error.retryAfterMs),
    pause: error.status === 401,
  };
}

export class Sender {
  #outbox;
  #post;
  #failures = 0;
  #notBefore = 0;
  #due = 0;
  #sending = false;
  #paused = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {import('./outbox.js').Outbox} outbox
   * @param {(events: import('../wire').TrackedEvent[]) => Promise<unknown>} post
   */
  constructor(outbox, post) {
    this.#outbox = outbox;
    this.#post = post;
  }

  /** Sends then, together with what else comes until then. @param {number} delayMs */
  schedule(delayMs) {
    const due = Math.max(Date.now() + delayMs, this.#notBefore);
    if (this.#timer && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, due - Date.now());
  }

  /** Starts sending, which waits until somebody is logged in. */
  resume() {
    this.#paused = false;
    this.schedule(0);
  }

  async flush() {
    if (this.#paused || this.#sending) return;
    if (Date.now() < this.#notBefore) return this.schedule(0);
    this.#sending = true;
    try {
      while (await this.#sendOne());
    } finally {
      this.#sending = false;
    }
  }

  /** @returns {Promise<boolean>} whether there may be more to send now */
  async #sendOne() {
    const events = await this.#outbox.peek(BATCH);
    if (!events.length) return false;
    try {
      await this.#post(events);
      this.#failures = 0;
    } catch (error) {
      const { drop, waitMs, pause } = afterFailure(error, ++this.#failures);
      this.#paused = pause;
      if (!drop) return this.#hold(waitMs);
    }
    await this.#outbox.remove(events.map((event) => event.id));
    return true;
  }

  /** @param {number} waitMs */
  #hold(waitMs) {
    this.#notBefore = Date.now() + waitMs;
    this.schedule(waitMs);
    return false;
  }
}
