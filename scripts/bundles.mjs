import { panelScripts, panelStyles } from './panelBundle.mjs';
import { root } from './process.mjs';

/** @typedef {import('esbuild').BuildOptions} BuildOptions */

/** @type {BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  // The package has them in ThirdPartyNotices.txt.
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

/**
 * @param {string} entry
 * @param {string} outfile
 * @param {BuildOptions} [more]
 * @returns {BuildOptions}
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
  // Some packages make a `require` from it, which takes a path as well.
  define: { 'import.meta.url': '__filename' },
  // Stack traces that users send stay readable; here size matters less than in the panel.
  minifyIdentifiers: false,
  ...more,
});

/**
 * What runs in Web Workers of a browser: one classic script each, whatever loads it.
 * @param {string} entry
 * @param {string} outfile
 * @param {BuildOptions} [more]
 * @returns {BuildOptions}
 */
const forBrowser = (entry, outfile, more) => ({
  ...common,
  entryPoints: [entry],
  outfile: `dist/web/${outfile}`,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  // Libraries ask for it, and do without.
  define: { 'process.env.NODE_ENV': '"production"', process: 'undefined' },
  minifyIdentifiers: false,
  ...more,
});

/**
 * The library, for Node and for browsers.
 * @type {BuildOptions}
 */
const library = {
  ...common,
  entryPoints: ['src/library/index.ts'],
  outfile: 'dist/library/index.mjs',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  target: 'es2022',
  format: 'esm',
  define: { 'process.env.NODE_ENV': '"production"', process: 'undefined' },
  minifyIdentifiers: false,
};

/**
 * The Web Worker of the documentation's playground, which `npm run site` writes into the site.
 * @param {string} outfile
 * @returns {BuildOptions}
 */
export const playgroundEngine = (outfile) =>
  forBrowser('docs/.vitepress/playground/engine.ts', '', { outfile, minify: true });

/**
 * All bundles, with options of the build.
 * @param {BuildOptions} options
 * @returns {BuildOptions[]}
 */
export const bundlesFor = (options) =>
  [
    forNode('src/extension/node/main.ts', 'extension.js'),
    forNode('src/host/node/serverMain.ts', 'server.js'),
    forNode('src/host/node/workerMain.ts', 'worker.js'),
    forNode('src/cli/assistant.ts', 'assistant.js'),
    forNode('src/host/node/mcpMain.ts', 'mcp.js'),
    // The library asks for it to fetch files, which nothing here does.
    forNode('src/host/node/trainerMain.ts', 'trainer.js', { external: ['vscode', 'node-fetch'] }),
    forNode('src/cli/cli.ts', 'cli.js', { banner: { js: '#!/usr/bin/env node' } }),
    forBrowser('src/extension/browser/main.ts', 'extension.js', { format: 'cjs', external: ['vscode'] }),
    forBrowser('src/host/browser/serverMain.ts', 'server.js'),
    forBrowser('src/host/browser/workerMain.ts', 'worker.js'),
    forBrowser('src/host/browser/trainerMain.ts', 'trainer.js'),
    library,
    { ...common, ...panelScripts, outdir: 'dist' },
    { ...common, ...panelStyles, outfile: 'dist/webview.css' },
  ].map((bundle) => ({ ...bundle, ...options }));
