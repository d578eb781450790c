/** Who is logged in, and what they may do. */

import { signal } from '@preact/signals';
import { get, post } from './api.js';
import { BASE } from './lib/base.js';

/** `null` while unknown; `out` when nobody is logged in. @type {import('@preact/signals').Signal<'admin' | 'viewer' | 'out' | null>} */
export const role = signal(null);

/** Why this person may not change things; null when they may. */
export const readOnly = () =>
  role.value === 'viewer' ? 'You are logged in as a viewer, who changes nothing.' : null;

let logins = 0;

/** Grows with every login: a call that began before one says nothing about the session since. */
export const loginCount = () => logins;

/** Nobody is logged in, as a call was told that began at this count. @param {number} count */
export function refusedAt(count) {
  if (count === logins) role.value = 'out';
}

/** @param {{ password: string } | { code: string }} secret */
export async function login(secret) {
  await post('/auth/login', secret, { quiet: true });
  logins += 1;
}

export async function logout() {
  await post('/auth/logout');
  location.assign(`${BASE}/login`);
}

/** Whether this browser has a session: a link that was used is then no hindrance. */
export async function isLoggedIn() {
  try {
    await get('/auth/session', { quiet: true });
    return true;
  } catch {
    return false;
  }
}

/** Asks whether the session still holds, after something was refused. */
export async function checkSession() {
  const count = loginCount();
  try {
    role.value = (await get('/auth/session', { quiet: true })).role;
  } catch (error) {
    if (/** @type {import('./api.js').ApiError} */ (error).status === 401) refusedAt(count);
  }
}
