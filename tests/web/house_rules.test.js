import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const web = join(dirname(fileURLToPath(import.meta.url)), '../../services/dashboard/web');
const LONGEST_FILE = 300;
const TABS = ['overview', 'chat', 'tools', 'insights'];

/** @param {string} folder @param {string} ending */
function sources(folder, ending) {
  const names = readdirSync(join(web, folder), { recursive: true, encoding: 'utf8' });
  const paths = names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
  return paths.map((path) => ({ path, text: readFileSync(join(web, path), 'utf8') }));
}

const scripts = sources('js', '.js');

/** @param {RegExp} pattern */
const having = (pattern) => scripts.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

test('only api.js calls fetch', () => {
  assert.deepEqual(having(/(?<![.#\w])fetch\(/), ['js/api.js']);
});

test('markup is made of text in no place but parts/markdown.js', () => {
  assert.deepEqual(having(/innerHTML|dangerouslySet|insertAdjacentHTML|document\.write/), []);
  assert.deepEqual(having(/'dompurify'/), ['js/parts/markdown.js']);
});

test('no template has a style in markup, which the content policy would refuse', () => {
  assert.deepEqual(having(/style="/), []);
});

test('only the tokens name colours', () => {
  const naming = sources('css', '.css').filter(({ text }) =>
    /#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch)a?\(/i.test(text),
  );
  assert.deepEqual(
    naming.map(({ path }) => path),
    ['css/tokens.css'],
  );
});

test('no tab imports another', () => {
  const across = TABS.flatMap((tab) =>
    scripts
      .filter(({ path }) => path.startsWith(`js/${tab}/`))
      .filter(({ text }) => TABS.some((other) => other !== tab && text.includes(`../${other}/`)))
      .map(({ path }) => path),
  );
  assert.deepEqual(across, []);
});

test('no file is longer than a few screens', () => {
  const long = scripts.filter(({ text }) => text.split('\n').length > LONGEST_FILE);
  assert.deepEqual(
    long.map(({ path }) => relative(web, path)),
    [],
  );
});

test('the lock names no host that packages come from', () => {
  const lock = readFileSync(join(web, 'package-lock.json'), 'utf8');
  assert.equal(lock.includes('"resolved"'), false);
});
