import type { Knot } from './knots.ts';
import type { DiagonalMatrix } from './lineMatrices.ts';
import type { LineMemory } from './lineMemory.ts';
import { isDense, LineTensor, type Column } from './lineTensor.ts';

interface DiagonalTerm {
  readonly matrix: DiagonalMatrix;
  readonly source: LineTensor;
  /** Nothing reads the source afterwards, so that it may be used up. */
  readonly isLast: boolean;
}

/** A sum of tensors, each number of which is multiplied by its own, plus a bias: batch normalization, residuals. */
export function diagonalSum(memory: LineMemory, bias: Float64Array, terms: readonly DiagonalTerm[]): LineTensor {
  const sources = terms.map(({ source }) => source);
  // One that is read once is changed where it is.
  const last = terms.findIndex(
    ({ source, isLast }) => isLast && sources.indexOf(source) === sources.lastIndexOf(source),
  );
  const startsAtZero = sources.every((source) => source.startsAtZero) && bias.every((x) => x === 0);
  const first = last < 0 ? null : terms[last];
  const output = new LineTensor(memory, bias.length, first?.source);
  output.startsAtZero = startsAtZero;
  if (first && !first.matrix.isIdentity) scale(memory, first.matrix, output);
  terms.forEach((term, k) => {
    if (k !== last) add(memory, term, output);
  });
  bias.forEach((x, i) => (memory.floats[output.values / 8 + i] += x));
  return output;
}

function scale({ kernel, floats }: LineMemory, { factors }: DiagonalMatrix, tensor: LineTensor): void {
  const { size, values, slopes, columns } = tensor;
  kernel.scale(size, values, factors, values);
  kernel.scale(size, slopes, factors, slopes);
  for (const [knot, column] of columns) {
    if (isDense(column)) kernel.scale(size, column.at, factors, column.at);
    else
      columns.set(knot, {
        ...column,
        changes: column.places.map((place, c) => column.changes[c] * floats[factors / 8 + place]),
      });
  }
}

function add(memory: LineMemory, { matrix, source }: DiagonalTerm, output: LineTensor): void {
  addVector(memory, matrix, source.size, source.values, output.values);
  addVector(memory, matrix, source.size, source.slopes, output.slopes);
  for (const [knot, column] of source.columns) addColumn(memory, matrix, knot, column, output);
}

function addColumn(memory: LineMemory, matrix: DiagonalMatrix, knot: Knot, column: Column, output: LineTensor): void {
  if (isDense(column)) {
    addVector(memory, matrix, output.size, column.at, output.dense(knot));
    return;
  }
  column.places.forEach((place, c) => {
    const change = column.changes[c] * memory.floats[matrix.factors / 8 + place];
    output.addChange(knot, place, change);
  });
}

function addVector({ kernel }: LineMemory, matrix: DiagonalMatrix, size: number, from: number, to: number): void {
  if (matrix.isIdentity) kernel.addTimes(size, from, 1, to);
  else kernel.addScaled(size, from, matrix.factors, to);
}
