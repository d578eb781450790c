import { json } from './format.js';

/**
 * A tool's arguments, short enough for a row.
 * @param {import('../wire').Json | undefined} args
 */
export function inOneLine(args) {
  if (args == null) return '';
  if (typeof args !== 'object' || Array.isArray(args)) return json(args);
  return Object.entries(args)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
