import { build } from 'esbuild';

/** Bundles entries of `src` as the build does, apart from size: what tests start is what users start. */
export async function bundleForNode(entryPoints: Readonly<Record<string, string>>, outdir: string): Promise<void> {
  await build({
    entryPoints,
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    define: { 'import.meta.url': '__filename' },
  });
}
