import type { Comment, SourceFile } from './ast.ts';
import { withoutBareDots } from './grammar.ts';
import { layoutOf } from './layout.ts';
import type { Layout } from './layout.ts';
import { Pieces } from './pieces.ts';
import { withClosedBrackets } from './repair.ts';

/**
 * Python's syntax tree; of unfinished text, as much as is clear. Never throws. Only the parts that an earlier version
 * did not have are parsed, and the trees of the others are moved: they are the new one's then.
 */
export function parsePython(text: string, earlier?: Pieces): SourceFile {
  const layout = layoutOf(text);
  const { pieces, hasErrors } = piecesOf(text, layout, earlier);
  const starts = lineStarts(text);
  return {
    body: pieces.body,
    comments: commentsOf(text, layout),
    code: withoutComments(text, layout),
    hasSyntaxErrors: hasErrors,
    lineOf: (offset) => lineAt(starts, offset),
    pieces,
  };
}

/** Of a text with errors, the parts of a repaired one. */
function piecesOf(text: string, layout: Layout, earlier: Pieces | undefined): { pieces: Pieces; hasErrors: boolean } {
  // What a bracket opens that nothing closes is all the rest of the text, which is not worth a parse.
  const asWritten = layout.isOpen ? undefined : Pieces.read(text, text, layout.starts, earlier);
  if (asWritten && !asWritten.hasErrors) return { pieces: asWritten, hasErrors: false };
  const mended = withClosedBrackets(withoutBareDots(text));
  const pieces =
    mended === undefined
      ? (asWritten ?? Pieces.read(text, text, layout.starts, earlier))
      : Pieces.read(mended, text, layoutOf(mended).starts, earlier);
  return { pieces, hasErrors: true };
}

/** The comments of a text in which some may supply values. */
function commentsOf(text: string, { comments }: Layout): Comment[] {
  if (!text.includes('@region-lens')) return [];
  return comments.map(({ start, end }) => ({ start, end, value: text.slice(start + 1, end) }));
}

function withoutComments(text: string, { comments }: Layout): string {
  let code = '';
  let from = 0;
  for (const { start, end } of comments) {
    code += text.slice(from, start) + ' '.repeat(end - start);
    from = end;
  }
  return code + text.slice(from);
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
