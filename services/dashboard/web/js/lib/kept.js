/** What the browser keeps for this page, in `localStorage`. */

export const THEME_KEY = 'binnacle.theme';
export const KEYS_KEY = 'binnacle.keys';

/** @param {string} key */
export function kept(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} value */
export function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Forbidden or full: it then holds for this page only.
  }
}
