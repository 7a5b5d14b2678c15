import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { bundledPackages, noticesOf } from './notices.mjs';
import { bundlesFor } from './bundles.mjs';
import { writeDeclarations } from './declarations.mjs';
import { root } from './process.mjs';

const dev = process.argv.includes('--dev');
const watch = process.argv.includes('--watch');
const dist = path.join(root, 'dist');
const bundles = bundlesFor({ minify: !dev, sourcemap: dev });

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
  if (process.exitCode !== 1) {
    chmodSync(path.join(dist, 'cli.js'), 0o755);
    writeDeclarations();
    const metafiles = results.flatMap((result) => (result.status === 'fulfilled' ? (result.value.metafile ?? []) : []));
    writeFileSync(path.join(dist, 'ThirdPartyNotices.txt'), noticesOf(bundledPackages(metafiles)));
  }
}
