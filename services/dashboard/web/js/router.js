/** The URL is the state: which tab, what is selected, which filters. Everything here follows or changes it. */

import { computed, signal } from '@preact/signals';
import { BASE } from './lib/base.js';

/** @typedef {{ path: string, segments: string[], query: Record<string, string> }} Place */

/**
 * @param {string} href
 * @returns {Place}
 */
export function parsePlace(href) {
  const url = new URL(href, 'http://page');
  const segments = url.pathname.split('/').filter(Boolean).map(decoded);
  return { path: url.pathname, segments, query: Object.fromEntries(url.searchParams) };
}

/** @param {string} segment */
function decoded(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/**
 * The address of a place with some of its query changed; an empty value takes a key away.
 * @param {Place} place
 * @param {Record<string, string | null | undefined>} changes
 */
export function hrefWith(place, changes) {
  const merged = Object.entries({ ...place.query, ...changes }).filter(([, value]) => value);
  const query = new URLSearchParams(/** @type {[string, string][]} */ (merged)).toString();
  return query ? `${place.path}?${query}` : place.path;
}

const here = () =>
  typeof location === 'undefined' ? '/' : (location.pathname.slice(BASE.length) || '/') + location.search;

/** Where the page is. */
export const place = signal(parsePlace(here()));

/** The first segment of the path, by which a tab is found. */
export const root = computed(() => place.value.segments[0] ?? '');

/**
 * @param {string} href
 * @param {{ replace?: boolean }} [options]
 */
export function navigate(href, { replace = false } = {}) {
  if (href === here()) return;
  if (replace) history.replaceState(null, '', BASE + href);
  else history.pushState(null, '', BASE + href);
  place.value = parsePlace(href);
}

/**
 * Changes filters in the URL, without a new entry in the history.
 * @param {Record<string, string | null | undefined>} changes
 */
export const setQuery = (changes) => navigate(hrefWith(place.value, changes), { replace: true });

/** Makes links inside the page change the place instead of loading it again, and follows back and forward. */
export function startRouter() {
  addEventListener('popstate', () => {
    place.value = parsePlace(here());
  });
  document.addEventListener('click', (event) => {
    const href = innerLink(event);
    if (!href) return;
    event.preventDefault();
    navigate(href);
  });
}

/** @param {MouseEvent} event */
function innerLink(event) {
  if (
    event.defaultPrevented ||
    event.button ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey
  )
    return null;
  const anchor = /** @type {Element} */ (event.target).closest('a[href^="/"]');
  if (!anchor || anchor.hasAttribute('target') || anchor.hasAttribute('download')) return null;
  return anchor.getAttribute('href')?.slice(BASE.length) || '/';
}
