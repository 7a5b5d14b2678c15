/**
 * `npm run l10n [-- --check]`: collects every text of the panel and of the extension that can be translated into
 * l10n/bundle.l10n.json, from which translations (`bundle.l10n.de.json`) are made. With `--check` it only compares.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './process.mjs';

const bundle = path.join(root, 'l10n/bundle.l10n.json');
const call = /\b(?:l10n\.)?t\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g;

const texts = new Set();
for (const folder of ['webview', 'src/extension', 'src/protocol']) {
  for (const name of readdirSync(path.join(root, folder))) {
    if (!name.endsWith('.ts')) continue;
    const source = readFileSync(path.join(root, folder, name), 'utf8');
    for (const [, single, double] of source.matchAll(call)) texts.add((single ?? double).replace(/\\(.)/g, '$1'));
  }
}
const sorted = [...texts].sort();
const json = `${JSON.stringify(Object.fromEntries(sorted.map((text) => [text, text])), null, 2)}\n`;
if (process.argv.includes('--check')) {
  if (readFileSync(bundle, 'utf8') !== json) {
    console.error('l10n/bundle.l10n.json is not up to date: run npm run l10n.');
    process.exitCode = 1;
  }
} else {
  mkdirSync(path.dirname(bundle), { recursive: true });
  writeFileSync(bundle, json);
  console.log(`${sorted.length} texts`);
}
