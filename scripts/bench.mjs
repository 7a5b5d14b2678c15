// `npm run bench [-- counting | cells | keystroke FILE... | theory | formats | panel]`.
// counting: random networks counted with this project's plane counter and with the plain prototype in test/bench, in one
// process, on the same weights: how many times as fast the counter is. Best of three after a warm-up.
// cells: random networks counted in a box of three dimensions or more, and how many times as many regions a second that are as the
// prototype makes in the plane.
// keystroke: the language server's work from an edit to new hints.
// theory: everything that is said of a network, for real networks and as width, depth and input grow.
// formats: large files, with weights inline or thousands of layers, from the text to its hints: time and memory.
// panel: in Chromium, from the panel's HTML to its first paint, and the work of a frame while a picture is panned.
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
  keystroke: 'keystrokeBench',
  theory: 'theoryBench',
  formats: 'formatsBench',
};
const [only, ...words] = process.argv.slice(2);
try {
  // It brings a browser along, and is run as it stands.
  if (only === undefined || only === 'panel')
    await run(process.execPath, [
      join(root, 'node_modules/vite-node/vite-node.mjs'),
      join(root, 'test/bench/panelBench.ts'),
    ]);
  for (const [name, file] of Object.entries(benches)) {
    if (only === 'panel' || (only !== undefined && only in benches && only !== name)) continue;
    const outfile = join(folder, `${file}.cjs`);
    await build({
      entryPoints: [join(root, `test/bench/${file}.ts`)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      mainFields: ['module', 'main'],
      logLevel: 'warning',
    });
    const { main } = await import(pathToFileURL(outfile).href);
    main(only !== undefined && only in benches ? words : []);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
