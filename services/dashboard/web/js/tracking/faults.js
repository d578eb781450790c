/** What goes wrong in the page and in its calls, as events for the tracker. */

import { onFailure } from '../api.js';

const LEAVING_MS = 2000;
let leaving = false;

/** @typedef {(fault: Partial<import('../wire').TrackedEvent>) => void} Tell */

/** Leaving the page breaks off its calls, which is no fault; but it may also be called off. */
function leave() {
  leaving = true;
  setTimeout(() => {
    leaving = false;
  }, LEAVING_MS);
}

/** @param {Tell} tell */
export function watchFaults(tell) {
  addEventListener('error', (event) => tell(fromErrorEvent(event)), true);
  addEventListener('unhandledrejection', (event) =>
    tell({ ...thrown(event.reason), kind: 'promise_rejection' }),
  );
  document.addEventListener('securitypolicyviolation', (event) => tell(fromPolicy(event)));
  addEventListener('beforeunload', leave);
  onFailure((failure) => {
    if (!(leaving && failure.error.status === 0)) tell(fromFailure(failure));
  });
}

/**
 * @param {ErrorEvent | Event} event
 * @returns {Partial<import('../wire').TrackedEvent>}
 */
function fromErrorEvent(event) {
  if (event instanceof ErrorEvent) {
    const { message, stack } = thrown(event.error);
    const where = `at ${event.filename}:${event.lineno}:${event.colno}`;
    return {
      kind: 'javascript_error',
      message: event.error ? message : event.message,
      stack: stack ?? where,
      handled: false,
    };
  }
  const source = /** @type {{ src?: string, href?: string, tagName?: string }} */ (event.target);
  const name = source.tagName?.toLowerCase() ?? 'something';
  return {
    kind: 'network_error',
    message: `Could not load ${name} ${source.src ?? source.href ?? ''}`,
    handled: false,
  };
}

/**
 * Message and stack of whatever was thrown.
 * @param {unknown} reason
 */
export function thrown(reason) {
  if (!(reason instanceof Error)) return { message: `Thrown: ${typeof reason}`, handled: false };
  return { message: `${reason.name}: ${reason.message}`, stack: reason.stack, handled: false };
}

/** @param {SecurityPolicyViolationEvent} event */
const fromPolicy = (event) => ({
  kind: 'javascript_error',
  message: `Content policy: ${event.effectiveDirective} refused ${event.blockedURI || 'inline'}`,
  stack: `at ${event.sourceFile}:${event.lineNumber}:${event.columnNumber}`,
  handled: false,
});

/**
 * A call that failed. While a service is down all calls to it do, which is one fault.
 * @param {import('../api.js').Failure} failure
 * @returns {Partial<import('../wire').TrackedEvent>}
 */
export function fromFailure({ method, path, error, durationMs }) {
  const bare = path.split('?')[0];
  const down = error.code === 'upstream_down';
  return {
    kind: kindOf(error),
    level: error.status >= 400 && error.status < 500 ? 'warning' : 'error',
    message: down ? error.message : `${method} ${bare}: ${error.status || error.code} ${error.message}`,
    request_id: error.requestId,
    handled: true,
    fingerprint: down
      ? ['upstream_down', bare.split('/')[2]]
      : ['api', method, pattern(bare), error.status ? String(error.status) : error.code],
    context: {
      method,
      path: bare,
      status: error.status,
      code: error.code,
      duration_ms: Math.round(durationMs),
    },
  };
}

/** @param {import('../api.js').ApiError} error */
function kindOf({ status, code }) {
  if (code === 'timeout' || code === 'network_error') return code;
  return status === 401 || status === 403 ? 'auth_error' : 'api_error';
}

/** The path with its ids taken out, so that one fault on many runs is one issue. @param {string} path */
const pattern = (path) =>
  path.replace(/\/[a-z]+_[A-Za-z0-9-]+/g, '/:id').replace(/\/[0-9a-f-]{16,}/g, '/:id');
