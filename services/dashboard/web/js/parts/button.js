import { useSignal } from '@preact/signals';
import { readOnly } from '../session.js';
import { follow } from '../tracking.js';
import { unavailable } from '../upstreams.js';
import { html } from './html.js';
import { Icon } from './icons.js';
import { toastError } from './toast.js';

/**
 * @typedef {object} ButtonProps
 * @property {string} action its name in the tracker
 * @property {(event: Event) => unknown} [onClick] what it does; a promise keeps the button busy until it is settled
 * @property {import('../upstreams.js').Name} [needs] the service it needs; disabled, with the reason, while that is away
 * @property {boolean} [changes] whether it changes something, which a viewer may not
 * @property {string | null | false} [blocked] another reason why it cannot be used now
 * @property {string} [target] what it is done to, for the tracker
 * @property {string} [icon]
 * @property {string} [tone] primary, danger or quiet
 * @property {string} [keys] its shortcut, as shown
 * @property {string} [label] its name, where it shows only an icon
 * @property {string} [type]
 * @property {import('preact').ComponentChildren} [children]
 * @property {Record<string, unknown>} [attrs] other attributes
 */

/** A button that says why it cannot be used, shows that it is at work, and is tracked. @param {ButtonProps} props */
export function Button({ icon, tone = '', keys, children, label, ...rest }) {
  const { blocked, busy, click } = useClick(rest);
  return html`<button type=${rest.type ?? 'button'} class=${`button ${tone}`} ...${marks(rest, blocked, busy)}
    ...${rest.attrs} aria-label=${label} onClick=${click}>
    ${icon ? html`<${Icon} name=${icon} />` : null}<span>${children}</span>${keys ? html`<kbd>${keys}</kbd>` : null}
  </button>`;
}

/** A button that is an icon, with its name for those who cannot see it and on hover. @param {ButtonProps} props */
export function IconButton({ icon, label, keys, tone = '', ...rest }) {
  const { blocked, busy, click } = useClick(rest);
  const title = blocked || (keys ? `${label} (${keys})` : label);
  return html`<button type="button" class=${`icon-button ${tone}`} ...${marks(rest, blocked, busy)} ...${rest.attrs}
    title=${title} aria-label=${label} onClick=${click}><${Icon} name=${icon} /></button>`;
}

/** @param {ButtonProps} props */
function useClick({ needs, changes, blocked: given, onClick }) {
  const busy = useSignal(false);
  const blocked = given || (needs && unavailable(needs)) || (changes && readOnly()) || null;
  /** @param {Event} event */
  const click = (event) => {
    if (blocked || busy.value) return event.preventDefault();
    const result = onClick?.(event);
    if (!(result instanceof Promise)) return;
    busy.value = true;
    const work = follow(event, result);
    work.catch(toastError).finally(() => {
      busy.value = false;
    });
  };
  return { blocked, busy: busy.value, click };
}

/** @param {ButtonProps} props @param {string | null} blocked @param {boolean} busy */
const marks = ({ action, target }, blocked, busy) => ({
  'data-action': action,
  'data-target': target,
  'aria-disabled': blocked || busy ? 'true' : undefined,
  'aria-busy': busy ? 'true' : undefined,
  'aria-description': blocked ?? undefined,
  title: blocked ?? undefined,
});
