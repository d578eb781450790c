import { useMemo } from 'preact/hooks';
import { now } from '../lib/clock.js';
import { count, plural, words } from '../lib/format.js';
import { fillSlots } from '../lib/series.js';
import { Id } from '../parts/copy.js';
import { html } from '../parts/html.js';
import { Plot } from '../parts/plot.js';
import { Stale, WhenLoaded } from '../parts/states.js';
import { Status } from '../parts/status.js';
import { Ago } from '../parts/time.js';
import { useResource } from '../parts/use_resource.js';
import { IssueActions } from './issue_actions.js';
import { LatestEvent, Stack } from './latest_event.js';

const HOUR_MS = 3_600_000;
const HOURS = 24;

/** @typedef {import('../wire').IssueDetail} IssueDetail */

/** One issue: what it is, where it comes from, how often, and why these events are one. @param {{ id: string }} props */
export function IssueDetailView({ id }) {
  const live = useResource(`/api/tracker/issues/${id}`, {
    topics: ['tracker.issue.updated', 'tracker.issue.regressed'],
  });
  return html`<a class="small back" href="/insights">All issues</a>
    <${WhenLoaded} live=${live} what="issue">${(/** @type {IssueDetail} */ issue) => html`<${Detail} issue=${issue} stale=${html`<${Stale} error=${live.error} asOf=${live.asOf} />`} />`}<//>`;
}

/** @param {{ issue: IssueDetail, stale: unknown }} props */
function Detail({ issue, stale }) {
  const event = issue.sample?.event;
  return html`<div class="detail">
    <header class="detail-head">
      <h2 dir="auto">${issue.title}</h2>
      <div class="detail-line"><${Status} state=${issue.state} /><${Status} state=${issue.level} />${stale}<${IssueActions} issue=${issue} /></div>
      <${Facts} issue=${issue} />
    </header>
    <div class="columns">
      <section class="panel" aria-label="Stack"><header><h2>Stack</h2><span class="muted small">of the latest event</span></header><${Stack} stack=${event?.stack} /></section>
      <${Trend} issue=${issue} />
    </div>
    <div class="columns">
      <section class="panel" aria-label="Latest event"><header><h2>Latest event</h2><span class="end muted small"><${Ago} at=${event?.ts} /></span></header><${LatestEvent} event=${event} /></section>
      <${Why} why=${issue.why} />
    </div>
  </div>`;
}

/** @param {{ issue: IssueDetail }} props */
function Facts({ issue }) {
  return html`<dl class="facts">
    <div><dt>Id</dt><dd><${Id} id=${issue.id} /></dd></div>
    <div><dt>Component</dt><dd><a href=${`/insights?component=${encodeURIComponent(issue.component ?? '')}`}>${issue.component ?? 'unknown'}</a></dd></div>
    <div><dt>Kind</dt><dd>${words(issue.kind)}</dd></div>
    <div><dt>Events</dt><dd>${count(issue.events)}</dd></div>
    <div><dt>Sessions</dt><dd>${count(issue.sessions)}</dd></div>
    <div><dt>First seen</dt><dd><${Ago} at=${issue.first_seen} /></dd></div>
    <div><dt>Last seen</dt><dd><${Ago} at=${issue.last_seen} /></dd></div>
    <div><dt>Releases</dt><dd>${issue.releases.join(', ') || 'unknown'}</dd></div>
  </dl>`;
}

/** @param {{ issue: IssueDetail }} props */
function Trend({ issue }) {
  const until = Math.floor(now.value / HOUR_MS) * HOUR_MS;
  const { starts, lines } = useMemo(() => {
    const points = issue.trend.map(({ ts, events }) => ({ at: Date.parse(ts), value: events }));
    const { starts, counts } = fillSlots(points, until, HOUR_MS, HOURS);
    return { starts, lines: [{ label: 'events', tone: 'bad', values: counts }] };
  }, [issue, until]);
  return html`<${Plot} title="Trend" unit="events per hour" times=${starts} lines=${lines} />`;
}

/** @param {{ why: IssueDetail['why'] }} props */
function Why({ why }) {
  const parts = why.key;
  return html`<section class="panel" aria-label="Why grouped">
    <header><h2>Why these are one issue</h2></header>
    <div class="prose">
      <p class="muted">${plural(parts.length, 'thing')} ${parts.length === 1 ? 'is' : 'are'} the same in every event:</p>
      <dl class="pairs">${parts.map(({ part, value }) => html`<div key=${part}><dt>${words(part)}</dt><dd class="mono">${value}</dd></div>`)}</dl>
      <p class="muted small">Grouped by ${words(why.algorithm)}, version ${why.version}.</p>
    </div>
  </section>`;
}
