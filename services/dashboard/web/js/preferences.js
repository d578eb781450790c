/**
 * What this person chose. The server keeps it; the theme is also kept in the browser, so that the first paint of the
 * next visit is right.
 */

import { signal } from '@preact/signals';
import { put } from './api.js';
import { KEYS_KEY, keep, kept, THEME_KEY } from './lib/kept.js';
import { readOnly } from './session.js';

/** @type {import('@preact/signals').Signal<import('./wire').Theme>} */
export const theme = signal('system');

/** Whether shortcuts of a single letter are on (they can be in the way of speech input). */
export const singleKeys = signal(kept(KEYS_KEY) !== 'off');

/** Shows a theme. @param {string | null | undefined} value */
export function applyTheme(value) {
  theme.value = value === 'dark' || value === 'light' ? value : 'system';
  document.documentElement.dataset.theme = theme.value;
  keep(THEME_KEY, theme.value);
}

/** The theme of the last visit, before the server is asked. */
export const applyLastTheme = () => applyTheme(kept(THEME_KEY));

/** @param {import('./wire').Theme} value */
export async function chooseTheme(value) {
  applyTheme(value);
  if (!readOnly()) await put('/api/preferences', { theme: value });
}

/** @param {boolean} on */
export function chooseSingleKeys(on) {
  singleKeys.value = on;
  keep(KEYS_KEY, on ? 'on' : 'off');
}
