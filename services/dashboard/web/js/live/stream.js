/**
 * Live news for every page of this browser over one connection. The page that holds the Web Lock has the connection
 * and hands on what it hears over a BroadcastChannel, so that many open pages do not use up HTTP/1.1's six
 * connections. Where Web Locks are missing (plain HTTP under a LAN name) each page has its own, while it is visible.
 */

import { Connection } from './connection.js';
import { Followed } from './followed.js';

const CHANNEL = 'binnacle-live';
const SETTLE_MS = 15;

/** @typedef {import('./connection.js').News} News */

/** @type {Map<string, Set<(data: any) => void>>} */
const listeners = new Map();
const followed = new Followed();
const connection = new Connection(heard);
/** @type {BroadcastChannel | null} */
let channel = null;
let leading = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let settling;
/** The last word on each upstream, for pages that come later. @type {Map<string, News>} */
const standing = new Map();

/**
 * @param {string} topic
 * @param {(data: any) => void} listener
 * @returns {() => void} stops it
 */
export function onNews(topic, listener) {
  const those = listeners.get(topic) ?? new Set();
  listeners.set(topic, those.add(listener));
  return () => those.delete(listener);
}

/**
 * Asks for the events of a run.
 * @param {string} runId
 * @returns {() => void} stops it
 */
export function followRun(runId) {
  followed.mine.set(runId, (followed.mine.get(runId) ?? 0) + 1);
  announce();
  return () => {
    const left = (followed.mine.get(runId) ?? 1) - 1;
    if (left) followed.mine.set(runId, left);
    else followed.mine.delete(runId);
    announce();
  };
}

export function startStream() {
  if (navigator.locks && 'BroadcastChannel' in globalThis) startShared();
  else startAlone();
}

function startShared() {
  channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }) => received(data);
  void navigator.locks.request(CHANNEL, () => {
    lead();
    return new Promise(() => {});
  });
  addEventListener('pagehide', () => channel?.postMessage({ kind: 'follow', page: followed.page, runs: [] }));
  announce();
}

function startAlone() {
  leading = true;
  const follow = () => {
    if (document.visibilityState === 'visible') reconnect();
    else {
      clearTimeout(settling);
      settling = undefined;
      connection.close();
    }
  };
  document.addEventListener('visibilitychange', follow);
  follow();
}

function lead() {
  leading = true;
  channel?.postMessage({ kind: 'who' });
  reconnect();
}

/** Connects for the runs that are followed, once it is clear which they are. */
function reconnect() {
  settling ??= setTimeout(() => {
    settling = undefined;
    connection.open(followed.all());
  }, SETTLE_MS);
}

/** @param {any} message from another page */
function received(message) {
  if (message.kind === 'news') return tell(message.news);
  if (message.kind === 'who') return announce();
  followed.others.set(message.page, message.runs);
  if (!leading) return;
  reconnect();
  for (const news of standing.values()) channel?.postMessage({ kind: 'news', news });
}

/** Tells the page that leads which runs this one follows. */
function announce() {
  if (leading) reconnect();
  else channel?.postMessage({ kind: 'follow', page: followed.page, runs: [...followed.mine.keys()] });
}

/** @param {News} news from the connection */
function heard(news) {
  if (news.topic === 'upstream') standing.set(news.data.name, news);
  if (news.topic === 'connected' || news.topic === 'disconnected') standing.set('connection', news);
  channel?.postMessage({ kind: 'news', news });
  tell(news);
}

/** @param {News} news */
function tell({ topic, data }) {
  for (const listener of listeners.get(topic) ?? []) listener(data);
  for (const listener of listeners.get('*') ?? []) listener(topic);
}
