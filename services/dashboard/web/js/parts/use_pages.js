import { useEffect, useRef, useState } from 'preact/hooks';
import { get } from '../api.js';
import { toastError } from './toast.js';
import { useResource } from './use_resource.js';

/** @typedef {{ id?: string, name?: string }} Item told apart by its id, or where it has none by its name */
/** @typedef {{ path: string, items: Item[], cursor: string | null | undefined }} Rest */

/**
 * A list by pages: the first is live, more are added as they are asked for. What a live first page pushes out stays.
 * @param {string} path with its filters
 * @param {import('../refresh.js').Needs} needs
 */
export function usePages(path, needs) {
  const live = useResource(path, needs);
  /** @type {[Rest, (rest: Rest) => void]} */
  const [kept, setRest] = useState(/** @type {Rest} */ ({ path, items: [], cursor: undefined }));
  const rest = kept.path === path ? kept : { path, items: [], cursor: undefined };
  const first = /** @type {Item[]} */ (live.data?.items ?? []);
  const before = useRef(/** @type {Item[]} */ ([]));
  useEffect(() => {
    if (rest.items.length) setRest({ ...rest, items: merged(before.current, rest.items) });
    before.current = first;
  }, [live.data]);
  const cursor = rest.cursor === undefined ? live.data?.next_cursor : rest.cursor;
  const more = async () => {
    const page = await get(`${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`);
    setRest({ path, items: merged(rest.items, page.items), cursor: page.next_cursor ?? null });
  };
  return { live, items: merged(first, rest.items), more: cursor ? () => more().catch(toastError) : null };
}

/** Both lists, each item once, the first one's word on it. @param {Item[]} first @param {Item[]} second */
export function merged(first, second) {
  const known = new Set(first.map(keyOf));
  return [...first, ...second.filter((item) => !known.has(keyOf(item)))];
}

/** @param {Item} item */
const keyOf = ({ id, name }) => id ?? name;
