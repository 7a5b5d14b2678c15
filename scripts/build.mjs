import { chmodSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { panelScripts, panelStyles } from './panelBundle.mjs';
import { root } from './process.mjs';

const dev = process.argv.includes('--dev');
const watch = process.argv.includes('--watch');
const dist = path.join(root, 'dist');

/** @type {esbuild.BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: !dev,
  sourcemap: dev,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

/**
 * @param {string} entry
 * @param {string} outfile
 * @param {esbuild.BuildOptions} [more]
 * @returns {esbuild.BuildOptions}
 */
const forNode = (entry, outfile, more) => ({
  ...common,
  entryPoints: [entry],
  outfile: `dist/${outfile}`,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // The "main" of jsonc-parser and others is UMD, which hides its imports from the bundler.
  mainFields: ['module', 'main'],
  external: ['vscode'],
  // Stack traces that users send stay readable; here size matters less than in the panel.
  minifyIdentifiers: false,
  ...more,
});

/** @type {esbuild.BuildOptions[]} */
const bundles = [
  forNode('src/extension/extension.ts', 'extension.js'),
  forNode('src/server/server.ts', 'server.js'),
  forNode('src/worker/worker.ts', 'worker.js'),
  forNode('src/cli/cli.ts', 'cli.js', { banner: { js: '#!/usr/bin/env node' } }),
  { ...common, ...panelScripts, outdir: 'dist' },
  { ...common, ...panelStyles, outfile: 'dist/webview.css' },
];

/** @param {esbuild.Metafile} metafile */
function printSizes(metafile) {
  for (const [file, { bytes, inputs }] of Object.entries(metafile.outputs)) {
    if (file.endsWith('.map')) continue;
    console.log(`${file}  ${(bytes / 1024).toFixed(1)} KiB`);
    const largest = Object.entries(inputs).sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
    for (const [input, { bytesInOutput }] of largest.slice(0, 5))
      console.log(`  ${(bytesInOutput / 1024).toFixed(1).padStart(8)}  ${input}`);
  }
}

// What an earlier build left behind must not get into a package.
rmSync(dist, { recursive: true, force: true });

if (watch) {
  const contexts = await Promise.all(bundles.map((bundle) => esbuild.context({ ...bundle, logLevel: 'info' })));
  await Promise.all(contexts.map((context) => context.watch()));
} else {
  const results = await Promise.allSettled(bundles.map((bundle) => esbuild.build(bundle)));
  for (const result of results) {
    // esbuild has printed its own errors.
    if (result.status === 'rejected') process.exitCode = 1;
    else if (result.value.metafile && process.argv.includes('--sizes')) printSizes(result.value.metafile);
  }
  if (process.exitCode !== 1) chmodSync(path.join(dist, 'cli.js'), 0o755);
}
