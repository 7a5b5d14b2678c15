import type { NetworkDefinition, Problem, Span } from '../../../../network/definition.ts';
import type { ReadFile } from '../../../format.ts';
import type { TorchSession } from '../../library/torch/session.ts';
import type { SourceModule } from '../evaluation/scope.ts';
import type { Callable } from '../evaluation/values.ts';
import type { ClassDefinition, SourceFile } from '../syntax/ast.ts';
import type { Component } from '../syntax/components.ts';
import { all, Moves } from '../syntax/moves.ts';
import type { Part, Piece } from '../syntax/pieces.ts';
import { sizeHints } from './inputShapes.ts';
import type { AskedFiles } from './askedFiles.ts';
import { hasOwnLines, movedNetwork, placesIn } from './networks.ts';

/** Something that is followed on its own: a statement of the module, or a function or class that nobody uses. */
export interface UnitNode {
  readonly start: number;
}

export interface Work {
  readonly steps: number;
  readonly bytes: number;
}

/** A network as its forward pass gives it, wherever else the file makes one like it. */
export interface RootReading {
  /** By the name and at the place that it has if no other network has them; undefined for one without layers. */
  readonly network: NetworkDefinition | undefined;
  readonly problems: readonly Problem[];
  /** Where its class is named, if that is in this file. */
  readonly classSpan: Span | undefined;
}

export type Fit = TorchSession['lastFit'];

export interface KeptReading extends RootReading, Work {
  /** The sizes that the network before was found to fit, and this one, where that was asked. */
  readonly fit: { readonly before: Fit; readonly after: Fit } | undefined;
}

/** A network that is not followed again. */
export class KeptRoot {
  constructor(
    readonly isSymbolic: boolean,
    /** Nothing holds it. */
    readonly isFree: boolean,
    readonly cls: ClassDefinition | undefined,
    /** Undefined for one that was not read, since others were. */
    readonly reading: KeptReading | undefined,
  ) {}

  hasOwnLines(file: SourceFile): boolean {
    return !this.reading?.network || hasOwnLines(this.reading.network, file);
  }

  /** The same in another version of the text; undefined where a part of it has no place there. */
  movedBy(moves: Moves, file: SourceFile): KeptRoot | undefined {
    if (!this.reading) return this;
    const { network, problems, classSpan } = this.reading;
    const movedOne = network && movedNetwork(network, moves, file);
    const movedProblems = moves.problems(problems);
    const movedSpan = classSpan && moves.span(classSpan);
    if (!movedProblems || !movedOne !== !network || !movedSpan !== !classSpan) return undefined;
    const reading = { ...this.reading, network: movedOne, problems: movedProblems, classSpan: movedSpan };
    return new KeptRoot(this.isSymbolic, this.isFree, this.cls, reading);
  }
}

/** What following a unit did. */
export interface KeptUnit extends Work {
  readonly called: readonly Callable[];
  readonly constructed: readonly ClassDefinition[];
  readonly roots: readonly KeptRoot[];
}

/** What the units of a component did, in their order. */
export class KeptComponent {
  private readonly members: readonly Piece[];
  private readonly parts: readonly Piece[];
  /** Where the parts stood. */
  private readonly code: readonly Span[];
  private readonly order: readonly UnitNode[];

  constructor(
    { members, parts }: Component,
    readonly units: ReadonlyMap<UnitNode, KeptUnit>,
    /** The texts of the keys of its passes. */
    public keys: readonly string[],
  ) {
    this.members = members.map(({ piece }) => piece);
    this.parts = parts.map(({ piece }) => piece);
    this.code = parts.map(spanOf);
    this.order = [...units.keys()];
  }

  /** What this unit did; undefined where another one was followed in its place. */
  unitAt(index: number, node: UnitNode): KeptUnit | undefined {
    return this.order[index] === node ? this.units.get(node) : undefined;
  }

  /** Whether a component of another version has the same parts in the same order. */
  isSame({ members, parts }: Component): boolean {
    return areSame(this.members, members) && areSame(this.parts, parts);
  }

  /** Whether all places in what is kept move with the parts. */
  hasPlaces(file: SourceFile): boolean {
    const isInside = ({ start, end }: Span) =>
      this.code.some((part) => part.start <= start && end <= part.end && (start < end || part.start < start));
    const roots = [...this.units.values()].flatMap((unit) => unit.roots);
    return roots.every((root) => placesOf(root).every(isInside) && root.hasOwnLines(file));
  }

  /** The networks of a unit in another version of the text; undefined where a part of them has no place there. */
  rootsIn({ parts }: Component, { roots }: KeptUnit, file: SourceFile): readonly KeptRoot[] | undefined {
    if (roots.length === 0) return roots;
    const [before, now] = [this.code, parts.map(spanOf)].map((code) => ({ places: [], code }));
    const moves = Moves.between(before, now);
    const isStill = Moves.isNone(before, now);
    // Lines above can become fewer while all characters stay where they are.
    return moves && all(roots, (root) => (isStill && root.hasOwnLines(file) ? root : root.movedBy(moves, file)));
  }
}

function placesOf({ reading }: KeptRoot): readonly Span[] {
  if (!reading) return [];
  const { network, problems, classSpan } = reading;
  const places = network ? placesIn(network) : [];
  return [...places, ...problems.map(({ span }) => span), ...(classSpan ? [classSpan] : [])];
}

function spanOf({ start, end }: Part): Span {
  return { start, end };
}

function areSame(pieces: readonly Piece[], parts: readonly Part[]): boolean {
  return pieces.length === parts.length && parts.every(({ piece }, i) => piece === pieces[i]);
}

/** What the components of one version of a text did, for the next one. */
export class KeptUnits {
  private readonly path: string;
  private readonly hints: string;

  constructor(
    /** By the first of their parts. */
    readonly components: ReadonlyMap<Piece, KeptComponent>,
    /** Definitions of what others change. */
    readonly changing: ReadonlySet<Piece>,
    { path, text }: SourceModule,
    readonly files: AskedFiles,
  ) {
    this.path = path;
    this.hints = sizeHints(text);
  }

  /** Whether nothing but the components can make a difference in this version. */
  standIn(main: SourceModule, readFile: ReadFile | undefined): boolean {
    if (main.path !== this.path || sizeHints(main.text) !== this.hints) return false;
    return this.files.areMissing(readFile);
  }
}
