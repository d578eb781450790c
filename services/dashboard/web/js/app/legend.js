import { signal } from '@preact/signals';
import { Dialog } from '../parts/dialog.js';
import { html } from '../parts/html.js';
import { chooseSingleKeys, singleKeys } from '../preferences.js';
import { allTabs } from '../tabs.js';

const shown = signal(false);

export const openLegend = () => {
  shown.value = true;
};

const close = () => {
  shown.value = false;
};

const GENERAL = [
  ['Ctrl K', 'Commands'],
  ['?', 'This legend'],
  ['/', 'To the search field'],
  ['Esc', 'Close what is open'],
];
const CHAT = [
  ['n', 'New conversation'],
  ['Enter', 'Send'],
  ['Shift Enter', 'New line'],
  ['1 2 3', 'Approve: once, this session, always'],
  ['4', 'Deny, or decline a question'],
];

/** What the keyboard can do here. */
export function Legend() {
  if (!shown.value) return null;
  const tabs = [...allTabs().map((tab) => [`g ${tab.key}`, tab.label]), ['g r', 'Runs']];
  return html`<${Dialog} title="Keyboard shortcuts" close=${close} wide>
    <div class="legend">
      <${Group} title="Everywhere" keys=${GENERAL} /><${Group} title="Go to" keys=${tabs} /><${Group} title="Chat" keys=${CHAT} />
    </div>
    <label class="check"><input type="checkbox" checked=${singleKeys.value}
      onChange=${(/** @type {any} */ event) => chooseSingleKeys(event.target.checked)} /> Shortcuts of single letters</label>
  <//>`;
}

/** @param {{ title: string, keys: string[][] }} props */
function Group({ title, keys }) {
  return html`<section><h3>${title}</h3><dl>
    ${keys.map(([key, meaning]) => html`<div key=${key}><dt>${key.split(' ').map((one) => html`<kbd>${one}</kbd> `)}</dt><dd>${meaning}</dd></div>`)}
  </dl></section>`;
}
