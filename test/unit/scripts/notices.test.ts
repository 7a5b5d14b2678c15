import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bundledPackages, noticesOf } from '../../../scripts/notices.mjs';

const base = mkdtempSync(path.join(tmpdir(), 'region-lens-notices-'));
afterAll(() => rmSync(base, { recursive: true }));

/** A package with this licence in its manifest; returns its folder. */
function pack(
  name: string,
  license: unknown,
  files: Readonly<Record<string, string>> = { LICENSE: `terms of ${name}` },
): string {
  const folder = path.join('node_modules', name);
  mkdirSync(path.join(base, folder), { recursive: true });
  const all = { 'package.json': JSON.stringify({ name, version: '1.2.3', license }), ...files };
  for (const [file, text] of Object.entries(all)) writeFileSync(path.join(base, folder, file), text);
  return folder;
}

describe('notices of other packages', () => {
  it('name each package, its version and licence, and repeat all texts it has', () => {
    const folders = [
      pack('one', 'MIT'),
      pack('@scope/two', 'Apache-2.0', { 'LICENCE.md': 'the terms', NOTICE: 'to be repeated' }),
    ];
    const text = noticesOf(folders, base);
    expect(text).toContain('one 1.2.3 (MIT)\n\nterms of one\n');
    expect(text).toContain('@scope/two 1.2.3 (Apache-2.0)\n\nthe terms\n\nto be repeated\n');
  });

  it.each([
    ['copyleft', 'GPL-3.0', undefined],
    ['weak-copyleft', 'LGPL-2.1-or-later', undefined],
    ['none', undefined, undefined],
    ['choice', '(GPL-2.0 OR AGPL-3.0)', undefined],
    ['elsewhere', 'SEE LICENSE IN LICENSE', undefined],
    ['no-text', 'MIT', {}],
    ['empty-text', 'MIT', { LICENSE: ' \n' }],
  ])('fail for a package that may not be packed: %s', (name, license, files) => {
    expect(() => noticesOf([pack('fine', 'ISC'), pack(name, license, files)], base)).toThrow(`node_modules/${name}: `);
  });

  it('are of the packages that something in a bundle comes from', () => {
    const from = (bytesInOutput: number) => ({ bytesInOutput });
    const inputs = {
      'node_modules/a/index.js': from(1),
      'node_modules/@s/b/lib/node_modules/c/x.js': from(2),
      'node_modules/shaken/index.js': from(0),
      'src/a.ts': from(5),
    };
    const output = { bytes: 8, inputs, imports: [], exports: [] };
    expect(bundledPackages([{ inputs: {}, outputs: { 'a.js': output } }])).toEqual([
      'node_modules/@s/b/lib/node_modules/c',
      'node_modules/a',
    ]);
  });
});
