import { useEffect } from 'preact/hooks';
import { singleKeys } from '../preferences.js';
import { navigate } from '../router.js';
import { allTabs } from '../tabs.js';
import { openLegend } from './legend.js';
import { openPalette } from './palette.js';

/** The time in which the second key of a pair must come. */
const PAIR_MS = 1200;

let leadAt = Number.NEGATIVE_INFINITY;

/** Shortcuts of the whole page. */
export function useShortcuts() {
  useEffect(() => {
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') return act(event, openPalette);
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event) || !singleKeys.value) return;
  if (document.querySelector('dialog[open]')) return;
  if (event.timeStamp - leadAt < PAIR_MS) return second(event);
  if (event.key === 'g') leadAt = event.timeStamp;
  else if (event.key === '?') act(event, openLegend);
  else if (event.key === '/') act(event, focusFilter);
  else if (event.key === 'n') act(event, newConversation);
}

/** @param {KeyboardEvent} event */
function second(event) {
  leadAt = Number.NEGATIVE_INFINITY;
  if (event.key === 'r') return act(event, () => navigate('/runs'));
  const tab = allTabs().find(({ key }) => key === event.key);
  if (tab) act(event, () => navigate(tab.href));
}

/** @param {KeyboardEvent} event @param {() => void} work */
function act(event, work) {
  event.preventDefault();
  work();
}

/** @param {KeyboardEvent} event */
const typing = (event) =>
  /** @type {Element} */ (event.target).closest('input, textarea, select, [contenteditable]') !== null;

function focusFilter() {
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector('main input[type="search"]'));
  field?.focus();
}

function newConversation() {
  navigate('/chat');
  requestAnimationFrame(() => /** @type {HTMLElement | null} */ (document.getElementById('ask'))?.focus());
}
