import { useEffect, useRef } from 'preact/hooks';
import { clockTime } from '../lib/format.js';
import { html } from '../parts/html.js';
import { EmptyState, Stale, WhenLoaded } from '../parts/states.js';
import { useResource } from '../parts/use_resource.js';
import { serverPath, TOPICS } from './paths.js';

/** @typedef {import('../wire').LogLine} LogLine */

const POLL_MS = 2000;
const NEAR_END_PX = 24;

/** The last lines that a server wrote, as they come. @param {{ name: string }} props */
export function ServerLog({ name }) {
  /** @type {import('../parts/use_resource.js').Live<import('../wire').Page<LogLine>>} */
  const live = useResource(`${serverPath(name)}/log`, { topics: TOPICS, pollMs: POLL_MS });
  return html`<section class="panel" aria-label="Log"><header><h2>Log</h2><span class="muted small">its last lines</span><${Stale} error=${live.error} asOf=${live.asOf} /></header>
    <${WhenLoaded} live=${live} what="log">${(/** @type {import('../wire').Page<LogLine>} */ { items }) =>
      items.length
        ? html`<${LogLines} lines=${items} label="Lines of the log" />`
        : html`<${EmptyState} icon="list" title="Nothing written">What the server writes to its standard error shows here.<//>`}<//>
  </section>`;
}

/** Lines, with the newest in view as long as nobody reads further up. @param {{ lines: LogLine[], label: string }} props */
export function LogLines({ lines, label }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const atEnd = useRef(true);
  const newest = lines.at(-1);
  useEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [newest?.ts, newest?.text]);
  const onScroll = () => {
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = box.current ?? {};
    atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  };
  return html`<div class="log" ref=${box} tabindex="0" role="region" aria-label=${label} onScroll=${onScroll}>
    ${lines.map(({ ts, source, text }, index) => html`<p key=${`${ts}.${index}`}><time datetime=${ts}>${clockTime(new Date(ts))}</time> <span class="muted">${source}</span> ${text}</p>`)}
  </div>`;
}
