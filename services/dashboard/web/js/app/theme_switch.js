import { IconButton } from '../parts/button.js';
import { html } from '../parts/html.js';
import { chooseTheme, theme } from '../preferences.js';

const NEXT = /** @type {const} */ ({ system: 'dark', dark: 'light', light: 'system' });
const ICONS = { system: 'contrast', dark: 'moon', light: 'sun' };

/** One button through the three: as the system has it, dark, light. */
export function ThemeSwitch() {
  const label = `Theme: ${theme.value}`;
  return html`<${IconButton} icon=${ICONS[theme.value]} label=${label} action="theme.switch"
    onClick=${() => chooseTheme(NEXT[theme.value])} />`;
}
