import type { Span } from '../../../../network/definition.ts';

/** Comments, strings, brackets and the ends of lines; strings that are not closed end with their line. */
const tokens =
  /#[^\n]*|"""(?:\\[\s\S]|[^\\])*?(?:"""|$)|'''(?:\\[\s\S]|[^\\])*?(?:'''|$)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|[()[\]{}]|\\\r?\n|\n/g;

/** What stands at the margin and does not begin a statement. */
const continues = /[\s#)\]}]|(?:else|elif|except|finally|case)\b/y;

/** What brackets, strings, comments and the margin tell of a text without its syntax. */
export interface Layout {
  /** Where statements begin at the margin, each with its decorators and all that belongs to it. */
  readonly starts: readonly number[];
  /** With their number signs. */
  readonly comments: readonly Span[];
  /** A bracket is not closed. */
  readonly isOpen: boolean;
}

/** The layout of a text of Python. */
export function layoutOf(text: string): Layout {
  const starts = [0];
  const comments: Span[] = [];
  let last = 0;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (token === '(' || token === '[' || token === '{') depth++;
    else if (token === ')' || token === ']' || token === '}') depth = Math.max(0, depth - 1);
    else if (token.startsWith('#')) comments.push({ start: index, end: index + token.length });
    if (token !== '\n' || depth > 0 || index + 1 >= text.length) continue;
    continues.lastIndex = index + 1;
    if (continues.test(text)) continue;
    if (text[last] !== '@') starts.push(index + 1);
    last = index + 1;
  }
  return { starts, comments, isOpen: depth > 0 };
}
