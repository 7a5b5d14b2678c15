import {
  isRectified,
  type AffineStep,
  type MaxStep,
  type Program,
  type SparseMatrix,
  type UnitStep,
} from './program.ts';

/** ReLUs that only maxima read, the step that makes what they read, and those maxima. */
interface Fusible {
  readonly affine: AffineStep;
  readonly units: UnitStep;
  readonly maxima: MaxStep;
}

/**
 * A program of the same function with fewer cells, null where there is none: ReLUs that only maxima read need no stage
 * of their own, since the greatest of some ReLUs is the greatest of their pre-activations and 0. A unit that is not the
 * greatest of its window may then change its sign within a cell. The linear regions are the same, as they depend on the
 * function alone.
 */
export function fusedProgram(program: Program): Program | null {
  const fusible = program.steps.flatMap((step) => (step.kind === 'max' ? (fusibleAt(step, program) ?? []) : []));
  if (fusible.length === 0) return null;
  const sizes = [...program.sizes];
  const fused = new Map<unknown, AffineStep | MaxStep | null>();
  for (const { affine, units, maxima } of fusible) {
    fused.set(units, null);
    fused.set(affine, withZero(affine));
    fused.set(maxima, withArgument(maxima, units.source, sizes[units.source]));
    sizes[units.source]++;
    sizes[units.output] = 0;
  }
  const steps = program.steps.flatMap((step) => {
    const other = fused.get(step);
    return other === undefined ? [step] : other === null ? [] : [other];
  });
  return { ...program, sizes, steps, stages: steps.filter((step) => step.kind !== 'affine') };
}

function fusibleAt(maxima: MaxStep, program: Program): Fusible | null {
  const units = program.steps.find(({ output }) => output === maxima.source);
  if (units?.kind !== 'units' || !isRectified(units) || units.slopes.some((slope, k) => k % 2 === 1 && slope !== 1))
    return null;
  const affine = program.steps.find(({ output }) => output === units.source);
  if (affine?.kind !== 'affine' || !isReadOnce(units.source, program) || !isReadOnce(units.output, program))
    return null;
  return { affine, units, maxima };
}

function isReadOnce(tensor: number, { steps, outputs }: Program): boolean {
  const read = steps.flatMap((step) => (step.kind === 'affine' ? step.terms.map((term) => term.source) : step.source));
  return !outputs.includes(tensor) && read.filter((source) => source === tensor).length === 1;
}

/** With one more number, which is 0. */
function withZero(step: AffineStep): AffineStep {
  const terms = step.terms.map(({ source, matrix }) => ({ source, matrix: withEmptyRow(matrix) }));
  return { ...step, terms, bias: longer(step.bias) };
}

function withEmptyRow(matrix: SparseMatrix): SparseMatrix {
  return {
    ...matrix,
    rows: matrix.rows + 1,
    start: longer(matrix.start),
    end: longer(matrix.end),
    base: longer(matrix.base),
  };
}

/** With a zero at the end. */
function longer<T extends Float64Array | Uint32Array | Int32Array>(array: T): T {
  const more = new (array.constructor as new (length: number) => T)(array.length + 1);
  more.set(array);
  return more;
}

/** With one more argument in each maximum. */
function withArgument(step: MaxStep, source: number, argument: number): MaxStep {
  const { start, members } = step;
  const groups = start.length - 1;
  const more = new Int32Array(members.length + groups);
  for (let g = 0; g < groups; g++) {
    more.set(members.subarray(start[g], start[g + 1]), start[g] + g);
    more[start[g + 1] + g] = argument;
  }
  return { ...step, source, start: start.map((at, g) => at + g), members: more };
}
