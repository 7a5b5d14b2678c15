// `npm run hunt [-- --minutes N] [--seed S] [--threads K] [--means | --drawn]`: random networks of every kind, one
// after another from the seed S on, each checked in a process of its own: no count above an upper bound, no lower bound
// above one, every method the same count. What is found is made as small as it goes, and printed as a file; one that
// hangs or aborts is found as well. With --means only the means of wide networks are checked, with --drawn only those
// from draws. Exit code 1 where there is one.
import { build } from 'esbuild';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './process.mjs';

const folder = await mkdtemp(join(tmpdir(), 'region-lens-hunt-'));
try {
  await build({
    entryPoints: ['main', 'child'].map((name) => join(root, 'test/property/hunt', `${name}.ts`)),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
  const { main } = await import(pathToFileURL(join(folder, 'main.cjs')).href);
  const isClean = await main(process.argv.slice(2), join(folder, 'child.cjs'));
  process.exitCode = isClean ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
