import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Phrases that are not idiomatic in comments, messages and documents, and what to write instead. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/\banew\b/i, 'again'],
  [/\bat hand\b/i, 'current'],
  [/\bso many\b(?!(?: \w+)? that\b)/i, 'this many'],
  [/\bunless told\b/i, 'by default'],
  [/\b(?:is|are|was|were|be|been|when|as) told\b(?! apart)/i, 'is given, is notified'],
  [/\bforetold\b/i, 'predicted'],
  [/\b(?:too|very|is|are|as) dear\b/i, 'expensive'],
  [/\bhardly\b/i, 'rarely, barely'],
  [/(?<!\bthere )\b(?:is|are) no (?!longer\b|more\b|different\b|wider\b)\w+/i, 'is not a'],
  [/\bof which (?:it is|one|no|nothing|only)\b/i, 'whose, about which'],
];
const FOLDERS = ['src', 'webview', 'test', 'docs', 'scripts', 'examples'];
const SELF = 'test/unit/scripts/plainEnglish.test.ts';

/** The places in a text that break a rule, also where a comment breaks the line inside a phrase. */
function faults(name: string, text: string): string[] {
  const flat = text.replace(/\n[ \t]*(?:\*(?!\/)|\/\/)?[ \t]*/g, (gap) => ' '.repeat(gap.length));
  return RULES.flatMap(([pattern, better]) => {
    const everywhere = new RegExp(pattern.source.replaceAll(' ', ' +'), 'gi');
    return [...flat.matchAll(everywhere)].map((match) => {
      const line = text.slice(0, match.index).split('\n').length;
      return `${name}:${line}: "${match[0].replace(/ +/g, ' ')}": write "${better}" or reword`;
    });
  });
}

it('finds phrases, also across the lines of a comment', () => {
  expect(faults('a.ts', '/** The cell at\n * hand. */\nconst told = 1; // These are told apart.')).toEqual([
    'a.ts:1: "at hand": write "current" or reword',
  ]);
});

it('comments, messages and documents are free of phrases that are not idiomatic', () => {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file.replaceAll('\\', '/')}`),
  )
    .concat('README.md', 'CONTRIBUTING.md')
    .filter((file) => /\.(?:ts|tsx|mjs|css|md)$/.test(file) && !file.startsWith('test/fixtures/') && file !== SELF);
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap((file) => faults(file, readFileSync(file, 'utf8')))).toEqual([]);
});
