/**
 * Builds the page into `../dashboard/static/`: `index.html`, and under `assets/` everything else with a hash in its
 * name, so that it can be cached for good. `index.html` names the modules that the start needs, to load at once.
 */

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const web = dirname(fileURLToPath(import.meta.url));
const out = process.env.STATIC_DIR ?? join(web, '../dashboard/static');
const { version } = JSON.parse(await readFile(join(web, 'package.json'), 'utf8'));

const { metafile } = await build({
  absWorkingDir: web,
  entryPoints: ['js/main.js', 'css/styles.css'],
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
  define: { RELEASE: JSON.stringify(`binnacle-web@${version}`) },
  plugins: [oneStart()],
  logLevel: 'warning',
}).then(save);

await writeFile(join(out, 'index.html'), await page());

/**
 * Makes one file of all that the start needs. esbuild would cut what is shared into a file for each set of modules that
 * share it; each module of ours that is loaded later says here that the start is there already, so there is one set.
 * @returns {import('esbuild').Plugin}
 */
function oneStart() {
  /** @type {Set<string>} */
  const later = new Set();
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
        if (!later.has(path)) return undefined;
        const start = JSON.stringify(join(web, 'js/main.js'));
        return { contents: `${await readFile(path, 'utf8')}\nimport ${start};\n` };
      });
    },
  };
}

/** @param {import('esbuild').BuildResult<{ write: false, metafile: true }>} result */
async function save(result) {
  await rm(out, { recursive: true, force: true });
  await mkdir(join(out, 'assets'), { recursive: true });
  await Promise.all(result.outputFiles.map((file) => writeFile(file.path, file.contents)));
  return result;
}

async function page() {
  const main = built('js/main.js');
  const first = [main, built('js/overview/view.js')].flatMap((name) => [name, ...imports(name)]);
  const icon = (await readFile(join(web, 'icon.svg'), 'utf8')).trim();
  const head = [
    `<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}" />`,
    `<link rel="stylesheet" href="${href(built('css/styles.css'))}" />`,
    ...[...new Set(first)].map((name) => `<link rel="modulepreload" href="${href(name)}" />`),
    `<script type="module" src="${href(main)}"></script>`,
  ];
  const template = await readFile(join(web, 'index.html'), 'utf8');
  return template.replace(/<!-- built:.*-->/, head.join('\n    '));
}

/** What a source became. @param {string} source */
function built(source) {
  const found = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === source);
  if (!found) throw new Error(`${source} is not in the build`);
  return found[0];
}

/** The modules that one imports, and those that they import. @param {string} name @returns {string[]} */
function imports(name) {
  const direct = metafile.outputs[name].imports.filter((one) => one.kind === 'import-statement');
  return direct.flatMap(({ path }) => [path, ...imports(path)]);
}

/** @param {string} name of an output, from the working directory */
function href(name) {
  return `/${relative(out, join(web, name)).replaceAll('\\', '/')}`;
}
