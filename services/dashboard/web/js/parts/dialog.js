import { useLayoutEffect, useRef } from 'preact/hooks';
import { IconButton } from './button.js';
import { html } from './html.js';

/**
 * A modal dialog of the browser's own: focus stays in it, Escape closes it, and focus goes back where it was. It opens before the
 * next key is handled, so that nothing typed is lost.
 * @param {{ title: string, close: () => void, wide?: boolean, bare?: boolean, children?: import('preact').ComponentChildren }} props
 */
export function Dialog({ title, close, wide = false, bare = false, children }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    box.current?.showModal();
    return () => before?.focus?.();
  }, []);
  /** A click beside the dialog closes it. @param {MouseEvent} event */
  const beside = (event) => event.target === box.current && close();
  return html`<dialog ref=${box} class=${`dialog ${wide ? 'wide' : ''}`} aria-label=${title} onClose=${close} onClick=${beside}>
    ${bare ? null : html`<header><h2>${title}</h2><${IconButton} icon="cross" label="Close" action="dialog.close" onClick=${close} /></header>`}
    ${children}
  </dialog>`;
}
