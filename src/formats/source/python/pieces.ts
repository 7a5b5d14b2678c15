import type { Statement } from './ast.ts';

/** Comments, strings, brackets and the ends of lines; strings that are not closed end with their line. */
const tokens =
  /#[^\n]*|"""(?:\\[\s\S]|[^\\])*?(?:"""|$)|'''(?:\\[\s\S]|[^\\])*?(?:'''|$)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|[()[\]{}]|\\\r?\n|\n/g;

/** What stands at the margin and does not begin a statement. */
const continues = /[\s#)\]}]|(?:else|elif|except|finally|case)\b/y;

/** A part of a text with whole statements, and where its tree has it. */
interface Piece {
  readonly statements: readonly Statement[];
  at: number;
}

/** Parsed parts of one version of a text, for the next one. */
export class Pieces {
  private readonly known = new Map<string, Piece>();

  /** The statements of a text by its parts; undefined where `parse` finds errors in one. */
  static read(
    text: string,
    earlier: Pieces | undefined,
    parse: (piece: string) => readonly Statement[] | undefined,
  ): { readonly body: Statement[]; readonly pieces: Pieces } | undefined {
    const pieces = new Pieces();
    const body: Statement[] = [];
    const starts = startsOf(text);
    for (const [i, start] of starts.entries()) {
      const part = text.slice(start, starts[i + 1]);
      // What stands twice has two trees.
      const found = pieces.known.has(part) ? undefined : earlier?.known.get(part);
      const piece = found ?? parsed(part, parse);
      if (!piece) return undefined;
      moveTo(piece, start);
      if (!pieces.known.has(part)) pieces.known.set(part, piece);
      for (const statement of piece.statements) body.push(statement);
    }
    return { body, pieces };
  }
}

function parsed(part: string, parse: (piece: string) => readonly Statement[] | undefined): Piece | undefined {
  const statements = parse(part);
  return statements && { statements, at: 0 };
}

/** Where statements begin at the margin, each with its decorators and all that belongs to it. */
function startsOf(text: string): number[] {
  const starts = [0];
  let last = 0;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (token === '(' || token === '[' || token === '{') depth++;
    else if (token === ')' || token === ']' || token === '}') depth = Math.max(0, depth - 1);
    if (token !== '\n' || depth > 0 || index + 1 >= text.length) continue;
    continues.lastIndex = index + 1;
    if (continues.test(text)) continue;
    if (text[last] !== '@') starts.push(index + 1);
    last = index + 1;
  }
  return starts;
}

/** Moves a tree to another offset; nobody else has it. */
function moveTo(piece: Piece, start: number): void {
  const by = start - piece.at;
  piece.at = start;
  if (by !== 0) for (const statement of piece.statements) move(statement, by);
}

const offsets = new Set(['start', 'end', 'nameStart']);

function move(node: object, by: number): void {
  for (const [key, value] of Object.entries(node)) {
    if (typeof value === 'number' && offsets.has(key)) (node as Record<string, number>)[key] = value + by;
    else if (typeof value === 'object' && value !== null) move(value as object, by);
  }
}
