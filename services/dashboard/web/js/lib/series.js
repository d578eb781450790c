/** Counts over time; pure. */

/**
 * How many of the moments fall into each slot of time. The last slot is the one that is still going on.
 * @param {number[]} moments ms
 * @param {number} until ms
 * @param {number} slotMs
 * @param {number} slots
 * @returns {{ starts: number[], counts: number[] }} starts in ms
 */
export function countBySlot(moments, until, slotMs, slots) {
  const last = Math.floor(until / slotMs) * slotMs;
  const first = last - (slots - 1) * slotMs;
  const counts = new Array(slots).fill(0);
  for (const moment of moments) {
    const slot = Math.floor((moment - first) / slotMs);
    if (slot >= 0 && slot < slots) counts[slot] += 1;
  }
  return { starts: counts.map((_, index) => first + index * slotMs), counts };
}

/**
 * Values given for some slots, with zero for those between and around them.
 * @param {{ at: number, value: number }[]} points
 * @param {number} until ms
 * @param {number} slotMs
 * @param {number} slots
 */
export function fillSlots(points, until, slotMs, slots) {
  const last = Math.floor(until / slotMs) * slotMs;
  const starts = Array.from({ length: slots }, (_, index) => last - (slots - 1 - index) * slotMs);
  const known = new Map(points.map(({ at, value }) => [Math.floor(at / slotMs) * slotMs, value]));
  return { starts, counts: starts.map((start) => known.get(start) ?? 0) };
}
