import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import fc from '../fastCheck.ts';
import { fileNameOf } from '../../src/extension/panel/fileName.ts';
import { boldMarkdown, escapeMarkdown } from '../../src/protocol/markdown.ts';
import { csv, csvField } from '../../webview/export/csv.ts';
import { wellFormed } from '../../webview/export/wellFormed.ts';
import { textsOfAllKinds } from '../hostileText.ts';

interface Token {
  readonly type: string;
  readonly content: string;
  readonly children: readonly Token[] | null;
}
interface MarkdownReader {
  parse(text: string, environment: object): readonly Token[];
}
const require = createRequire(import.meta.url);
/** The Markdown of VS Code's previews, which comes with the packer of extensions. */
const MarkdownIt = createRequire(require.resolve('@vscode/vsce/package.json'))('markdown-it') as new (
  options: object,
) => MarkdownReader;
const markdown = new MarkdownIt({ html: true, linkify: true });

const leaves = (tokens: readonly Token[]): readonly Token[] =>
  tokens.flatMap((token) => (token.children ? leaves(token.children) : [token]));
const kinds = (text: string) =>
  leaves(markdown.parse(text, {}))
    .map(({ type }) => type)
    .filter((type) => type !== 'text' && type !== 'text_special');
const words = (text: string) =>
  leaves(markdown.parse(text, {}))
    .map(({ content }) => content)
    .join('');
const shown = (text: string) =>
  text
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Surrogate}\p{Bidi_Control}]/gu, '\ufffd')
    .trim();

describe('names in Markdown', () => {
  it('are text alone, in a paragraph, in bold type and in a table', () => {
    fc.assert(
      fc.property(textsOfAllKinds, (text) => {
        const name = escapeMarkdown(text);
        expect(name).not.toMatch(/[\r\n]/);
        if (shown(text) === '') return;
        expect(kinds(name)).toEqual(kinds('name'));
        expect(words(name)).toBe(shown(text));
        expect(kinds(`${boldMarkdown(text)} (x)`)).toEqual(kinds('**name** (x)'));
        const table = (cell: string) => `| a | b |\n| --- | --- |\n| ${cell} | ${cell} |\n`;
        expect(kinds(table(name))).toEqual(kinds(table('name')));
        expect(words(table(name))).toBe(`ab${shown(text)}${shown(text)}`);
      }),
      { numRuns: 2000 },
    );
  });

  it('stay readable in the source where they are ordinary', () => {
    for (const text of ['dense_3', 'deep-mlp', '10^7.44', '2,311', '1.5', 'at most', 'mean 1.5 ± 0.2', '8–4', 'a/b'])
      expect(escapeMarkdown(text)).toBe(text);
    expect(boldMarkdown(' ')).toBe('');
  });
});

/** Fields of RFC 4180, by a reader with quotation marks and the separator of a country. */
function readCsv(text: string, separator: string): string[][] {
  const rows: string[][] = [[]];
  let [field, quoted] = ['', false];
  const end = () => rows[rows.length - 1].push(field) && (field = '');
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (quoted && character === '"' && text[i + 1] === '"') field += text[++i];
    else if (quoted && character === '"') quoted = false;
    else if (!quoted && character === '"' && field === '') quoted = true;
    else if (!quoted && character === separator) end();
    else if (!quoted && (character === '\n' || character === '\r')) {
      end();
      rows.push([]);
    } else field += character;
  }
  end();
  return rows;
}

const isFormula = (cell: string) => /^[\s\p{Cc}\p{Cf}"]*[=+\-@＝＋－＠]/u.test(cell);
const isWholeNumber = (cell: string) => cell.trim() !== '' && Number.isFinite(Number(cell));
const beginsAsNumber = (cell: string) => /^\s*[+-]?[\d.]/.test(cell);

describe('texts in CSV', () => {
  it('are never formulas, for any of the usual separators', () => {
    fc.assert(
      fc.property(fc.array(fc.array(textsOfAllKinds, { minLength: 1, maxLength: 4 }), { maxLength: 3 }), (rows) => {
        const text = csv(rows);
        for (const separator of [',', ';', '\t']) {
          const cells = readCsv(text, separator).flat();
          // A reader with another separator takes a number and what follows as one cell.
          const isNumber = separator === ',' ? isWholeNumber : beginsAsNumber;
          expect(cells.filter((cell) => isFormula(cell) && !isNumber(cell))).toEqual([]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('are read again as they were, but for apostrophes, and numbers are numbers', () => {
    fc.assert(
      fc.property(fc.array(textsOfAllKinds, { minLength: 1 }), (texts) => {
        const bare = (text: string) => text.replaceAll("'", '');
        expect(readCsv(csv([texts]), ',')[0].map(bare)).toEqual(texts.map(bare));
      }),
    );
    fc.assert(fc.property(fc.double({ noNaN: true }), (value) => csvField(value) === String(value)));
    for (const text of ['-2', '+1.5', '-1e-7', '1', 'dense', "it's", '1-2']) expect(csvField(text)).toBe(text);
    expect(csvField(null)).toBe('');
  });

  it.each([
    ["=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0"],
    ['+1+1', "'+1+1"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['＝1+1', "'＝1+1"],
    ['\t=1', '"\'\t\'=1"'],
    [' =1', "' =1"],
    ['"=1', '"\'""=1"'],
    ['a;=1', '"a;\'=1"'],
    ['\ufeff=1', "'\ufeff=1"],
  ])('%j is written as %j', (text, written) => {
    expect(csvField(text)).toBe(written);
  });
});

describe('XML', () => {
  it('holds the characters of XML 1.0 alone, and those unchanged', () => {
    const isAllowed = (character: string) => {
      const code = character.codePointAt(0)!;
      const isSurrogate = 0xd800 <= code && code <= 0xdfff;
      return [9, 10, 13].includes(code) || (code >= 32 && !isSurrogate && code !== 0xfffe && code !== 0xffff);
    };
    fc.assert(
      fc.property(textsOfAllKinds, (text) => {
        const expected = [...text].map((character) => (isAllowed(character) ? character : '\ufffd')).join('');
        expect(wellFormed(text)).toBe(expected);
        expect(() => encodeURIComponent(wellFormed(text))).not.toThrow();
      }),
    );
  });
});

describe('names of files', () => {
  it('are names in one folder, on any system', () => {
    fc.assert(
      fc.property(textsOfAllKinds, (text) => {
        for (const suggested of [text, `${text}-regions.csv`, text.repeat(60)]) {
          const name = fileNameOf(suggested);
          expect(name).not.toMatch(/[\\/:*?"<>|\p{Cc}\p{Surrogate}\p{Bidi_Control}]|^[. ]|[. ]$|^$/u);
          expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(200);
          expect(fileNameOf(name)).toBe(name);
        }
      }),
    );
  });

  it('keep what is allowed, and the ending of long ones', () => {
    expect(fileNameOf('deep-mlp-regions.csv')).toBe('deep-mlp-regions.csv');
    expect(fileNameOf('../../etc/passwd')).toBe('--..-etc-passwd');
    expect(fileNameOf('CON.csv')).toBe('CON-.csv');
    expect(fileNameOf('a\u202egnp.exe')).toBe('a-gnp.exe');
    expect(fileNameOf(`${'é'.repeat(300)}-regions.csv`)).toMatch(/^é{50,}-regions\.csv$/);
  });
});
