import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import fc from '../../../../../fastCheck.ts';
import { parseStatements } from '../../../../../../src/formats/source/python/syntax/grammar.ts';
import { parsePython } from '../../../../../../src/formats/source/python/syntax/parse.ts';

const folder = new URL('../classics/', import.meta.url);
const classics = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));

const strange = `"""A text
class Inner:
""" ; x = 1.
@decorated
# between
@twice(
    1,
)
class A:
    def f(self): return """
def g(): pass
"""
# at the margin
    # further in
    y = '\\''
if x:
    pass
else:
    z = f'{x}{{'
try:
    a
except B:
    b
finally: c
w = [
1, 2,
], \\
u
for i in \\
  x: pass
match x:
    case [1, *rest]: pass
async def h(): await x
v = 'not closed \\
def' ; t = 2
`;

const body = (text: string) => parsePython(text).body;

describe('the tree of a text by its parts', () => {
  it('is the one of the whole', () => {
    for (const text of [...classics, strange, ...classics.map((text) => text.replaceAll('\n', '\r\n'))]) {
      expect(parsePython(text).hasSyntaxErrors).toBe(false);
      expect(body(text)).toEqual(parseStatements(text).statements);
    }
  });

  it('is the one of the new text after any edits', () => {
    const edit = fc.tuple(
      fc.nat(),
      fc.nat(6),
      fc.constantFrom('', '', ' ', '\n', '#', '"', '"""', '(', ')', 'x', '\\'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...classics, strange), fc.array(edit, { maxLength: 6 }), (text, edits) => {
        let now = text;
        let file = parsePython(now);
        for (const [from, length, inserted] of edits) {
          const at = from % (now.length + 1);
          now = now.slice(0, at) + inserted + now.slice(at + length);
          const ended = now.endsWith('\n') ? now : `${now}\n`;
          file = parsePython(ended, file.pieces);
          // The parser finds an error in a blank line that a backslash joins, but none at the end of a text.
          if (/\\\n\s*(?:\n|$)/.test(ended)) continue;
          const afresh = parsePython(ended);
          expect(file.body).toEqual(afresh.body);
          expect(file.hasSyntaxErrors).toBe(afresh.hasSyntaxErrors);
          const whole = parseStatements(ended);
          expect(file.hasSyntaxErrors).toBe(whole.hasErrors);
          if (!whole.hasErrors) expect(file.body).toEqual(whole.statements);
        }
      }),
      { numRuns: 150 },
    );
  });
});
