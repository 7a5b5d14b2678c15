import type { Statement } from './ast.ts';
import { parseStatements } from './grammar.ts';

/** A part of a text with whole statements, and where its tree has it. */
export interface Piece {
  readonly statements: readonly Statement[];
  readonly hasErrors: boolean;
  /** All nodes of the tree that have a place, found when the tree is moved for the first time. */
  nodes: readonly Placed[] | undefined;
  at: number;
}

/** A piece where one version of the text has it: it may have been moved for a later one. */
export interface Part {
  readonly key: string;
  readonly piece: Piece;
  readonly start: number;
  readonly end: number;
}

/** A node of a tree, as what moves it sees it. */
interface Placed {
  start: number;
  end: number;
  nameStart?: number;
}

/** Parsed parts of one version of a text, for the next one. */
export class Pieces {
  /** What stands several times has several trees, in the order of the text. */
  private readonly known = new Map<string, Piece[]>();
  private readonly statements: Statement[] = [];
  /** Those with statements, in the order of the text. */
  readonly parts: Part[] = [];
  private isBroken = false;

  /** Those of the last version that had no errors, where this one has. */
  private unbroken: Pieces | undefined;

  /**
   * The statements of a text by its parts, which begin at `starts`. `original` is the text before it was mended; both
   * are equally long.
   */
  static read(text: string, original: string, starts: readonly number[], earlier: Pieces | undefined): Pieces {
    const pieces = new Pieces();
    for (const [i, start] of starts.entries()) {
      const part = text.slice(start, starts[i + 1]);
      const written = original.slice(start, start + part.length);
      const key = part === written ? part : `${part}\0${written}`;
      const found = earlier?.find(key, pieces.known.get(key)?.length ?? 0);
      const piece = found ?? { ...parseStatements(part, written), nodes: undefined, at: 0 };
      moveTo(piece, start);
      pieces.add({ key, piece, start, end: start + part.length });
    }
    if (pieces.isBroken) pieces.unbroken = earlier?.isBroken ? earlier.unbroken : earlier;
    return pieces;
  }

  get body(): readonly Statement[] {
    return this.statements;
  }

  get hasErrors(): boolean {
    return this.isBroken;
  }

  private add(part: Part): void {
    const { key, piece } = part;
    if (piece.statements.length > 0) this.parts.push(part);
    const alike = this.known.get(key);
    if (alike) alike.push(piece);
    else this.known.set(key, [piece]);
    for (const statement of piece.statements) this.statements.push(statement);
    this.isBroken ||= piece.hasErrors;
  }

  private find(key: string, number: number): Piece | undefined {
    return this.known.get(key)?.[number] ?? this.unbroken?.known.get(key)?.[number];
  }
}

/** Moves a tree to another offset; nobody else has it. */
function moveTo(piece: Piece, start: number): void {
  const by = start - piece.at;
  piece.at = start;
  if (by === 0) return;
  piece.nodes ??= placedIn(piece.statements);
  for (const node of piece.nodes) {
    node.start += by;
    node.end += by;
    if (node.nameStart !== undefined) node.nameStart += by;
  }
}

function placedIn(tree: object): Placed[] {
  const found: Placed[] = [];
  const visit = (node: object) => {
    if ('start' in node && typeof node.start === 'number') found.push(node as Placed);
    for (const value of Object.values(node) as unknown[]) if (typeof value === 'object' && value !== null) visit(value);
  };
  visit(tree);
  return found;
}
