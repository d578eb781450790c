/**
 * Keeps one repeating error from filling the outbox: after the first few in a window the rest are only counted, and
 * the count goes out with the next one that is let through. Pure but for what it remembers.
 */

const WINDOW_MS = 60_000;
const LIMIT = 5;
const KEYS = 200;

/** @typedef {{ since: number, seen: number, held: number }} Tally */

export class Cap {
  /** @type {Map<string, Tally>} */
  #tallies = new Map();

  /**
   * @param {string} key what makes two errors the same
   * @param {number} now ms
   * @returns {{ pass: boolean, held: number }} whether to send it, and how many were held back before it
   */
  admit(key, now) {
    const known = this.#tallies.get(key);
    if (known && now - known.since < WINDOW_MS) {
      known.seen += 1;
      if (known.seen <= LIMIT) return { pass: true, held: 0 };
      known.held += 1;
      return { pass: false, held: known.held };
    }
    this.#start(key, now);
    return { pass: true, held: known?.held ?? 0 };
  }

  /** @param {string} key @param {number} now */
  #start(key, now) {
    this.#tallies.delete(key);
    if (this.#tallies.size >= KEYS) this.#tallies.delete([...this.#tallies.keys()][0]);
    this.#tallies.set(key, { since: now, seen: 1, held: 0 });
  }
}
