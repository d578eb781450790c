import { useEffect } from 'preact/hooks';

/** How near the end counts as being there. */
const NEAR_PX = 120;

/**
 * Keeps the end of a growing element in view, unless the person has scrolled up to read.
 * @param {{ current: HTMLElement | null }} box
 */
export function usePinned(box) {
  useEffect(() => {
    const main = /** @type {HTMLElement | null} */ (box.current?.closest('main'));
    if (!main || !box.current) return;
    let pinned = true;
    let before = main.scrollTop;
    const onScroll = () => {
      const near = main.scrollHeight - main.scrollTop - main.clientHeight < NEAR_PX;
      // Growing faster than this is told of scrolling leaves the end far away too: only going up is a person's wish.
      if (near || main.scrollTop < before) pinned = near;
      before = main.scrollTop;
    };
    const observer = new ResizeObserver(() => {
      if (pinned) main.scrollTop = main.scrollHeight;
    });
    observer.observe(box.current);
    main.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      main.removeEventListener('scroll', onScroll);
    };
  }, [box]);
}
