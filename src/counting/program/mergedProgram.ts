import type { Slice } from '../geometry/slice.ts';
import {
  entryCount,
  type AffineStep,
  type MaxStep,
  type Program,
  type SparseMatrix,
  type Step,
  type UnitStep,
} from './program.ts';
import { RowBuilder } from './rowBuilder.ts';
import { SameFunctions } from './sameFunctions.ts';

/** A program on a slice in which numbers that are one function there are one number. */
export interface MergedProgram {
  readonly program: Program;
  readonly slice: Slice;
  /** For each number of each tensor of the program as given, its place among those that are left. */
  readonly places: readonly Int32Array[];
}

/** Merging pays where it leaves at most this share of what the first stage bends. */
const MOST_LEFT = 1 / 4;

/**
 * Merges what is the same function on the slice (see `SameFunctions`): on an image of one color, a convolution with its
 * units and its pooling is then computed at its borders and once in the middle. All cells stay what they are, since
 * equal units bend at the same points. Outputs are left alone. Null where too little is equal, as on most slices.
 */
export function mergedProgram(program: Program, slice: Slice): MergedProgram | null {
  const [first] = program.stages;
  // The rows of a dense matrix are all different, and looking through them would take as long as a short count.
  if (!first || program.steps.some((step) => step.output === first.source && isDenseStep(step))) return null;
  const same = new SameFunctions(program, slice);
  const ofFirst = same.firstOf(first.source);
  if (numberLeft(ofFirst) > MOST_LEFT * ofFirst.length) return null;
  const classes = classesOf(program, same);
  const places = classes.map(placesOf);
  const kept = classes.map((alike) => [...alike.keys()].filter((i) => alike[i] === i));
  const steps = program.steps.map((step) => mergedStep(step, kept[step.output], places));
  return {
    program: {
      ...program,
      inputSize: kept[0].length,
      sizes: kept.map(({ length }) => length),
      steps,
      stages: steps.filter((step) => step.kind !== 'affine'),
    },
    slice: { ...slice, rows: rowsOf(slice, kept[0]) },
    places,
  };
}

function isDenseStep(step: Step): boolean {
  return (
    step.kind === 'affine' && step.terms.some(({ matrix }) => 2 * entryCount(matrix) > matrix.rows * matrix.columns)
  );
}

function numberLeft(firstAlike: Int32Array): number {
  return firstAlike.reduce((count, first, i) => count + Number(first === i), 0);
}

/**
 * For each number of each tensor the first one that it is merged with. A unit and its argument have the same place, so
 * that arguments are merged only where all units that read them are.
 */
function classesOf({ sizes, steps, outputs }: Program, same: SameFunctions): Int32Array[] {
  const classes = sizes.map((size, tensor) =>
    outputs.includes(tensor) ? Int32Array.from({ length: size }, (_, i) => i) : same.firstOf(tensor),
  );
  for (const step of [...steps].reverse()) {
    if (step.kind === 'units') classes[step.source] = refined(classes[step.source], classes[step.output]);
  }
  for (const step of steps) if (step.kind === 'units') classes[step.output] = classes[step.source];
  return classes;
}

/** Alike by both. */
function refined(a: Int32Array, b: Int32Array): Int32Array {
  const first = new Map<number, number>();
  return a.map((_, i) => {
    const key = a[i] * b.length + b[i];
    if (!first.has(key)) first.set(key, i);
    return first.get(key)!;
  });
}

function placesOf(firstAlike: Int32Array): Int32Array {
  const places = new Int32Array(firstAlike.length);
  let next = 0;
  firstAlike.forEach((first, i) => (places[i] = first === i ? next++ : places[first]));
  return places;
}

function rowsOf({ rows, dimension }: Slice, kept: readonly number[]): Float64Array {
  const width = dimension + 1;
  return Float64Array.from(kept.flatMap((i) => [...rows.subarray(i * width, (i + 1) * width)]));
}

function mergedStep(step: Step, kept: readonly number[], places: readonly Int32Array[]): Step {
  switch (step.kind) {
    case 'affine':
      return mergedAffine(step, kept, places);
    case 'units':
      return mergedUnits(step, kept);
    case 'max':
      return mergedMaxima(step, kept, places[step.source]);
  }
}

function mergedAffine(step: AffineStep, kept: readonly number[], places: readonly Int32Array[]): AffineStep {
  return {
    ...step,
    terms: step.terms.map(({ source, matrix }) => ({ source, matrix: mergedMatrix(matrix, kept, places[source]) })),
    bias: Float64Array.from(kept, (row) => step.bias[row]),
  };
}

/** Weights of numbers that are one now stay apart: their sum would be rounded. */
function mergedMatrix(matrix: SparseMatrix, kept: readonly number[], places: Int32Array): SparseMatrix {
  const { start, end, base, offset, value } = matrix;
  const builder = new RowBuilder();
  for (const row of kept) {
    for (let e = start[row]; e < end[row]; e++) builder.entry(places[base[row] + offset[e]], value[e]);
    builder.endRow();
  }
  return builder.matrix(places.reduce((most, place) => Math.max(most, place), -1) + 1);
}

function mergedUnits(step: UnitStep, kept: readonly number[]): UnitStep {
  const pieces = step.breakpoints.length + 1;
  const ofKept = (values: Float64Array) =>
    Float64Array.from(kept.flatMap((unit) => [...values.subarray(unit * pieces, (unit + 1) * pieces)]));
  return { ...step, slopes: ofKept(step.slopes), intercepts: ofKept(step.intercepts) };
}

function mergedMaxima(step: MaxStep, kept: readonly number[], places: Int32Array): MaxStep {
  const groups = kept.map((group) => [
    ...new Set(Array.from(step.members.subarray(step.start[group], step.start[group + 1]), (member) => places[member])),
  ]);
  const start = Uint32Array.of(0, ...groups.map(({ length }) => length));
  for (let group = 1; group < start.length; group++) start[group] += start[group - 1];
  return { ...step, start, members: Int32Array.from(groups.flat()) };
}
