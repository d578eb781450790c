/**
 * Builds the page into `../dashboard/static/`: `index.html`, and under `assets/` everything else with a hash in its
 * name, so that it can be cached for good. `index.html` names the modules that the start needs, to load at once.
 */

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const FIRST = 'js/first.js';
const START = 'js/main.js';
const DRAWING = 'js/parts/drawing.js';
const STYLES = 'css/styles.css';

const web = dirname(fileURLToPath(import.meta.url));
const out = process.env.STATIC_DIR ?? join(web, '../dashboard/static');
const { version } = JSON.parse(await readFile(join(web, 'package.json'), 'utf8'));

/** @typedef {import('esbuild').Metafile['outputs']} Outputs */

const trial = await bundle([START], { plugins: [oneStart([])] });
const plugins = [oneStart(sharedModules(trial.metafile.outputs))];
const start = await bundle([START, STYLES], { plugins });
const drawing = href(built(DRAWING, start.metafile.outputs));
const first = await bundle([FIRST], { define: { DRAWING: JSON.stringify(drawing) } });
const outputs = { ...first.metafile.outputs, ...start.metafile.outputs };
const index = await page();

await rm(out, { recursive: true, force: true });
await mkdir(join(out, 'assets'), { recursive: true });
await Promise.all(
  [...first.outputFiles, ...start.outputFiles].map((file) => writeFile(file.path, file.contents)),
);
await writeFile(join(out, 'index.html'), index);

/** @param {string[]} entryPoints @param {Pick<import('esbuild').BuildOptions, 'plugins' | 'define'>} options */
function bundle(entryPoints, { plugins = [], define = {} }) {
  return build({
    entryPoints,
    plugins,
    absWorkingDir: web,
    outdir: join(out, 'assets'),
    bundle: true,
    splitting: true,
    format: 'esm',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    minify: true,
    sourcemap: true,
    metafile: true,
    write: false,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    define: { RELEASE: JSON.stringify(`binnacle-web@${version}`), ...define },
    logLevel: 'warning',
  });
}

/**
 * Makes one file of all that the start needs. esbuild would cut what is shared into a file for each set of modules that
 * share it. So the start takes in what several tabs share, and each module that is loaded later says that the start is
 * there already: then there is one set, and one file.
 * @param {string[]} sharedWithStart
 * @returns {import('esbuild').Plugin}
 */
function oneStart(sharedWithStart) {
  /** @type {Set<string>} */
  const later = new Set();
  const main = join(web, START);
  return {
    name: 'one-start',
    setup({ onResolve, onLoad, resolve }) {
      onResolve({ filter: /^\.\.?\// }, async ({ path, kind, resolveDir, pluginData }) => {
        if (kind !== 'dynamic-import' || pluginData) return undefined;
        const found = await resolve(path, { kind, resolveDir, pluginData: true });
        later.add(found.path);
        return found;
      });
      onLoad({ filter: /\.js$/ }, async ({ path }) => {
        if (path === main) return { contents: await withImports(path, sharedWithStart) };
        return later.has(path) ? { contents: await withImports(path, [main]) } : undefined;
      });
    },
  };
}

/** @param {string} path @param {string[]} others */
async function withImports(path, others) {
  const lines = others.map((other) => `\nimport ${JSON.stringify(other)};`);
  return (await readFile(path, 'utf8')) + lines.join('');
}

/** Modules of ours that ended up in a file of their own because several others share them. @param {Outputs} all */
function sharedModules(all) {
  const cut = Object.values(all).filter(({ entryPoint }) => !entryPoint);
  const inputs = cut.flatMap((output) => Object.keys(output.inputs));
  return inputs.filter((input) => input.startsWith('js/')).map((input) => join(web, input));
}

async function page() {
  const main = startOf(built(START));
  const icon = (await readFile(join(web, 'icon.svg'), 'utf8')).trim();
  const head = [
    `<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}" />`,
    `<link rel="stylesheet" href="${href(built(STYLES))}" />`,
    `<script type="module" async src="${href(built(FIRST))}"></script>`,
    `<script type="module" src="${href(main)}"></script>`,
    ...imports(main).map((name) => `<link rel="modulepreload" href="${href(name)}" />`),
  ];
  const template = await readFile(join(web, 'index.html'), 'utf8');
  return template.replace(/<!-- built:.*-->/, head.join('\n    '));
}

/** What a source became. @param {string} source @param {Outputs} [all] */
function built(source, all = outputs) {
  const found = Object.entries(all).find(([, output]) => output.entryPoint === source);
  if (!found) throw new Error(`${source} is not in the build`);
  return found[0];
}

/** An entry whose code went into the file it shares with the tabs is only a way there; this is the file. @param {string} name */
function startOf(name) {
  const empty = Object.keys(outputs[name].inputs).length === 0;
  return empty ? imports(name)[0] : name;
}

/** The modules that one imports, and those that they import. @param {string} name @returns {string[]} */
function imports(name) {
  const direct = outputs[name].imports.filter((one) => one.kind === 'import-statement');
  return direct.flatMap(({ path }) => [path, ...imports(path)]);
}

/** @param {string} name of an output, from the working directory */
function href(name) {
  return `/${relative(out, join(web, name)).replaceAll('\\', '/')}`;
}
