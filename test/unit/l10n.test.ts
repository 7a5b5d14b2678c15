import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

function faults(...args: readonly string[]): string[] {
  const { stderr } = spawnSync(process.execPath, ['scripts/l10n.mjs', '--check', ...args], { encoding: 'utf8' });
  return stderr.split('\n').filter(Boolean);
}

it('every text that people read can be translated, and is collected', () => {
  expect(faults()).toEqual([]);
});

describe('a project', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'region-lens-l10n-'));
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  const found = (): string[] => faults('--root', root);

  beforeEach(() => {
    for (const file of ['l10n/bundle.l10n.xx.json', 'package.nls.xx.json'])
      rmSync(path.join(root, file), { force: true });
    write('webview/a.ts', "t('Count'); element('p', { class: 'muted caption', text: t('{0} regions', n) });\n");
    write('src/extension/b.ts', "show(vscode.l10n.t('Copied'));\n");
    write('src/protocol/c.ts', 'export {};\n');
    write('src/common/d.ts', 'export {};\n');
    write('src/server/e.ts', 'export {};\n');
    write('package.json', '{\n  "title": "%title%"\n}\n');
    write('package.nls.json', '{ "title": "Title" }\n');
    write(
      'l10n/bundle.l10n.json',
      '{\n  "Copied": "Copied",\n  "Count": "Count",\n  "{0} regions": "{0} regions"\n}\n',
    );
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it('with all its texts has no fault', () => {
    expect(found()).toEqual([]);
  });

  it.each([
    ['a text that is not collected', 'webview/a.ts', "t('Count'); t('Stop'); t('{0} regions', n);", /not up to date/],
    [
      'a sentence that is not translated',
      'src/protocol/c.ts',
      "throw new RangeError('There is no such place.');",
      /c\.ts:1: a text that cannot be translated: 'There is/,
    ],
    [
      'a text that is only known at run time',
      'webview/a.ts',
      "t('Count'); t(text); t('{0} regions', n);",
      /a\.ts:1: the text of t\(…\) is written out/,
    ],
    [
      'a word of the manifest',
      'package.json',
      '{\n  "title": "%title%",\n  "description": "All of it."\n}',
      /package\.json: a text that is not in package\.nls\.json: All of it\./,
    ],
    [
      'a key without a text',
      'package.json',
      '{\n  "title": "%title%",\n  "description": "%other%"\n}',
      /other is missing/,
    ],
    [
      'a text that is not translated',
      'l10n/bundle.l10n.xx.json',
      '{ "Copied": "-", "Count": "-" }',
      /\{0\} regions is not/,
    ],
    [
      'a translation without the value',
      'l10n/bundle.l10n.xx.json',
      '{ "Copied": "-", "Count": "-", "{0} regions": "-" }',
      /xx\.json: \{0\} regions has other values/,
    ],
    ['a translation of what is not there', 'package.nls.xx.json', '{ "title": "-", "old": "-" }', /old is not used/],
    ['a text without a use', 'package.nls.json', '{ "title": "Title", "old": "Old" }', /old is not used/],
  ])('with %s has one', (_, file, text, fault) => {
    write(file, `${text}\n`);
    expect(found()).toEqual([expect.stringMatching(fault)]);
  });
});
