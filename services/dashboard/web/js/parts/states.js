import { html } from './html.js';
import { Icon } from './icons.js';
import { Ago } from './time.js';

/** What stands in for content: nothing there, not there yet, not to be had, or from before. */

/**
 * @param {{ icon: string, title: string, alert?: boolean, children?: import('preact').ComponentChildren }} props
 */
export function EmptyState({ icon, title, alert = false, children }) {
  return html`<div class="empty" role=${alert ? 'alert' : undefined}>
    <${Icon} name=${icon} size=${24} />
    <h2>${title}</h2>
    <div class="muted">${children}</div>
  </div>`;
}

/** @param {{ label?: string, lines?: number }} props */
export function Loading({ label = 'Loading', lines = 5 }) {
  return html`<div class="loading" role="status">
    <span class="sr-only">${label}</span>
    ${Array.from({ length: lines }, (_, index) => html`<i key=${index} class="bone" aria-hidden="true"></i>`)}
  </div>`;
}

/** @param {{ title: string, error: Error, retry?: () => unknown }} props */
export function ErrorState({ title, error, retry }) {
  const requestId = /** @type {import('../api.js').ApiError} */ (error).requestId;
  return html`<${EmptyState} icon="bad" title=${title} alert>
    <p>${error.message}</p>
    ${requestId ? html`<p class="mono small">request ${requestId}</p>` : null}
    ${retry ? html`<button type="button" class="button" data-action="retry" onClick=${retry}>Try again</button>` : null}
  <//>`;
}

/** A small word that what is shown is from before, and why. @param {{ error: Error | null, asOf: number }} props */
export function Stale({ error, asOf }) {
  if (!error || !asOf) return null;
  return html`<span class="stale" title=${error.message}><${Icon} name="clock" size=${12} /> as of <${Ago} at=${asOf} /></span>`;
}

/**
 * What could not be fetched; where its service is down, it comes by itself.
 * @param {{ what: string, error: import('../api.js').ApiError, retry: () => unknown }} props
 */
export function Missing({ what, error, retry }) {
  if (error.status === 404)
    return html`<${EmptyState} icon="search" title=${`No such ${what}`}>It was deleted, or its address is wrong.<//>`;
  if (error.code !== 'upstream_down')
    return html`<${ErrorState} title=${`No ${what}`} error=${error} retry=${retry} />`;
  return html`<${EmptyState} icon="plug" title=${`No ${what} just now`}>This shows by itself when the service is back.<//>`;
}

/**
 * A live resource in its four states: loading, failed, there, and there but old.
 * @param {{ live: import('./use_resource.js').Live<any>, what: string, children: (data: any) => unknown, lines?: number }} props
 */
export function WhenLoaded({ live, what, children, lines = 5 }) {
  if (live.data !== undefined)
    return html`<div class=${live.outdated ? 'dimmed' : ''} aria-busy=${live.outdated ? 'true' : undefined}>${children(live.data)}</div>`;
  if (live.error) return html`<${Missing} what=${what} error=${live.error} retry=${live.refresh} />`;
  return html`<${Loading} label=${`Loading ${what}`} lines=${lines} />`;
}
