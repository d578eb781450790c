import { IconButton } from '../parts/button.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { resource } from '../refresh.js';
import { logout } from '../session.js';
import { allTabs } from '../tabs.js';
import { away, upstreams } from '../upstreams.js';
import { openLegend } from './legend.js';
import { openPalette } from './palette.js';
import { PATHS } from './paths.js';
import { ThemeSwitch } from './theme_switch.js';

/** @param {{ current: string }} props */
export function Nav({ current }) {
  return html`<header class="nav">
    <a class="brand" href="/" aria-label="Binnacle, to the overview"><${Icon} name="binnacle" size=${22} /><span>Binnacle</span></a>
    <nav aria-label="Tabs">
      ${allTabs().map((tab) => html`<${TabLink} key=${tab.id} tab=${tab} current=${tab.id === current} />`)}
    </nav>
    <div class="nav-foot">
      <${Services} />
      <div class="nav-tools">
        <${IconButton} icon="search" label="Commands" keys="Ctrl K" action="palette.open" onClick=${openPalette} />
        <${ThemeSwitch} />
        <${IconButton} icon="keyboard" label="Keyboard shortcuts" keys="?" action="legend.open" onClick=${openLegend} />
        <${IconButton} icon="leave" label="Log out" action="session.logout" onClick=${logout} />
      </div>
    </div>
  </header>`;
}

/** @param {{ tab: import('../tabs.js').Tab, current: boolean }} props */
function TabLink({ tab, current }) {
  const badge = badgeOf(tab.id);
  return html`<a class="tab" href=${tab.href} aria-current=${current ? 'page' : undefined}>
    <${Icon} name=${tab.icon} /><span>${tab.label}</span>
    ${badge ? html`<b class="count" aria-label=${badge.label}>${badge.text}</b>` : null}
  </a>`;
}

/** What is going on in a tab, in a number. @param {string} id */
function badgeOf(id) {
  if (id === 'insights') {
    const open = resource(PATHS.issues).data.value?.items.length ?? 0;
    return open ? { text: open >= 20 ? '20+' : String(open), label: `${open} open issues` } : null;
  }
  if (id !== 'chat') return null;
  /** @type {import('../wire').Run[]} */
  const runs = resource(PATHS.runs).data.value?.items ?? [];
  const live = runs.filter(({ status }) => status === 'running' || status === 'waiting_approval').length;
  return live ? { text: String(live), label: `${live} runs under way` } : null;
}

const WORDS = { ok: 'up', degraded: 'degraded', down: 'down' };
const TONES = { ok: 'ok', degraded: 'warn', down: 'bad' };

/** The services behind the page, each with its state in words. */
function Services() {
  const names = /** @type {const} */ (['agent', 'tracker']);
  return html`<ul class="services" aria-label="Services">
    ${names.map((name) => {
      const { status, detail } = upstreams.value[name];
      const shown = away.value.includes('dashboard') ? 'down' : status;
      return html`<li class=${`state ${TONES[shown]}`} title=${detail ?? undefined}>
        <${Icon} name=${TONES[shown]} size=${12} /><span>${name}</span><em>${WORDS[shown]}</em>
      </li>`;
    })}
  </ul>`;
}
