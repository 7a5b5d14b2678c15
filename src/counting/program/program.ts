/**
 * A network lowered for counting: tensors of scalars, and steps that are affine or bend. Tensor 0 is the input (all
 * input tensors one after another); every step writes one tensor, in an order in which sources come first.
 */
export interface Program {
  readonly inputSize: number;
  /** Number of scalars of each tensor. */
  readonly sizes: readonly number[];
  readonly steps: readonly Step[];
  /** The bending steps among them, in order: the stages in which a cell is cut. */
  readonly stages: readonly BendStep[];
  /** Tensors that leave the piecewise-linear part: what "the output" of the network is here. */
  readonly outputs: readonly number[];
  /** Number of layers of the network it came from. */
  readonly layers: number;
}

export type BendStep = UnitStep | MaxStep;
export type Step = AffineStep | BendStep;

/** `output = sum of matrix * source over the terms, + bias`. */
export interface AffineStep {
  readonly kind: 'affine';
  readonly output: number;
  readonly terms: readonly AffineTerm[];
  readonly bias: Float64Array;
}

export interface AffineTerm {
  readonly source: number;
  readonly matrix: SparseMatrix;
}

/**
 * Scalar piecewise-linear units with common breakpoints; slopes and intercepts may differ by unit (`unit * pieces +
 * piece`).
 */
export interface UnitStep {
  readonly kind: 'units';
  readonly layer: number;
  readonly source: number;
  readonly output: number;
  readonly breakpoints: readonly number[];
  readonly slopes: Float64Array;
  readonly intercepts: Float64Array;
}

/** `output[g]` is the greatest of `source[members[k]]`, `start[g] <= k < start[g + 1]`; equal ones tie to the first. */
export interface MaxStep {
  readonly kind: 'max';
  readonly layer: number;
  readonly source: number;
  readonly output: number;
  readonly start: Uint32Array;
  readonly members: Int32Array;
}

/**
 * Compressed rows. Row `r` has the numbers `value[e]`, from `start[r]` up to `end[r]`, and they stand in the columns
 * `base[r] + offset[e]`. Rows that differ in nothing but where they begin share them, as those of a convolution do.
 */
export interface SparseMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  readonly base: Int32Array;
  readonly offset: Int32Array;
  readonly value: Float64Array;
}

/** Arguments of the largest maximum of a step. */
export function largestGroup({ start }: MaxStep): number {
  let size = 0;
  for (let g = 0; g + 1 < start.length; g++) size = Math.max(size, start[g + 1] - start[g]);
  return size;
}

/** The greatest number of pieces of a unit or arguments of a maximum. */
export function mostPieces({ stages }: Program): number {
  return stages.reduce(
    (most, step) => Math.max(most, step.kind === 'max' ? largestGroup(step) : step.breakpoints.length + 1),
    0,
  );
}

/** ReLUs: zero on their first piece, and positive inside cells on their second. */
export function isRectified(step: BendStep): boolean {
  if (step.kind !== 'units' || step.breakpoints.length !== 1 || step.breakpoints[0] !== 0) return false;
  const { slopes, intercepts } = step;
  return (
    intercepts.every((value) => value === 0) && slopes.every((value, i) => (i % 2 === 0 ? value === 0 : value > 0))
  );
}

/** How many entries all rows have. */
export function entryCount({ rows, start, end }: SparseMatrix): number {
  let count = 0;
  for (let r = 0; r < rows; r++) count += end[r] - start[r];
  return count;
}

/** Whether no entry is left out or there twice, and rows stand one after another. */
export function isDense({ rows, columns, start, end, base, offset, value }: SparseMatrix): boolean {
  if (value.length !== rows * columns) return false;
  for (let r = 0; r < rows; r++) {
    if (start[r] !== r * columns || end[r] !== start[r] + columns) return false;
    for (let c = 0; c < columns; c++) if (base[r] + offset[start[r] + c] !== c) return false;
  }
  return true;
}

