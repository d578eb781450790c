/** The times that the overview's plots can span. */

import { place } from '../router.js';

/** @typedef {{ id: string, label: string, slotMs: number, slots: number, per: string }} Range */

/** @type {Range[]} */
export const RANGES = [
  { id: '1h', label: '1 h', slotMs: 60_000, slots: 60, per: 'per minute' },
  { id: '24h', label: '24 h', slotMs: 3_600_000, slots: 24, per: 'per hour' },
];

/** The one that the URL names; a day when it names none. */
export const chosenRange = () => RANGES.find(({ id }) => id === place.value.query.range) ?? RANGES[1];
