/** Reads a stack trace as text of any of the usual kinds; pure. */

/** @typedef {{ text: string, own: boolean }} Frame */

const FOREIGN =
  /node_modules|site-packages|dist-packages|lib\/python\d|<frozen|\(native\)|node:|<anonymous>|chrome-extension:/;
const FRAME = /^\s*(at\s|File\s"|.*@.*:\d+)/;

/**
 * The frames of a stack: where each is, and whether it is our own code.
 * @param {string} stack
 * @returns {Frame[]} in the order given
 */
export function framesOf(stack) {
  const lines = stack.split('\n').filter((line) => FRAME.test(line));
  return lines.map((line) => ({ text: line.trim(), own: !FOREIGN.test(line) }));
}
