import type { Span } from '../../../../network/definition.ts';
import type { SourceFile } from './ast.ts';
import { Moves } from './moves.ts';
import type { Part } from './pieces.ts';
import { shownText } from './shownText.ts';

/** One version of a text, with its tree. */
export interface Version {
  readonly text: string;
  readonly file: SourceFile;
}

/** Statements that hold others: no message shows their text. */
const compound = new Set<unknown>(['function', 'class', 'if', 'for', 'while', 'with', 'try', 'match']);

/**
 * Where all that one version of a text has stands in the next one, if they are the same program: only comments and
 * blanks between words differ. Undefined otherwise, and for texts with errors.
 */
export function movesWithin(before: Version, now: Version): Moves | undefined {
  const [first, second] = [before.file.pieces.parts, now.file.pieces.parts];
  if (before.file.hasSyntaxErrors || now.file.hasSyntaxErrors || first.length !== second.length) return undefined;
  const pairs = new PlacePairs(before.text, now.text);
  const isSame = first.every((part, i) => {
    if (part.key === second[i].key) return pairs.addCode(part, second[i]);
    // A tree that was moved elsewhere does not tell any more where it was.
    return part.piece.at === part.start && isSameCode(before, part, now, second[i]) && pairs.addTrees(part, second[i]);
  });
  return isSame ? Moves.between(pairs.before, pairs.now) : undefined;
}

/** The tree leaves out what is not followed, as annotations: they must be the same too. */
function isSameCode(before: Version, part: Part, now: Version, other: Part): boolean {
  return codeOf(before, part) === codeOf(now, other);
}

function codeOf({ file }: Version, { start, end }: Part): string {
  return file.code.slice(start, end).replace(/\s+/g, '');
}

/** The places of two versions in pairs. */
class PlacePairs {
  readonly before = { places: [] as Span[], code: [] as Span[] };
  readonly now = { places: [] as Span[], code: [] as Span[] };

  constructor(
    private readonly textBefore: string,
    private readonly text: string,
  ) {}

  addCode(before: Part, now: Part): true {
    this.before.code.push({ start: before.start, end: before.end });
    this.now.code.push({ start: now.start, end: now.end });
    return true;
  }

  /** False for trees that differ in more than places. */
  addTrees(before: Part, now: Part): boolean {
    return this.add(before.piece.statements, now.piece.statements);
  }

  private add(before: unknown, now: unknown): boolean {
    if (!isObject(before) || !isObject(now)) return Object.is(before, now);
    const names = Object.keys(before);
    if (names.length !== Object.keys(now).length || !this.addPlace(before, now)) return false;
    return names.every((name) => isOffset(name) || (name in now && this.add(before[name], now[name])));
  }

  private addPlace(before: Node, now: Node): boolean {
    if (!isPlaced(before) || !isPlaced(now)) return isPlaced(before) === isPlaced(now);
    this.pair(before, now);
    if (before.nameStart !== undefined && now.nameStart !== undefined)
      this.pair({ start: before.nameStart, end: before.end }, { start: now.nameStart, end: now.end });
    return compound.has(before.kind) || shownText(this.textBefore, before) === shownText(this.text, now);
  }

  private pair({ start, end }: Span, now: Span): void {
    this.before.places.push({ start, end });
    this.now.places.push({ start: now.start, end: now.end });
  }
}

type Node = Readonly<Record<string, unknown>>;
type Placed = Node & Span & { readonly nameStart?: number };

function isObject(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}

function isPlaced(node: Node): node is Placed {
  return typeof node.start === 'number';
}

function isOffset(name: string): boolean {
  return name === 'start' || name === 'end' || name === 'nameStart';
}
