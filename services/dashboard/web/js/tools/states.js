/** Which servers come first, and how their states are said; pure. */

/** @typedef {import('../wire').McpServer} McpServer */

const ORDER = ['open', 'failing', 'needs_sign_in', 'connecting', 'ready', 'stopped', 'disabled'];

/** @type {Record<string, string>} */
const WORDS = { open: 'breaker open', needs_sign_in: 'needs sign-in' };

/** The state as `Status` shows it. @param {McpServer['state']} state */
export const shownState = (state) => ({
  state: state === 'open' ? 'breaker_open' : state,
  label: WORDS[state] ?? state,
});

/** What needs a person first, then by name. @param {McpServer[]} servers */
export const worstFirst = (servers) =>
  [...servers].sort(
    (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.name.localeCompare(b.name, 'en'),
  );

/** @param {McpServer[]} servers @param {{ q?: string, state?: string }} wanted */
export function fitting(servers, { q = '', state = '' }) {
  const words = q.toLowerCase();
  return servers.filter(
    (server) =>
      (!state || server.state === state) &&
      (!words ||
        `${server.name} ${server.command} ${server.args.join(' ')} ${server.url}`
          .toLowerCase()
          .includes(words)),
  );
}

/** Why a server is not ready, in its own words. @param {McpServer} server */
export function reasonOf({ state, breaker, last_error }) {
  if (state === 'ready' || state === 'disabled' || state === 'connecting') return '';
  if (state === 'needs_sign_in') return 'Somebody must sign in to it.';
  return breaker.reason ?? last_error ?? '';
}
