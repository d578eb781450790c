/**
 * How well a text answers a search, by letters in order; pure. Starts of words and runs of letters count more.
 * @param {string} text
 * @param {string} wanted
 * @returns {number} 0 when it does not match
 */
export function matchScore(text, wanted) {
  const hay = text.toLowerCase();
  const needle = wanted.toLowerCase().replace(/\s+/g, '');
  if (!needle) return 1;
  let score = 0;
  let at = -1;
  for (const letter of needle) {
    const found = hay.indexOf(letter, at + 1);
    if (found < 0) return 0;
    const startsWord = found === 0 || !/\w/.test(hay[found - 1]);
    score += found === at + 1 ? 3 : startsWord ? 2 : 1 / (found - at);
    at = found;
  }
  return score / needle.length;
}
