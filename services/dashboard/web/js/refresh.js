/**
 * Live data. A resource is what one GET answers; it is fetched when first shown, again when the hub says that it
 * changed, when its service is back, when the page is looked at again, and by polling where nothing tells of changes.
 * What was there stays, with its age, while a newer answer is on its way or cannot be had.
 */

import { signal } from '@preact/signals';
import { callText } from './api.js';
import { onNews } from './live/stream.js';
import { trackTiming } from './tracking.js';
import { onBack, upstreams } from './upstreams.js';

/**
 * @typedef {object} Needs
 * @property {string[]} [topics] news after which it is fetched again
 * @property {number} [pollMs]
 */

/** The least time between two fetches of one resource, however fast the news comes. */
const SPACING_MS = 700;
const KEPT = 60;
const RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;

/** @type {Map<string, Resource<any>>} */
const resources = new Map();

/** @template T */
export class Resource {
  /** @type {import('@preact/signals').Signal<T | undefined>} */
  data = signal(undefined);
  /** @type {import('@preact/signals').Signal<import('./api.js').ApiError | null>} */
  error = signal(null);
  /** When the data was true, ms; 0 when there is none. */
  asOf = signal(0);
  loading = signal(false);
  #text = '';
  #users = 0;
  #dirty = true;
  #again = false;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #poll;

  /** @param {string} path @param {Needs} needs */
  constructor(path, needs) {
    this.path = path;
    this.needs = needs;
    this.service = path.split('/')[2];
  }

  /**
   * What is known already. What is `stale` is fetched when it is shown.
   * @param {T} data
   * @param {string | null} [asOf]
   * @param {boolean} [stale]
   */
  seed(data, asOf = null, stale = false) {
    this.data.value = data;
    this.asOf.value = asOf ? Date.parse(asOf) : Date.now();
    this.#dirty = stale;
  }

  get shown() {
    return this.#users > 0;
  }

  /** Keeps it fresh until let go. @returns {() => void} lets go */
  retain() {
    this.#users += 1;
    if (this.#dirty) void this.refresh();
    if (this.needs.pollMs) this.#poll ??= setInterval(() => this.touch(), this.needs.pollMs);
    return () => {
      this.#users -= 1;
      if (this.#users) return;
      clearInterval(this.#poll);
      this.#poll = undefined;
      this.#dirty = true;
    };
  }

  /** Something may have changed: fetches soon if it is shown, else when it is next shown. */
  touch() {
    this.#dirty = true;
    if (!this.#users || document.visibilityState === 'hidden') return;
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        void this.refresh();
      },
      Math.max(0, SPACING_MS - (Date.now() - this.asOf.peek())),
    );
  }

  /** The page is looked at again. */
  wake() {
    if (this.#dirty || this.needs.pollMs) this.touch();
  }

  /** Fetches now. It never throws: a failure is in `error`. */
  async refresh() {
    if (this.loading.peek()) {
      this.#again = true;
      return;
    }
    this.loading.value = true;
    this.#dirty = false;
    await this.#fetch();
    this.loading.value = false;
    if (!this.#again) return;
    this.#again = false;
    this.touch();
  }

  async #fetch() {
    const started = performance.now();
    let changed = false;
    try {
      const text = await callText(this.path);
      changed = text !== this.#text;
      if (changed || this.data.peek() === undefined) this.data.value = JSON.parse(text);
      this.#text = text;
      this.#failures = 0;
      this.asOf.value = Date.now();
      this.error.value = null;
    } catch (error) {
      this.error.value = /** @type {import('./api.js').ApiError} */ (error);
      this.#dirty = true;
      this.#retryLater();
    }
    const facts = { duration_ms: performance.now() - started, success: !this.error.peek(), changed };
    trackTiming('refresh', { ...facts, resource: this.path.split('?')[0] });
  }

  #retryLater() {
    this.#failures += 1;
    if (isDown(this.service) || isFinal(this.error.peek())) return;
    setTimeout(
      () => this.error.peek() && this.touch(),
      Math.min(RETRY_MS * 2 ** this.#failures, LONGEST_RETRY_MS),
    );
  }
}

/**
 * Whether a service is known to be down: it is then fetched again when it is back, and not before.
 * @param {string} service
 */
const isDown = (service) =>
  upstreams.peek()[/** @type {import('./upstreams.js').Name} */ (service)]?.status === 'down';

/** Whether asking again will not help: what is not there, or not allowed. @param {import('./api.js').ApiError | null} error */
const isFinal = (error) => error !== null && [400, 401, 403, 404, 422].includes(error.status);

/**
 * The resource of a path, one per path.
 * @template T
 * @param {string} path
 * @param {Needs} [needs]
 * @returns {Resource<T>}
 */
export function resource(path, needs = {}) {
  const known = resources.get(path);
  if (known) return known;
  const made = new Resource(path, needs);
  resources.set(path, made);
  if (resources.size > KEPT) forgetOne();
  return made;
}

/** The oldest that is not shown; what is shown stays, for news must find it. */
function forgetOne() {
  const [path] = [...resources].find(([, { shown }]) => !shown) ?? [];
  if (path) resources.delete(path);
}

/** Fetches again what was changed by an action of ours. @param {string} prefix of the paths */
export function touch(prefix) {
  for (const one of resources.values()) if (one.path.startsWith(prefix)) one.touch();
}

export function startRefresh() {
  onNews('*', (topic) => each((one) => one.needs.topics?.includes(topic) && one.touch()));
  onNews('resync', () => each((one) => one.touch()));
  onBack((name) => each((one) => (one.service === name || name === 'dashboard') && one.touch()));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') each((one) => one.wake());
  });
}

/** @param {(one: Resource<any>) => unknown} work */
function each(work) {
  for (const one of resources.values()) work(one);
}
