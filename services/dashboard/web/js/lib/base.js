/** The path that the page lives under, where a reverse proxy gives it one; the server says so on the document. */
export const BASE = (typeof document !== 'undefined' && document.documentElement.dataset.root) || '';
