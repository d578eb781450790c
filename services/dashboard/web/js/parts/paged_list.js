import { useEffect, useRef } from 'preact/hooks';
import { html } from './html.js';
import { Loading, Missing } from './states.js';

/**
 * Rows, with more of them as the end comes near.
 * @param {{ pages: ReturnType<typeof import('./use_pages.js').usePages>, what: string, row: (item: any) => unknown, empty: unknown }} props
 */
export function PagedList({ pages: { live, items, more }, what, row, empty }) {
  if (!live.data && live.error)
    return html`<${Missing} what=${what} error=${live.error} retry=${live.refresh} />`;
  if (!live.data) return html`<${Loading} label=${`Loading ${what}`} lines=${8} />`;
  if (!items.length) return empty;
  return html`<div class=${live.outdated ? 'dimmed' : ''} aria-busy=${live.outdated ? 'true' : undefined}>
    <ul class="rows">${items.map(row)}</ul>
    ${more ? html`<${More} more=${more} />` : null}
  </div>`;
}

/** A button that presses itself when it comes into view. @param {{ more: () => Promise<void> }} props */
export function More({ more }) {
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const newest = useRef(more);
  newest.current = more;
  useEffect(() => {
    if (!button.current) return;
    const observer = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && newest.current(), {
      rootMargin: '400px',
    });
    observer.observe(button.current);
    return () => observer.disconnect();
  }, []);
  return html`<button ref=${button} type="button" class="button quiet more" data-action="list.more" onClick=${more}>Show more</button>`;
}
