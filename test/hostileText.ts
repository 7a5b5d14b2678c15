import fc from './fastCheck.ts';

/** Characters that mean something to what shows or reads a text: terminals, spreadsheets, Markdown, HTML, XML. */
const MEANINGFUL = [
  '\0',
  '\t',
  '\n',
  '\r',
  '\u0007',
  '\u001b',
  '\u001b[31m',
  '\u001b]0;title\u0007',
  '\u007f',
  '\u0085',
  '\u009b',
  '\u009d',
  '\u061c',
  '\u200e',
  '\u200f',
  '\u2028',
  '\u2029',
  '\u202a',
  '\u202e',
  '\u2066',
  '\u2069',
  '\ufeff',
  '\u00a0',
  '\u200b',
  '\ud800',
  '\udfff',
  '\ufffe',
  '\uffff',
  '😀',
  'é',
  '=',
  '+',
  '-',
  '@',
  '=1+1',
  "=cmd|'/C calc'!A0",
  '＝',
  '＋',
  '－',
  '＠',
  '"',
  "'",
  ',',
  ';',
  '|',
  '\\',
  '`',
  '```',
  '*',
  '**',
  '_',
  '~~',
  '#',
  '>',
  '<',
  '&',
  '&lt;',
  '$',
  ':',
  '.',
  '(',
  ')',
  '[x](https://example.com)',
  '![](x)',
  '<img src=x onerror=alert(1)>',
  '</text>',
  ']]>',
  '<!--',
  '{',
  '}',
  '!',
  '^',
  '%',
  'https://example.com',
  'www.example.com',
  'a@example.com',
  '1.',
  '1)',
  '- ',
  '    ',
  '---',
  '===',
  ' ',
  'name',
  '-2',
  '1e5',
];

/** Ordinary text, any UTF-16 (with lone surrogates), and above all texts that something might interpret. */
export const textsOfAllKinds: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.constantFrom(...MEANINGFUL), { maxLength: 6 }).map((parts) => parts.join('')) },
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((units) => String.fromCharCode(...units)),
);

/**
 * Controls of terminals and of the direction of text, line separators, halves of characters; by number, unlike the code
 * under test.
 */
export function actsOnTerminals(character: string): boolean {
  const code = character.codePointAt(0)!;
  const isWithin = (low: number, high: number) => low <= code && code <= high;
  return (
    isWithin(0, 0x1f) ||
    isWithin(0x7f, 0x9f) ||
    isWithin(0xd800, 0xdfff) ||
    isWithin(0x2028, 0x202e) ||
    isWithin(0x2066, 0x2069) ||
    [0x061c, 0x200e, 0x200f].includes(code)
  );
}
