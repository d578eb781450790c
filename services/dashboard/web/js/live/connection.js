/**
 * One EventSource to the dashboard's hub. The browser resumes it by itself after a broken line; when it gives up for
 * good, this opens another one and says `resync`, because what was missed in between is not known.
 */

import { withQuery } from '../api.js';
import { BASE } from '../lib/base.js';
import { TOPICS } from './topics.js';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 4000;

/** @typedef {{ topic: string, data: any }} News */

export class Connection {
  /** @type {EventSource | null} */
  #source = null;
  #runs = '';
  #retryMs = FIRST_RETRY_MS;
  #lost = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #tell;

  /** @param {(news: News) => void} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Opens, or opens again for other runs; the old one is let go only when the new one stands. @param {string[]} runs */
  open(runs) {
    const wanted = [...runs].sort().join(',');
    if (this.#source && wanted === this.#runs) return;
    this.#runs = wanted;
    this.#connect();
  }

  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #connect() {
    clearTimeout(this.#timer);
    const old = this.#source;
    const source = new EventSource(BASE + withQuery('/api/stream', { runs: this.#runs }));
    this.#source = source;
    for (const topic of TOPICS) source.addEventListener(topic, (event) => this.#receive(topic, event));
    source.onopen = () => {
      old?.close();
      this.#opened();
    };
    source.onerror = () => {
      old?.close();
      if (source === this.#source) this.#failed(source);
    };
  }

  /** @param {string} topic @param {MessageEvent<string>} event */
  #receive(topic, event) {
    this.#tell({ topic, data: JSON.parse(event.data) });
  }

  #opened() {
    this.#retryMs = FIRST_RETRY_MS;
    this.#tell({ topic: 'connected', data: {} });
    if (this.#lost) this.#tell({ topic: 'resync', data: {} });
    this.#lost = false;
  }

  /** @param {EventSource} source */
  #failed(source) {
    const closed = source.readyState === EventSource.CLOSED;
    this.#tell({ topic: 'disconnected', data: { closed } });
    if (!closed) return;
    this.#lost = true;
    this.#timer = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }
}
