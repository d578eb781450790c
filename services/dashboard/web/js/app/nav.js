import { plural } from '../lib/format.js';
import { IconButton } from '../parts/button.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { useResource } from '../parts/use_resource.js';
import { logout } from '../session.js';
import { allTabs } from '../tabs.js';
import { away, upstreams } from '../upstreams.js';
import { FIRST } from './first_screen.js';
import { openLegend } from './legend.js';
import { openPalette } from './palette.js';
import { ThemeSwitch } from './theme_switch.js';

const MOST = 99;

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
  const badge = useBadge(tab.id);
  return html`<a class="tab" href=${tab.href} aria-current=${current ? 'page' : undefined}>
    <${Icon} name=${tab.icon} /><span>${tab.label}</span>
    ${badge ? html`<b class="count" aria-label=${badge.label}>${badge.text}</b>` : null}
  </a>`;
}

/** What is going on in a tab, in a number. @param {string} id */
function useBadge(id) {
  /** @type {import('../parts/use_resource.js').Live<import('../wire').Insights>} */
  const insights = useResource(...FIRST.insights);
  /** @type {import('../parts/use_resource.js').Live<import('../wire').RunStats>} */
  const stats = useResource(...FIRST.run_stats);
  if (id === 'insights') return badge(insights.data?.open_issues ?? 0, 'open issue');
  const { running = 0, waiting_approval = 0 } = stats.data?.unfinished ?? {};
  return id === 'chat' ? badge(running + waiting_approval, 'run') : null;
}

/** @param {number} number @param {string} what */
const badge = (number, what) =>
  number ? { text: number > MOST ? `${MOST}+` : String(number), label: plural(number, what) } : null;

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
