import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npm, root } from '../../scripts/process.mjs';

/** A program that uses the types: what it declares must be what it gets. */
const typed = `import { analyze, count, FORMATS, NetworkError } from 'region-lens';
import type { AnalysisReport, BoundReport, CountReport, Place } from 'region-lens';

const place: Place = { kind: 'segment', from: [-1, -1], to: [1, 1] };
const report: AnalysisReport = analyze('{}', { fileName: 'a.json' });
const bounds: readonly BoundReport[] = report.networks.flatMap((network) => network.bounds);
const result: CountReport = count({ input: [2], layers: [] }, { place, seed: 1 });
const regions: number | null = result.linearRegions;
console.log(bounds, regions, FORMATS.length, new NetworkError('').message);
// @ts-expect-error: there is no such method.
count('', { method: 'guess' });
`;

const page = readFileSync(path.join(root, 'docs/library.md'), 'utf8');
const blockOf = (language: string) => new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(page)![1];

describe('the package for programs', () => {
  let folder: string;
  let packed: readonly string[];
  const inFolder = (program: string, ...args: string[]) =>
    execFileSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' });

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'region-lens-consumer-'));
    const output = await npm(['pack', '--json', '--pack-destination', folder], { cwd: root, quiet: true });
    const [{ filename, files }] = JSON.parse(output.slice(output.search(/^\[/m))) as [
      { filename: string; files: { path: string }[] },
    ];
    packed = files.map((file) => file.path).sort();
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    await npm(['install', '--offline', '--no-audit', '--no-fund', `./${filename}`], { cwd: folder, quiet: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('holds the library and the command line, and needs no other package', () => {
    expect(packed).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist/ThirdPartyNotices.txt',
      'dist/assistant.js',
      'dist/cli.js',
      'dist/library/index.d.mts',
      'dist/library/index.mjs',
      'dist/library/networkError.d.mts',
      'dist/library/types.d.mts',
      'dist/mcp.js',
      'dist/worker.js',
      'package.json',
    ]);
    const lock = JSON.parse(readFileSync(path.join(folder, 'package-lock.json'), 'utf8')) as { packages: object };
    expect(Object.keys(lock.packages)).toEqual(['', 'node_modules/region-lens']);
  });

  it('prints what its page says', () => {
    writeFileSync(path.join(folder, 'example.js'), blockOf('js'));
    expect(inFolder('example.js')).toBe(blockOf('text'));
  });

  it('has types, which are those of the page', () => {
    writeFileSync(path.join(folder, 'typed.ts'), typed);
    const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom'];
    expect(
      spawnSync(process.execPath, [compiler, ...options, 'typed.ts'], { cwd: folder, encoding: 'utf8' }).stdout,
    ).toBe('');
  });

  it('has the command line', () => {
    const network = { input: [2], layers: [{ type: 'dense', units: 4, activation: 'relu' }] };
    writeFileSync(path.join(folder, 'a.network.json'), JSON.stringify(network));
    const cli = path.join(folder, 'node_modules/region-lens/dist/cli.js');
    const counted = inFolder(cli, 'count', 'a.network.json', '--json');
    expect(JSON.parse(counted)).toMatchObject({ exact: true, method: 'plane' });
  });
});
