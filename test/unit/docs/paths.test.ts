import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const pages = [
  'CONTRIBUTING.md',
  'docs/architecture.md',
  'webview/README.md',
  'src/counting/README.md',
  'src/theory/README.md',
  'src/formats/source/README.md',
];
const floors = new Set(readdirSync('src'));
const top = new Set(['src', 'webview', 'test', 'scripts', 'media', 'docs', 'examples', '.ci']);

/** Paths between back quotes that start in a folder of the project: `theory/bound.ts`, `src/report`, `test/bench`. */
function pathsIn(page: string): readonly string[] {
  const quoted = [...readFileSync(page, 'utf8').matchAll(/`(\.?\w[\w./-]*)`/g)].map((match) => match[1]);
  return quoted.filter((path) => path.includes('/') && isOurs(path.split('/')[0]));
}

function isOurs(folder: string): boolean {
  return top.has(folder) || floors.has(folder);
}

/** In the project, in `src`, or beside the page that names it. Bundles are built later. */
function exists(page: string, path: string): boolean {
  if (/^(?!scripts).*\.m?js$/.test(path)) return true;
  const below = top.has(path.split('/')[0]) ? [path] : [`src/${path}`, join(dirname(page), path)];
  return below.some((start) => ['', '.ts', '.mjs'].some((ending) => existsSync(start + ending)));
}

it.each(pages)('%s names files and folders that are there', (page) => {
  const paths = pathsIn(page);
  expect(paths.filter((path) => !exists(page, path))).toEqual([]);
});

it('finds the paths', () => {
  expect(pathsIn('CONTRIBUTING.md')).toContain('theory/registry.ts');
});
