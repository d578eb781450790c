/** Where the steps of a run lie in its time; pure. */

/** @typedef {{ left: number, width: number }} Span in percent of the whole */

/** The narrowest bar that can still be seen. */
const LEAST = 0.5;

/**
 * @param {{ startedAt: string, durationMs: number | null }[]} steps
 * @param {number} until ms, for what is still going on
 * @returns {{ wholeMs: number, spans: Span[] }}
 */
export function spansOf(steps, until) {
  const starts = steps.map(({ startedAt }) => (startedAt ? Date.parse(startedAt) : until));
  const ends = steps.map(({ durationMs }, index) =>
    durationMs == null ? Math.max(until, starts[index]) : starts[index] + durationMs,
  );
  const first = Math.min(...starts);
  const wholeMs = Math.max(1, Math.max(...ends) - first);
  const spans = starts.map((start, index) => span(start - first, ends[index] - start, wholeMs));
  return { wholeMs: steps.length ? wholeMs : 0, spans };
}

/** @param {number} offset @param {number} length @param {number} whole @returns {Span} */
function span(offset, length, whole) {
  const width = Math.max(LEAST, (length / whole) * 100);
  return { left: Math.min((offset / whole) * 100, 100 - width), width };
}
