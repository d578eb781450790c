/** Which runs are followed: by this page, and by the browser's other pages as they have said. */

import { uuid } from '../lib/ids.js';

export class Followed {
  page = uuid();
  /** @type {Map<string, number>} run id → how often this page follows it */
  mine = new Map();
  /** @type {Map<string, string[]>} page → run ids */
  others = new Map();

  all() {
    return [...new Set([...this.mine.keys(), ...[...this.others.values()].flat()])];
  }
}
