/**
 * The only place that calls `fetch`. Every call carries a request id of ours, has a time limit, and fails with one
 * type of error that says what a person needs to know. Failures are told to listeners, so that they can be tracked.
 */

import { BASE } from './lib/base.js';
import { uuid } from './lib/ids.js';

const TIMEOUT_MS = 15_000;

/**
 * @typedef {object} CallOptions
 * @property {string} [method]
 * @property {unknown} [body] sent as JSON; a file as it is
 * @property {AbortSignal} [signal]
 * @property {number} [timeoutMs]
 * @property {boolean} [quiet] do not tell the listeners of a failure
 */

/** @typedef {{ method: string, path: string, error: ApiError, durationMs: number }} Failure */

/** What is wrong with one part of what was sent. @typedef {{ loc: (string | number)[], msg: string }} Fault */

/** A call that got no answer (`status` 0) or a problem for an answer. */
export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {{ status?: number, code?: string, requestId?: string, retryAfterMs?: number, errors?: Fault[] }} [facts]
   */
  constructor(
    message,
    { status = 0, code = 'network_error', requestId = '', retryAfterMs = 0, errors = [] } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
    this.errors = errors;
  }
}

/** @type {Set<(failure: Failure) => void>} */
const listeners = new Set();

/** @param {(failure: Failure) => void} listener */
export const onFailure = (listener) => listeners.add(listener);

/**
 * The text of an answer.
 * @param {string} path with its query
 * @param {CallOptions} [options]
 * @returns {Promise<string>}
 */
export async function callText(path, options = {}) {
  const { method = 'GET', quiet = false } = options;
  const started = performance.now();
  try {
    return await attempt(path, method, options);
  } catch (caught) {
    const error = /** @type {ApiError} */ (caught);
    const durationMs = performance.now() - started;
    if (!quiet && error.code !== 'aborted')
      for (const tell of listeners) tell({ method, path, error, durationMs });
    throw error;
  }
}

/**
 * The JSON of an answer; `null` when it is empty.
 * @param {string} path
 * @param {CallOptions} [options]
 * @returns {Promise<any>}
 */
export async function call(path, options) {
  const text = await callText(path, options);
  return text ? JSON.parse(text) : null;
}

/** @param {string} path @param {CallOptions} [options] */
export const get = (path, options) => call(path, options);

/** @param {string} path @param {unknown} [body] @param {CallOptions} [options] */
export const post = (path, body = {}, options) => call(path, { ...options, method: 'POST', body });

/** @param {string} path @param {unknown} body @param {CallOptions} [options] */
export const put = (path, body, options) => call(path, { ...options, method: 'PUT', body });

/** @param {string} path @param {unknown} body @param {CallOptions} [options] */
export const patch = (path, body, options) => call(path, { ...options, method: 'PATCH', body });

/** @param {string} path @param {CallOptions} [options] */
export const del = (path, options) => call(path, { ...options, method: 'DELETE' });

/**
 * A path with a query; what is empty is left out.
 * @param {string} path
 * @param {Record<string, string | number | null | undefined>} query
 */
export function withQuery(path, query) {
  const kept = Object.entries(query).filter(([, value]) => value != null && value !== '');
  if (!kept.length) return path;
  return `${path}?${new URLSearchParams(kept.map(([key, value]) => [key, String(value)]))}`;
}

/**
 * @param {string} path
 * @param {string} method
 * @param {CallOptions} options
 */
async function attempt(path, method, { body, signal, timeoutMs = TIMEOUT_MS }) {
  const requestId = uuid();
  /** @type {Record<string, string>} */
  const headers = { accept: 'application/json', 'x-request-id': requestId, 'x-binnacle-client': 'dashboard' };
  if (body instanceof Blob) headers['content-type'] = 'application/octet-stream';
  else if (body !== undefined) headers['content-type'] = 'application/json';
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(BASE + path, {
      method,
      headers,
      body: encoded(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    const text = await response.text();
    if (!response.ok) throw problem(response, text, requestId);
    return text;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    if (signal?.aborted) throw new ApiError('The call was called off.', { code: 'aborted', requestId });
    if (limit.aborted)
      throw new ApiError(`No answer within ${timeoutMs / 1000} s.`, { code: 'timeout', requestId });
    throw new ApiError('The dashboard cannot be reached.', { requestId });
  }
}

/** @param {unknown} body */
const encoded = (body) => (body === undefined || body instanceof Blob ? body : JSON.stringify(body));

/**
 * @param {Response} response
 * @param {string} text
 * @param {string} sentId
 */
function problem(response, text, sentId) {
  const found = parse(text);
  const retryAfter = Number(response.headers.get('retry-after'));
  return new ApiError(found.detail || found.title || `The answer was ${response.status}.`, {
    status: response.status,
    code: found.code || `http_${response.status}`,
    requestId: response.headers.get('x-request-id') || sentId,
    retryAfterMs: Number.isFinite(retryAfter) ? retryAfter * 1000 : 0,
    errors: found.errors,
  });
}

/**
 * @param {string} text
 * @returns {{ detail?: string, title?: string, code?: string, errors?: Fault[] }}
 */
function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
