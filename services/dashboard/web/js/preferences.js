/**
 * What this person chose. The server keeps it; the theme is also kept in the browser, so that the first paint of the
 * next visit is right.
 */

import { signal } from '@preact/signals';
import { put } from './api.js';
import { readOnly } from './session.js';

const THEME_KEY = 'binnacle.theme';
const KEYS_KEY = 'binnacle.keys';

/** @type {import('@preact/signals').Signal<import('./wire').Theme>} */
export const theme = signal('system');

/** Whether shortcuts of a single letter are on (they can be in the way of speech input). */
export const singleKeys = signal(stored(KEYS_KEY) !== 'off');

/** @param {string} key */
function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} value */
function store(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Forbidden or full: it then holds for this page only.
  }
}

/** Shows a theme. @param {string | null | undefined} value */
export function applyTheme(value) {
  theme.value = value === 'dark' || value === 'light' ? value : 'system';
  document.documentElement.dataset.theme = theme.value;
  store(THEME_KEY, theme.value);
}

/** The theme of the last visit, before the server is asked. */
export const applyLastTheme = () => applyTheme(stored(THEME_KEY));

/** @param {import('./wire').Theme} value */
export async function chooseTheme(value) {
  applyTheme(value);
  if (!readOnly()) await put('/api/preferences', { theme: value });
}

/** @param {boolean} on */
export function chooseSingleKeys(on) {
  singleKeys.value = on;
  store(KEYS_KEY, on ? 'on' : 'off');
}
