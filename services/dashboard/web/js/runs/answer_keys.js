import { useEffect } from 'preact/hooks';
import { singleKeys } from '../preferences.js';

/** Brings a question to a person into focus, unless that would take it from somebody who writes. @param {{ current: HTMLElement | null }} box */
export function useFocus(box) {
  useEffect(() => {
    const active = document.activeElement;
    const idle =
      !active ||
      active === document.body ||
      (active.id === 'ask' && !(/** @type {HTMLTextAreaElement} */ (active).value));
    if (idle) box.current?.focus({ preventScroll: true });
    box.current?.scrollIntoView({ block: 'nearest' });
  }, [box]);
}

/**
 * Keys press the buttons that are marked with them (`data-key`), of the first question that is open, but never while
 * somebody types.
 * @param {{ current: HTMLElement | null }} box
 */
export function useAnswerKeys(box) {
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const pressed = (event) => {
      const typing = /** @type {Element} */ (event.target).closest('input, textarea, select');
      if (typing || !singleKeys.value || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector('.approval') !== box.current || document.querySelector('dialog[open]'))
        return;
      const button = [...(box.current?.querySelectorAll('button') ?? [])].find(
        ({ dataset }) => dataset.key === event.key,
      );
      if (!button) return;
      event.preventDefault();
      button.click();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [box]);
}
