/**
 * Where tracked events wait until the dashboard has them. In IndexedDB they survive a reload and being offline; where
 * that is missing (some private windows) they wait in memory. Bounded: when full, the oldest event that is no error
 * goes first.
 */

/** @typedef {import('../wire').TrackedEvent} TrackedEvent */

/**
 * @typedef {object} Outbox
 * @property {(event: TrackedEvent) => Promise<void>} add
 * @property {(limit: number) => Promise<TrackedEvent[]>} peek oldest first
 * @property {(ids: string[]) => Promise<void>} remove
 */

const LIMIT = 1000;
const STORE = 'events';

/** @returns {Promise<Outbox>} */
export async function openOutbox() {
  try {
    return databaseOutbox(await openDatabase());
  } catch {
    return memoryOutbox();
  }
}

/**
 * @param {number} [limit]
 * @returns {Outbox}
 */
export function memoryOutbox(limit = LIMIT) {
  /** @type {TrackedEvent[]} */
  let events = [];
  return {
    async add(event) {
      events.push(event);
      if (events.length > limit) events.splice(leastWorth(events), 1);
    },
    peek: async (wanted) => events.slice(0, wanted),
    async remove(ids) {
      events = events.filter((event) => !ids.includes(event.id));
    },
  };
}

/** @param {TrackedEvent[]} events */
const leastWorth = (events) =>
  Math.max(
    0,
    events.findIndex((event) => event.type !== 'error'),
  );

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  const request = indexedDB.open('binnacle-outbox', 1);
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore(STORE, { keyPath: 'seq', autoIncrement: true });
    store.createIndex('id', 'id', { unique: true });
    store.createIndex('worth', 'worth');
  };
  return settled(request);
}

/**
 * @param {IDBDatabase} database
 * @returns {Outbox}
 */
function databaseOutbox(database) {
  /** @param {IDBTransactionMode} mode */
  const store = (mode) => database.transaction(STORE, mode).objectStore(STORE);
  return {
    async add(event) {
      const events = store('readwrite');
      events.add({ id: event.id, worth: event.type === 'error' ? 1 : 0, event });
      if ((await settled(events.count())) > LIMIT) await dropLeastWorth(events);
    },
    async peek(limit) {
      const rows = await settled(store('readonly').getAll(null, limit));
      return rows.map((row) => row.event);
    },
    async remove(ids) {
      const events = store('readwrite');
      const keys = await Promise.all(ids.map((id) => settled(events.index('id').getKey(id))));
      for (const key of keys) if (key !== undefined) events.delete(key);
    },
  };
}

/** @param {IDBObjectStore} events */
async function dropLeastWorth(events) {
  const cursor = await settled(events.index('worth').openCursor());
  if (cursor) events.delete(cursor.primaryKey);
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
