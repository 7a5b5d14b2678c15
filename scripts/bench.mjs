// `npm run bench [-- counting | cells | lines [whole] | distances | keystroke FILE... | python FILE... | theory |
// formats | panel | training [SNAPSHOTS] [--write] | performance [--write]]`.
// counting: random networks counted with this project's plane counter and with the plain prototype in test/bench, in
// one process, on the same weights: how many times as fast the counter is, with one thread and with two. Best of three
// after a warm-up.
// cells: random networks counted in a box of three dimensions or more, and how many times as many regions a second that
// are as the prototype makes in the plane.
// lines: random networks counted along a line layer by layer, with and without linear regions, and cell by cell, in
// processor time. Of a line through a ResNet-20 a tenth, as the whole one takes minutes: it is counted when asked for.
// distances: from points to the nearest boundary, how many a second.
// keystroke: the language server's work from an edit to new hints.
// python: the same for Python, by what one types: a comment, a statement in a class, a size.
// theory: everything that is said of a network, for real networks and as width, depth and input grow.
// formats: large files, with weights inline or thousands of layers, from the text to its hints: time in a new process
// and again, and memory.
// panel: in Chromium, from the panel's HTML to its first paint, and the work of a frame while a picture is panned.
// training: a run of 200 snapshots of 784-128-64-10, by the command and by the panel's process: processor time, memory,
// and how soon a cancelled snapshot leaves it free. Takes minutes, so only when asked for.
// performance: the tables of docs/performance.md, which `--write` brings up to date. Takes minutes, so only when asked
// for.
import { build } from 'esbuild';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { run } from './process.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'region-lens-bench-'));
const benches = {
  counting: 'planeBench',
  cells: 'cellsBench',
  lines: 'linesBench',
  distances: 'distancesBench',
  keystroke: 'keystrokeBench',
  python: 'pythonBench',
  theory: 'theoryBench',
  formats: 'formatsBench',
  training: 'trainingBench',
  performance: 'performanceBench',
};
const [only, ...words] = process.argv.slice(2);

/** @param {string} source @param {string} name */
async function bundle(source, name) {
  const outfile = join(folder, `${name}.cjs`);
  await build({
    entryPoints: [join(root, source)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
  return outfile;
}

try {
  // It brings a browser along, and is run as it stands.
  if (only === undefined || only === 'panel') {
    const files = ['node_modules/vite-node/vite-node.mjs', 'test/bench/panelBench.ts'];
    await run(
      process.execPath,
      files.map((file) => join(root, file)),
    );
  }
  const worker = await bundle('src/host/node/workerMain.ts', 'worker');
  const isNamed = only !== undefined && only in benches;
  for (const [name, file] of Object.entries(benches)) {
    if (only === 'panel' || (isNamed ? only !== name : ['training', 'performance'].includes(name))) continue;
    const { main } = await import(pathToFileURL(await bundle(`test/bench/${file}.ts`, file)).href);
    await main(isNamed ? words : [], { worker, root });
    if (words.includes('--write')) {
      await run(process.execPath, [
        join(root, 'node_modules/prettier/bin/prettier.cjs'),
        '--write',
        join(root, 'docs/performance.md'),
      ]);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
