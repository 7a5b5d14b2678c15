import { readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './process.mjs';

/**
 * The panel's scripts: `webview.js` paints its figures, `webview-deferred.js` is loaded after that, and
 * `webview-chunk.js` is what both need.
 * @type {import('esbuild').BuildOptions}
 */
export const panelScripts = {
  entryPoints: [{ in: 'webview/app/main.ts', out: 'webview' }],
  platform: 'browser',
  target: 'es2022',
  format: 'esm',
  splitting: true,
  chunkNames: 'webview-[name]',
};

const sheets = readdirSync(path.join(root, 'webview/styles'))
  .filter((name) => name.endsWith('.css'))
  .sort();

/**
 * All style sheets of the panel as one, in the order of their names.
 * @type {import('esbuild').BuildOptions}
 */
export const panelStyles = {
  stdin: {
    contents: sheets.map((name) => `@import './${name}';`).join('\n'),
    resolveDir: 'webview/styles',
    loader: 'css',
  },
};
