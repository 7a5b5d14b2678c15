import {
  isContinuous,
  isContinuousStep,
  type AffineStep,
  type BendStep,
  type MaxStep,
  type Program,
  type UnitStep,
} from '../../src/counting/program/program.ts';
import { boxPolytope, shareFacet, split, type Polytope } from './polytope.ts';
import { inProportion, minus, plus, rational, textOf, times, zero, type Rational } from './rational.ts';

/** Coefficients over the domain's coordinates, and a constant. */
type Row = readonly Rational[];

/**
 * Where to count: the image of the unit cube, `origin + sum of coordinates times directions`, or all of the input
 * space.
 */
export type ExactDomain =
  { readonly origin: readonly number[]; readonly directions: readonly (readonly number[])[] } | 'all';

export interface ExactCount {
  /** After each stage of the program. */
  readonly cells: readonly number[];
  readonly activationRegions: number;
  /** Null where the network is not continuous. */
  readonly linearRegions: number | null;
}

interface Cell {
  readonly polytope: Polytope;
  /** Maps of the tensors known so far. */
  readonly tensors: readonly (readonly Row[])[];
}

/**
 * Counts regions in rational arithmetic, as slowly and plainly as can be: what the counters are tested against. All of
 * R^n is counted as the cone over it, in homogeneous coordinates, cut off by a box. Null when there are more than
 * `most` cells.
 */
export function exactRegions(program: Program, domain: ExactDomain, most = Infinity): ExactCount | null {
  const counter = new Counter(program, domain);
  let cells = counter.start();
  const found: number[] = [];
  for (const step of program.stages) {
    cells = cells.flatMap((cell) => counter.cut(cell, step));
    if (cells.length > most) return null;
    found.push(cells.length);
  }
  return {
    cells: found,
    activationRegions: cells.length,
    linearRegions: isContinuous(program) ? counter.joined(cells) : null,
  };
}

class Counter {
  private readonly inputs: readonly Row[];
  private readonly whole: Polytope;
  /** Numbers that a function of homogeneous coordinates has after its constant. */
  private readonly padding: readonly bigint[];

  constructor(
    private readonly program: Program,
    domain: ExactDomain,
  ) {
    const n = program.inputSize;
    if (domain === 'all') {
      this.inputs = Array.from({ length: n }, (_, i) =>
        Array.from({ length: n + 1 }, (_, k) => rational(Number(i === k))),
      );
      this.whole = boxPolytope([...Array<bigint>(n).fill(-1n), 0n], Array<bigint>(n + 1).fill(1n));
      this.padding = [0n];
    } else {
      const { origin, directions } = domain;
      this.inputs = origin.map((at, i) => [...directions.map((direction) => rational(direction[i])), rational(at)]);
      this.whole = boxPolytope(Array<bigint>(directions.length).fill(0n), Array<bigint>(directions.length).fill(1n));
      this.padding = [];
    }
  }

  start(): Cell[] {
    return [{ polytope: this.whole, tensors: this.extended([this.inputs]) }];
  }

  /** The cells into which a bending step cuts a cell. */
  cut(cell: Cell, step: BendStep): Cell[] {
    let parts: { polytope: Polytope; rows: Row[] }[] = [{ polytope: cell.polytope, rows: [] }];
    const source = cell.tensors[step.source];
    for (let unit = 0; unit < this.program.sizes[step.output]; unit++) {
      parts = parts.flatMap(({ polytope, rows }) =>
        (step.kind === 'units'
          ? this.cutByUnit(polytope, step, unit, source)
          : this.cutByMaximum(polytope, step, unit, source)
        ).map((part) => ({ polytope: part.polytope, rows: [...rows, part.row] })),
      );
    }
    return parts.map(({ polytope, rows }) => {
      const tensors = [...cell.tensors];
      tensors[step.output] = rows;
      return { polytope, tensors: this.extended(tensors) };
    });
  }

