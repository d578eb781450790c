/**
 * What clicks say: marked actions with how long they took and whether they worked, rage clicks (three within a second
 * and 30 px), and dead clicks (something that looks usable was clicked and nothing on the page changed).
 */

import { describe } from './describe.js';

const RAGE_CLICKS = 3;
const RAGE_MS = 1000;
const RAGE_PX = 30;
const DEAD_MS = 1000;
const USABLE = 'button:not([aria-disabled="true"]), [role="button"], summary';

/** @typedef {{ x: number, y: number, at: number }} Click */
/** @typedef {(action: string, facts: { target?: string, success: boolean, duration_ms?: number, component?: string }) => void} Tell */

/** The work that a click started, told by the part that handles it. @type {WeakMap<Event, Promise<unknown>>} */
const works = new WeakMap();

/**
 * Ties a click to the work it started, so that its action is tracked with duration and success.
 * @template T
 * @param {Event} event
 * @param {Promise<T>} work
 */
export function follow(event, work) {
  works.set(event, work);
  return work;
}

/**
 * Whether the last clicks are one burst of annoyance; pure.
 * @param {Click[]} clicks oldest first
 */
export function isRage(clicks) {
  const burst = clicks.slice(-RAGE_CLICKS);
  if (burst.length < RAGE_CLICKS) return false;
  const last = burst[burst.length - 1];
  return burst.every((click) => last.at - click.at <= RAGE_MS && distance(click, last) <= RAGE_PX);
}

/** @param {Click} a @param {Click} b */
const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

/** @typedef {{ action: string, target?: string, component: string }} Action */

/**
 * Looks at each click before the page handles it (which may change or replace what was clicked), and tells of its
 * action after that, under the component where it began.
 * @param {Tell} tell
 * @param {() => string} currentComponent
 */
export function watchClicks(tell, currentComponent) {
  /** @type {Click[]} */
  let recent = [];
  /** @type {WeakMap<Event, Action>} */
  const actions = new WeakMap();
  /** @param {MouseEvent} event */
  const before = (event) => {
    const element = event.target;
    if (!(element instanceof Element)) return;
    const action = actionOf(element);
    if (action) actions.set(event, { ...action, component: currentComponent() });
    recent = [...recent.slice(1 - RAGE_CLICKS), { x: event.clientX, y: event.clientY, at: event.timeStamp }];
    if (event.detail > 0 && isRage(recent)) {
      recent = [];
      tell('rage_click', { target: describe(element), success: false });
    } else if (element.closest(USABLE)) watchForDeath(element, tell);
  };
  document.addEventListener('click', before, true);
  document.addEventListener('click', (event) => {
    const action = actions.get(event);
    if (action) void trackAction(action, works.get(event), tell);
  });
}

/** What a click on an element is called, where it is marked and can be used. @param {Element} element @returns {Omit<Action, 'component'> | null} */
function actionOf(element) {
  const marked = element.closest('[data-action]');
  if (!marked || marked.getAttribute('aria-disabled') === 'true') return null;
  return {
    action: marked.getAttribute('data-action') ?? '',
    target: marked.getAttribute('data-target') ?? undefined,
  };
}

/** @param {Action} action @param {Promise<unknown> | undefined} work @param {Tell} tell */
async function trackAction({ action, ...facts }, work, tell) {
  if (!work) return tell(action, { ...facts, success: true });
  const started = performance.now();
  const success = await work.then(
    () => true,
    () => false,
  );
  tell(action, { ...facts, success, duration_ms: performance.now() - started });
}

/** @param {Element} element @param {Tell} tell */
function watchForDeath(element, tell) {
  const target = describe(element);
  const place = location.href;
  const observer = new MutationObserver(() => stop());
  const timer = setTimeout(() => {
    stop();
    if (location.href === place) tell('dead_click', { target, success: false });
  }, DEAD_MS);
  const stop = () => {
    observer.disconnect();
    clearTimeout(timer);
  };
  observer.observe(document.documentElement, {
    subtree: true,
    childList: true,
    attributes: true,
    characterData: true,
  });
}
