import * as esbuild from 'esbuild';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';
import { playgroundEngine } from '../../scripts/bundles.mjs';
import { bundledPackages, noticesOf } from '../../scripts/notices.mjs';
import { root } from '../../scripts/process.mjs';

const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/**
 * What the site holds besides its pages: the playground's engine, which is bundled as the extension's workers are, and
 * the notices of all packages that pages and engine are made from.
 */
export function playgroundPlugin(): Plugin & { readonly write: (folder: string) => Promise<void> } {
  const packages = new Set<string>();
  return {
    name: 'playground',
    generateBundle(_, chunks) {
      for (const chunk of Object.values(chunks)) {
        const modules = chunk.type === 'chunk' ? Object.keys(chunk.modules) : chunk.originalFileNames;
        for (const module of modules) {
          const folder = PACKAGE.exec(
            path.relative(root, path.resolve(root, 'docs', module)).replaceAll('\\', '/'),
          )?.[0];
          if (folder !== undefined) packages.add(folder);
        }
      }
    },
    async write(folder) {
      const { metafile } = await esbuild.build(playgroundEngine(path.join(folder, 'engine.js')));
      for (const name of bundledPackages(metafile ? [metafile] : [])) packages.add(name);
      writeFileSync(path.join(folder, 'ThirdPartyNotices.txt'), noticesOf([...packages].sort()));
    },
  };
}
