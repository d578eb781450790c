import { useEffect, useRef } from 'preact/hooks';
import { Confirm } from '../parts/confirm.js';
import { html } from '../parts/html.js';
import { Toasts } from '../parts/toast.js';
import { place, root } from '../router.js';
import { tabOf } from '../tabs.js';
import { trackInteraction } from '../tracking.js';
import { Banner } from './banner.js';
import { Legend } from './legend.js';
import { Nav } from './nav.js';
import { Palette } from './palette.js';
import { useShortcuts } from './shortcuts.js';
import { TabView } from './tab_view.js';

/** Navigation at the side, the banner when something is away, and the tab that the URL names. */
export function Shell() {
  const tab = tabOf(root.value);
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  const shown = useRef(tab.id);
  useShortcuts();
  useEffect(() => {
    document.title = `${tab.label} · Binnacle`;
    if (shown.current === tab.id) return;
    shown.current = tab.id;
    trackInteraction('tab_switch', { target: tab.id });
    main.current?.focus({ preventScroll: true });
  }, [tab]);
  return html`<a class="skip" href="#main" onClick=${skip}>Skip to content</a>
    <${Nav} current=${tab.id} />
    <div class="stage">
      <${Banner} />
      <main id="main" tabindex="-1" ref=${main} data-tab=${tab.id} key=${tab.id}>
        <${TabView} tab=${tab} place=${place.value.path} />
      </main>
    </div>
    <${Palette} /><${Legend} /><${Confirm} /><${Toasts} />`;
}

/** @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
