import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { matchScore } from '../lib/match.js';
import { Dialog } from '../parts/dialog.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { chooseTheme } from '../preferences.js';
import { navigate } from '../router.js';
import { allTabs } from '../tabs.js';
import { trackInteraction } from '../tracking.js';
import { openLegend } from './legend.js';

/** @typedef {{ id: string, label: string, icon: string, run: () => void, keys?: string }} Entry */

const shown = signal(false);
const wanted = signal('');
const chosen = signal(0);

export const openPalette = () => {
  wanted.value = '';
  chosen.value = 0;
  shown.value = true;
};

const close = () => {
  shown.value = false;
};

/** Everything the page can do, found by typing. */
export function Palette() {
  return shown.value ? html`<${Box} />` : null;
}

function Box() {
  const found = matches(wanted.value);
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen.value]);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) chosen.value = (chosen.value + step + found.length) % found.length;
    else if (event.key === 'Enter') choose(found[chosen.value]);
    else return;
    event.preventDefault();
  };
  return html`<${Dialog} title="Commands" close=${close} bare>
    <div class="palette">
      <input type="text" role="combobox" aria-label="Search commands" aria-expanded="true" aria-controls="commands"
        aria-activedescendant=${found.length ? `command-${chosen.value}` : undefined} autocomplete="off" spellcheck=${false}
        placeholder="Type a command, or something to ask or search" autofocus value=${wanted.value} onInput=${typed} onKeyDown=${onKeyDown} />
      <ul id="commands" role="listbox" aria-label="Commands" ref=${list}>
        ${found.map((entry, index) => html`<${Row} key=${entry.id} entry=${entry} index=${index} />`)}
      </ul>
    </div>
  <//>`;
}

/** @param {{ entry: Entry, index: number }} props */
function Row({ entry, index }) {
  return html`<li id=${`command-${index}`} role="option" aria-selected=${index === chosen.value ? 'true' : 'false'}
    onClick=${() => choose(entry)} onMouseMove=${() => (chosen.value = index)}>
    <${Icon} name=${entry.icon} /><span>${entry.label}</span>${entry.keys ? html`<kbd>${entry.keys}</kbd>` : null}
  </li>`;
}

/** @param {any} event */
const typed = (event) => {
  wanted.value = event.target.value;
  chosen.value = 0;
};

/** @param {Entry | undefined} entry */
function choose(entry) {
  if (!entry) return;
  close();
  trackInteraction('palette.run', { target: entry.id });
  entry.run();
}

/** @param {string} text @returns {Entry[]} */
function matches(text) {
  const scored = entries().map((entry) => ({ entry, score: matchScore(entry.label, text) }));
  const fitting = scored.filter(({ score }) => score > 0).sort((a, b) => (text ? b.score - a.score : 0));
  return [...fitting.map(({ entry }) => entry), ...(text.trim() ? searches(text.trim()) : [])];
}

/** @returns {Entry[]} */
function entries() {
  const tabs = allTabs().flatMap((tab) => [
    {
      id: `go.${tab.id}`,
      label: `Go to ${tab.label}`,
      icon: tab.icon,
      run: () => navigate(tab.href),
      keys: `g ${tab.key}`,
    },
    ...(tab.commands ?? []).map((command) => ({ ...command, run: () => navigate(command.href) })),
  ]);
  const themes = /** @type {const} */ (['system', 'dark', 'light']).map((name) => ({
    id: `theme.${name}`,
    label: `Theme: ${name}`,
    icon: { system: 'contrast', dark: 'moon', light: 'sun' }[name],
    run: () => void chooseTheme(name),
  }));
  return [
    ...tabs,
    ...themes,
    { id: 'legend', label: 'Keyboard shortcuts', icon: 'keyboard', run: openLegend, keys: '?' },
  ];
}

/** What was typed, taken as something to ask or to look for. @param {string} text @returns {Entry[]} */
const searches = (text) => [
  {
    id: 'ask',
    label: `Ask the agent: ${text}`,
    icon: 'chat',
    run: () => navigate(`/chat?ask=${encodeURIComponent(text)}`),
  },
  {
    id: 'search.runs',
    label: `Search runs for “${text}”`,
    icon: 'list',
    run: () => navigate(`/runs?q=${encodeURIComponent(text)}`),
  },
  {
    id: 'search.issues',
    label: `Search issues for “${text}”`,
    icon: 'bug',
    run: () => navigate(`/insights?q=${encodeURIComponent(text)}`),
  },
];
