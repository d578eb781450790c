/** Who is logged in, and what they may do. */

import { signal } from '@preact/signals';
import { get, post } from './api.js';
import { BASE } from './lib/base.js';

/** `null` while unknown; `out` when nobody is logged in. @type {import('@preact/signals').Signal<'admin' | 'viewer' | 'out' | null>} */
export const role = signal(null);

/** Why this person may not change things; null when they may. */
export const readOnly = () =>
  role.value === 'viewer' ? 'You are logged in as a viewer, who changes nothing.' : null;

/** @param {{ password: string } | { code: string }} secret */
export async function login(secret) {
  await post('/auth/login', secret, { quiet: true });
}

export async function logout() {
  await post('/auth/logout');
  location.assign(`${BASE}/login`);
}

/** Asks whether the session still holds, after something was refused. */
export async function checkSession() {
  try {
    role.value = (await get('/auth/session', { quiet: true })).role;
  } catch (error) {
    if (/** @type {import('./api.js').ApiError} */ (error).status === 401) role.value = 'out';
  }
}
