/**
 * Markdown from a model, the only place where text becomes markup. Raw HTML in it is shown as text before the
 * sanitizer sees it (so that it raises no policy errors), and images become links: nothing is loaded from elsewhere.
 */

import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from './html.js';

/** The level of the heading that an answer stands under. */
const PAGE_LEVEL = 2;

/** @type {((text: string) => Node) | null} */
let convert = null;
/** @type {Promise<void> | null} */
let loading = null;

async function load() {
  const [{ Marked }, { default: purify }] = await Promise.all([import('marked'), import('dompurify')]);
  const marked = new Marked({
    gfm: true,
    breaks: false,
    renderer: { html: asText, image: asLink, checkbox: asMark },
  });
  const options = {
    RETURN_DOM_FRAGMENT: /** @type {const} */ (true),
    FORBID_TAGS: ['style', 'img', 'form', 'input', 'button', 'svg', 'math'],
    FORBID_ATTR: ['style', 'class', 'id'],
  };
  convert = (text) => {
    const fragment = purify.sanitize(/** @type {string} */ (marked.parse(text)), options);
    subordinate(fragment);
    fragment.querySelectorAll('a[href]').forEach(leadOut);
    fragment.querySelectorAll('pre, table').forEach(reachable);
    return fragment;
  };
}

/** @param {string} text */
const escaped = (text) =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);

/** @param {{ text: string }} token */
const asText = ({ text }) => escaped(text);

/** @param {{ href: string, text: string }} token */
const asLink = ({ href, text }) => `<a href="${escaped(href)}">${escaped(text || href)}</a>`;

/** @param {{ checked: boolean }} token */
const asMark = ({ checked }) => (checked ? '☑ ' : '☐ ');

/**
 * Headings of an answer stand below those of the page, and none leaves out a level.
 * @param {DocumentFragment} fragment
 */
function subordinate(fragment) {
  let before = PAGE_LEVEL;
  for (const heading of fragment.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    const level = Math.min(Number(heading.tagName[1]) + PAGE_LEVEL, before + 1, 6);
    const lower = document.createElement(`h${level}`);
    lower.append(...heading.childNodes);
    heading.replaceWith(lower);
    before = level;
  }
}

/** @param {Element} anchor */
function leadOut(anchor) {
  anchor.setAttribute('target', '_blank');
  anchor.setAttribute('rel', 'noopener noreferrer');
}

/** What scrolls sideways can be reached and scrolled by keyboard. @param {Element} box */
function reachable(box) {
  box.setAttribute('tabindex', '0');
}

/** @param {{ text: string }} props */
export function Markdown({ text }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [ready, setReady] = useState(convert !== null);
  useEffect(() => {
    if (ready) return;
    loading ??= load();
    loading.then(
      () => setReady(true),
      () => {
        loading = null;
      },
    );
  }, [ready]);
  useEffect(() => {
    if (convert && ready) box.current?.replaceChildren(convert(text));
  }, [text, ready]);
  return ready
    ? html`<div class="markdown" ref=${box} key="rich"></div>`
    : html`<div class="markdown plain" key="plain">${text}</div>`;
}
