/** Says which element it was without ever quoting what it shows or what was typed into it. */

/** @param {Element} element */
export function describe(element) {
  const marked = element.closest('[data-action]');
  if (marked) return /** @type {string} */ (marked.getAttribute('data-action'));
  const name = element.tagName.toLowerCase();
  const role = element.getAttribute('role');
  const named = element.classList[0];
  return `${name}${role ? `[role=${role}]` : ''}${named ? `.${named}` : ''}`;
}