  private cutByUnit(polytope: Polytope, step: UnitStep, unit: number, source: readonly Row[]) {
    const parts: { polytope: Polytope; row: Row }[] = [];
    let rest: Polytope | null = polytope;
    step.breakpoints.forEach((breakpoint, piece) => {
      if (!rest) return;
      const { positive, negative } = this.split(rest, withConstant(source[unit], rational(-breakpoint)));
      // On a breakpoint throughout: the lower piece is meant.
      const below = positive ? negative : rest;
      if (below) parts.push({ polytope: below, row: bent(step, unit, piece, source[unit]) });
      rest = positive;
    });
    if (rest) parts.push({ polytope: rest, row: bent(step, unit, step.breakpoints.length, source[unit]) });
    return parts;
  }

  private cutByMaximum(polytope: Polytope, step: MaxStep, group: number, source: readonly Row[]) {
    const members = Array.from(step.members.subarray(step.start[group], step.start[group + 1]));
    return members.flatMap((member, k) => {
      let rest: Polytope | null = polytope;
      members.forEach((other, o) => {
        if (!rest || o === k) return;
        const { positive, negative } = this.split(
          rest,
          source[member].map((value, d) => minus(value, source[other][d])),
        );
        // Equal throughout: the first argument is meant.
        rest = positive || negative || o < k ? positive : rest;
      });
      return rest ? [{ polytope: rest, row: source[member] }] : [];
    });
  }

  private split(polytope: Polytope, row: Row) {
    return split(polytope, [...inProportion(row), ...this.padding]);
  }

  /** With the tensors that follow without a cut. */
  private extended(known: readonly (readonly Row[])[]): (readonly Row[])[] {
    const tensors = [...known];
    for (const step of this.program.steps) {
      if (step.kind !== 'affine' || tensors[step.output] || step.terms.some(({ source }) => !tensors[source])) continue;
      tensors[step.output] = affine(step, tensors);
    }
    return tensors;
  }

  /** How many sets of cells there are, when those that share a facet and have one output map are joined. */
  joined(cells: readonly Cell[]): number {
    const byMap = new Map<string, Polytope[]>();
    for (const { polytope, tensors } of cells) {
      const map = this.program.outputs.flatMap((tensor) => tensors[tensor].flat().map(textOf)).join(' ');
      byMap.set(map, [...(byMap.get(map) ?? []), polytope]);
    }
    return [...byMap.values()].reduce((sum, polytopes) => sum + connected(polytopes), 0);
  }
}

function connected(polytopes: readonly Polytope[]): number {
  let rest = [...polytopes];
  let found = 0;
  for (; rest.length > 0; found++) {
    const reached = [rest[0]];
    rest = rest.slice(1);
    for (let k = 0; k < reached.length; k++) {
      const next = rest.filter((polytope) => shareFacet(reached[k], polytope));
      rest = rest.filter((polytope) => !next.includes(polytope));
      reached.push(...next);
    }
  }
  return found;
}

function bent(step: UnitStep, unit: number, piece: number, row: Row): Row {
  const at = unit * (step.breakpoints.length + 1) + piece;
  const slope = rational(step.slopes[at]);
  return withConstant(
    row.map((value) => times(slope, value)),
    constantOf(step, at),
  );
}

/**
 * The constant of a piece. Pieces that meet up to rounding are meant to meet (a slope of 0.2 is not a double): then
 * each constant follows from the one before it.
 */
function constantOf(step: UnitStep, at: number): Rational {
  const piece = at % (step.breakpoints.length + 1);
  if (piece === 0 || !isContinuousStep(step)) return rational(step.intercepts[at]);
  const change = minus(rational(step.slopes[at - 1]), rational(step.slopes[at]));
  return plus(constantOf(step, at - 1), times(change, rational(step.breakpoints[piece - 1])));
}

function affine(step: AffineStep, tensors: readonly (readonly Row[])[]): Row[] {
  return Array.from(step.bias, (bias, index) => {
    let row: Row | undefined;
    for (const { source, matrix } of step.terms) {
      for (let e = matrix.start[index]; e < matrix.end[index]; e++) {
        const added = tensors[source][matrix.base[index] + matrix.offset[e]].map((value) =>
          times(rational(matrix.value[e]), value),
        );
        row = row ? row.map((value, k) => plus(value, added[k])) : added;
      }
    }
    return withConstant(row ?? tensors[step.terms[0].source][0].map(() => zero), rational(bias));
  });
}

function withConstant(row: Row, added: Rational): Row {
  return [...row.slice(0, -1), plus(row[row.length - 1], added)];
}