/** The same numbers in an array of twice the length. */
export function grown<T extends Float64Array | Int32Array | Uint8Array | Uint16Array | Int8Array | Uint32Array>(
  array: T,
): T {
  const larger = new (array.constructor as new (length: number) => T)(Math.max(16, array.length * 2));
  larger.set(array);
  return larger;
}

/** The transposed matrix: columns as compressed rows. */
export function transpose({ rows, columns, start, end, base, offset, value }: SparseMatrix): SparseMatrix {
  const next = new Uint32Array(columns);
  for (let r = 0; r < rows; r++) for (let e = start[r]; e < end[r]; e++) next[base[r] + offset[e]]++;
  let count = 0;
  for (let c = 0; c < columns; c++) [next[c], count] = [count, count + next[c]];
  const starts = next.slice();
  const row = new Int32Array(count);
  const values = new Float64Array(count);
  for (let r = 0; r < rows; r++) {
    for (let e = start[r]; e < end[r]; e++) {
      const to = next[base[r] + offset[e]]++;
      row[to] = r;
      values[to] = value[e];
    }
  }
  return {
    rows: columns,
    columns: rows,
    start: starts,
    end: next,
    base: new Int32Array(columns),
    offset: row,
    value: values,
  };
}

/** Whether all units are continuous, up to rounding: a rectifier that starts at a threshold above 0 jumps there. */
export function isContinuous(program: Pick<Program, 'stages'>): boolean {
  return program.stages.every((step) => step.kind === 'max' || isContinuousStep(step));
}

export function isContinuousStep({ breakpoints, slopes, intercepts }: UnitStep): boolean {
  const pieceCount = breakpoints.length + 1;
  return slopes.every((slope, k) => {
    const breakpoint = breakpoints[k % pieceCount];
    if (breakpoint === undefined) return true;
    const [below, above] = [slope * breakpoint + intercepts[k], slopes[k + 1] * breakpoint + intercepts[k + 1]];
    return (
      Math.abs(below - above) <= 1e-12 * (Math.abs(slope * breakpoint) + Math.abs(intercepts[k]) + Math.abs(above))
    );
  });
}

/** Output of every tensor for one input vector: the forward pass. */
export function evaluate(program: Program, input: ArrayLike<number>): Float64Array[] {
  const values: Float64Array[] = program.sizes.map((size) => new Float64Array(size));
  values[0].set(input);
  for (const step of program.steps) {
    const output = values[step.output];
    if (step.kind === 'affine') evaluateAffine(step, values, output);
    else if (step.kind === 'units') evaluateUnits(step, values[step.source], output);
    else evaluateMax(step, values[step.source], output);
  }
  return values;
}

function evaluateAffine(step: AffineStep, values: Float64Array[], output: Float64Array): void {
  output.set(step.bias);
  for (const { source, matrix } of step.terms) {
    const { rows, start, end, base, offset, value } = matrix;
    const from = values[source];
    for (let r = 0; r < rows; r++) {
      const [at, last] = [base[r], end[r]];
      let sum = 0;
      for (let e = start[r]; e < last; e++) sum += value[e] * from[at + offset[e]];
      output[r] += sum;
    }
  }
}

function evaluateUnits(step: UnitStep, source: Float64Array, output: Float64Array): void {
  const pieceCount = step.breakpoints.length + 1;
  for (let i = 0; i < output.length; i++) {
    let piece = 0;
    while (piece < pieceCount - 1 && source[i] > step.breakpoints[piece]) piece++;
    output[i] = step.slopes[i * pieceCount + piece] * source[i] + step.intercepts[i * pieceCount + piece];
  }
}

function evaluateMax(step: MaxStep, source: Float64Array, output: Float64Array): void {
  for (let g = 0; g < output.length; g++) {
    output[g] = -Infinity;
    for (let k = step.start[g]; k < step.start[g + 1]; k++) output[g] = Math.max(output[g], source[step.members[k]]);
  }
}
