import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles the real server around the analysis of troubledAnalysis.ts. */
export async function bundleTroubledServer(): Promise<{ file: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'region-lens-troubled-'));
  const troubled = join(import.meta.dirname, 'troubledAnalysis.ts');
  await build({
    entryPoints: { server: 'src/host/node/serverMain.ts' },
    outdir: folder,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    plugins: [
      {
        name: 'troubled-analysis',
        setup(bundle) {
          bundle.onResolve({ filter: /\/analysis\/analyze\.ts$/ }, ({ importer }) =>
            importer === troubled ? undefined : { path: troubled },
          );
        },
      },
    ],
  });
  return { file: join(folder, 'server.js'), remove: () => rm(folder, { recursive: true }) };
}
