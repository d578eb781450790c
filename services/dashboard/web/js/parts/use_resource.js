import { useEffect, useRef } from 'preact/hooks';
import { resource } from '../refresh.js';
import { outage } from '../upstreams.js';

/**
 * @template T
 * @typedef {object} Live
 * @property {T | undefined} data the last answer; while another path loads, that of the path before
 * @property {import('../api.js').ApiError | null} error why there is no newer answer
 * @property {boolean} loading
 * @property {boolean} outdated the data belongs to the path before
 * @property {number} asOf
 * @property {() => Promise<void>} refresh
 */

/**
 * A resource, kept fresh while the component is there.
 * @template T
 * @param {string} path
 * @param {import('../refresh.js').Needs} [needs]
 * @returns {Live<T>}
 */
export function useResource(path, needs) {
  /** @type {import('../refresh.js').Resource<T>} */
  const one = resource(path, needs);
  const last = useRef(/** @type {T | undefined} */ (undefined));
  useEffect(() => one.retain(), [one]);
  const data = one.data.value;
  if (data !== undefined) last.current = data;
  return {
    data: data ?? last.current,
    error: one.error.value ?? (data === undefined ? null : outage(one.service)),
    loading: one.loading.value || (data === undefined && !one.error.value),
    outdated: data === undefined && last.current !== undefined,
    asOf: one.asOf.value,
    refresh: () => one.refresh(),
  };
}
