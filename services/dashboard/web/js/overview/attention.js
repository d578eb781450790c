import { count, plural } from '../lib/format.js';
import { html } from '../parts/html.js';
import { Icon } from '../parts/icons.js';
import { EmptyState, Loading } from '../parts/states.js';
import { Ago } from '../parts/time.js';
import { upstreams } from '../upstreams.js';
import { worst } from './worst.js';

const SHOWN = 6;

/** What needs a person, worst first. @param {import('./tiles.js').Props} props */
export function Attention({ runs, issues, health, approvals, insights }) {
  const known = runs.data || issues.data || health.data;
  const items = worst({
    approvals: approvals.data?.items ?? [],
    runs: runs.data?.items ?? [],
    issues: issues.data?.items ?? [],
    components: health.data?.components ?? [],
    upstreams: upstreams.value,
    now: Date.now(),
  });
  const further = Math.max(0, (insights.data?.open_issues ?? 0) - (issues.data?.items.length ?? 0));
  return html`<section class="panel" aria-labelledby="attention">
    <header><h2 id="attention">Needs attention</h2>${items.length ? html`<span class="muted small end">${items.length > SHOWN ? `the worst ${SHOWN} of ${count(items.length + further)}` : plural(items.length, 'thing')}</span>` : null}</header>
    ${!known && !items.length ? html`<${Loading} lines=${4} />` : items.length ? html`<ul class="rows">${items.slice(0, SHOWN).map((item) => html`<${Row} key=${item.id} item=${item} />`)}</ul>` : html`<${Fine} />`}
  </section>`;
}

/** @param {{ item: import('./worst.js').Item }} props */
function Row({ item }) {
  return html`<li><a class="row attention" href=${item.href} data-action="attention.open" data-target=${item.kind}>
    <${Icon} name=${item.tone} label=${item.tone === 'bad' ? 'bad' : 'warning'} />
    <span class="two-lines"><span class="clip" dir="auto">${item.title}</span><span class="muted small clip">${item.note}</span></span>
    <span class="muted small nowrap"><${Ago} at=${item.at} bare /></span>
    <span class="lead">${item.verb}${item.verb ? html`<${Icon} name="chevron" size=${12} />` : null}</span>
  </a></li>`;
}

function Fine() {
  return html`<${EmptyState} icon="ok" title="Nothing needs you">Failed runs, open issues, approvals and services that are down appear here.<//>`;
}
