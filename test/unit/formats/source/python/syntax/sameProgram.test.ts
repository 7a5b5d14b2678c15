import { describe, expect, it } from 'vitest';
import { parsePython } from '../../../../../../src/formats/source/python/syntax/parse.ts';
import { movesWithin } from '../../../../../../src/formats/source/python/syntax/sameProgram.ts';

const text = `import torch.nn as nn
# Two layers.
class Net(nn.Module):
    def forward(self, x: int):
        return self.second(self.first(x, " a"))
net = Net()
widths = [net.first_width, net.second_width, net.third_width, 4]
`;

/** Where words of the text stand in another version; undefined where that is another program. */
function moved(now: string, words: readonly string[] = ['Net()']): (string | undefined)[] | undefined {
  const before = { text, file: parsePython(text) };
  const moves = movesWithin(before, { text: now, file: parsePython(now, before.file.pieces) });
  return (
    moves &&
    words.map((word) => {
      const start = text.indexOf(word);
      const span = moves.span({ start, end: start + word.length });
      return span && now.slice(span.start, span.end);
    })
  );
}

describe('the same program in two versions of a text', () => {
  it.each([
    ['nothing', text],
    ['a comment at the margin', text.replace('class', '# Here.\nclass')],
    ['a comment that becomes longer', text.replace('layers.', 'layers, or three.')],
    ['a comment in a function', text.replace('        return', '        # Forth.\n        return')],
    ['blank lines', text.replaceAll('\n', '\n\n')],
    ['blanks within a line', text.replace('(self, x', '( self,  x').replace('net =', 'net  =')],
    ['lines within brackets', text.replace(', 4', ', # One.\n    4')],
    ['another indentation', text.replaceAll('    ', '  ')],
  ])('is found with %s', (_what, now) => {
    expect(moved(now, ['Net()', 'x'])).toEqual(['Net()', 'x']);
  });

  it('has each word where it stands', () => {
    const now = text.replace('return', '# Forth.\n        return').replace('net =', '\n\nnet   =');
    expect(moved(now, ['nn', 'self.second', 'second(', 'net'])).toEqual(['nn', 'self.second', undefined, 'net']);
  });

  it.each([
    ['another name', text.replace('second', 'third')],
    ['blanks in a string', text.replace('" a"', '"  a"')],
    ['another annotation', text.replace('int', 'Net')],
    ['one statement more', `${text}x = 1\n`],
    ['one statement less', text.replace('import torch.nn as nn\n', '')],
    ['a statement that becomes a comment', text.replace('widths', '# widths')],
    ['another block', text.replace('\nnet', '\n    net')],
    ['an open bracket', text.replace('Net()', 'Net(')],
    ['blanks in what messages show', text.replace('first(x,', 'first(x ,')],
    ['a comment in what messages show', text.replace('self.second(', 'self.second(# One.\n')],
  ])('is not found with %s', (_what, now) => {
    expect(moved(now)).toBeUndefined();
  });

  it('is not found where a tree was moved elsewhere', () => {
    const two = 'a = 1\nb = 2\n';
    const before = { text: two, file: parsePython(two) };
    const now = 'b = 2\na = 1\n';
    expect(movesWithin(before, { text: now, file: parsePython(now, before.file.pieces) })).toBeUndefined();
  });
});
