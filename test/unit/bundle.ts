import { build } from 'esbuild';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const bundles = new Map<string, Promise<Uint8Array>>();

/**
 * Bundles entries as the build does, apart from size: what tests start is what users start. A process makes each bundle
 * once, for all of its tests.
 */
export async function bundleForNode(entryPoints: Readonly<Record<string, string>>, outdir: string): Promise<void> {
  await mkdir(outdir, { recursive: true });
  await Promise.all(
    Object.entries(entryPoints).map(async ([name, source]) => {
      const bundle = bundles.get(source) ?? bundled(source);
      bundles.set(source, bundle);
      await writeFile(join(outdir, `${name}.js`), await bundle);
    }),
  );
}

async function bundled(source: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [source],
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    define: { 'import.meta.url': '__filename' },
  });
  return outputFiles[0].contents;
}
