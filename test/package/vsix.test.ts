import { readFileSync } from 'node:fs';
import { parse } from '@babel/parser';
import * as esbuild from 'esbuild';
import { gzipSync, strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { bundlesFor } from '../../scripts/bundles.mjs';
import { vsixFile } from '../../scripts/package.mjs';
import { root } from '../../scripts/process.mjs';

/** Folders of packages that the bundler names above each piece of code, where it does not minify. */
async function packagesInBundles(): Promise<string[]> {
  const options = { minify: false, sourcemap: false, write: false, metafile: false } as const;
  const built = await Promise.all(bundlesFor(options).map((bundle) => esbuild.build(bundle)));
  const text = built.flatMap(({ outputFiles }) => outputFiles?.map((file) => file.text) ?? []).join('\n');
  const named = [...text.matchAll(/^\s*(?:\/\/|\/\*) ((?:\S*\/)?node_modules\/(?:@[^/\s]+\/)?[^/\s]+)\//gm)];
  return [...new Set(named.map(([, folder]) => folder))];
}

/** Keywords and names of a classic script, apart from those of properties. */
function namesIn(script: string): Set<string> {
  const { tokens } = parse(script, { sourceType: 'script', tokens: true });
  const words = (tokens ?? []).map(({ type, value }: { type: { label: string }; value?: unknown }) =>
    typeof value === 'string' && type.label !== 'string' && type.label !== 'template' ? value : type.label,
  );
  return new Set(words.filter((_, i) => words[i - 1] !== '.' && words[i - 1] !== '?.' && words[i + 1] !== ':'));
}

describe('the packed extension', () => {
  const files = unzipSync(readFileSync(vsixFile));
  const notices = strFromU8(files['extension/dist/ThirdPartyNotices.txt'] ?? new Uint8Array());

  it('names each package that is in its bundles, with version and licence', async () => {
    const folders = await packagesInBundles();
    expect(folders.length).toBeGreaterThan(20);
    for (const folder of folders) {
      const { name, version } = JSON.parse(readFileSync(`${root}/${folder}/package.json`, 'utf8')) as Record<
        string,
        string
      >;
      expect(
        notices.split('\n').filter((line) => line.startsWith(`${name} ${version} (`)),
        folder,
      ).toHaveLength(1);
    }
  });

  it('repeats their licences, those of what they are made from as well', () => {
    for (const holder of ['Jos de Jong', 'Mike Bostock', 'Microsoft Corporation', 'Jonathan J. Helmus'])
      expect(notices).toContain(holder);
    expect(notices).toContain('Apache License');
    expect(notices).toMatch(/Redistribution and use in source and binary forms/);
  });

  it.each([
    ['extension', 600_000, 200_000],
    ['server', 2_500_000, 800_000],
    ['worker', 2_500_000, 800_000],
    ['trainer', 2_500_000, 800_000],
  ])('holds the %s for browsers as one small classic script', (name, most, mostPacked) => {
    const script = files[`extension/dist/web/${name}.js`];
    expect(script.length).toBeLessThan(most);
    expect(gzipSync(script).length).toBeLessThan(mostPacked);
    const names = namesIn(strFromU8(script));
    for (const name of ['import', 'process', 'importScripts', 'XMLHttpRequest']) expect([...names]).not.toContain(name);
  });

  it('runs on the side of the workspace wherever that has Node', () => {
    const manifest = JSON.parse(strFromU8(files['extension/package.json'])) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      main: './dist/extension.js',
      browser: './dist/web/extension.js',
      extensionKind: ['workspace'],
    });
  });

  it('says where to find help, what it costs, and to which channel it belongs', () => {
    const manifest = strFromU8(files['extension.vsixmanifest'] ?? new Uint8Array());
    for (const property of ['Links.Support', 'Links.Learn', 'Links.Source', 'CustomerQnALink'])
      expect(manifest).toMatch(new RegExp(`Microsoft\\.VisualStudio\\.Services\\.${property}" Value="https://`));
    expect(manifest).toContain('Content.Pricing" Value="Free"');
    expect(manifest).not.toContain('PreRelease');
    expect(Object.keys(files)).toContain('extension/changelog.md');
  });

  it('holds no image or font that is not its own', () => {
    const others = Object.keys(files).filter((name) => /\.(png|jpe?g|gif|svg|ico|woff2?|ttf|otf|eot)$/i.test(name));
    expect(others.filter((name) => !name.startsWith('extension/media/'))).toEqual([]);
  });
});
