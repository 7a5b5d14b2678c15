import type { AffineStep, Program } from '../program/program.ts';
import type { Knot } from './knots.ts';
import { diagonalSum } from './diagonalSum.ts';
import { isDiagonal, lineMatrix, type DiagonalMatrix, type LineMatrix } from './lineMatrices.ts';
import type { LineMemory } from './lineMemory.ts';
import { isDense, LineTensor } from './lineTensor.ts';

/** Columns that the kernel takes at a time. */
const BLOCK = 4;

/** Affine steps along a stretch: a matrix is multiplied with the columns of its source, four at a time. */
export class LineProducts {
  private readonly matrices = new Map<AffineStep, readonly LineMatrix[]>();
  private readonly list: number;
  private readonly rank: number;
  private readonly values: number;
  private readonly scratch: number;
  /** Always zero, in place of columns that are not there. */
  private readonly zeros: number;
  /** For columns of few numbers: zero between uses. */
  private readonly spread: readonly number[];
  /** For columns of what is multiplied but not wanted. */
  private readonly rest: number;

  constructor(
    private readonly memory: LineMemory,
    program: Program,
  ) {
    const widest = Math.max(...program.sizes) + BLOCK;
    this.list = memory.take(4 * widest);
    this.rank = memory.take(4 * (widest + 1));
    this.values = memory.take(8 * BLOCK * widest);
    this.scratch = memory.take(8 * BLOCK);
    this.zeros = memory.take(8 * widest);
    this.spread = Array.from({ length: BLOCK }, () => memory.take(8 * widest));
    this.rest = memory.take(8 * widest);
    for (const step of program.steps) {
      if (step.kind !== 'affine') continue;
      this.matrices.set(
        step,
        step.terms.map(({ matrix }) => lineMatrix(memory, matrix)),
      );
    }
  }

  /** The greatest Euclidean norm of a row of each term. */
  norms(step: AffineStep): readonly number[] {
    return this.matrices.get(step)!.map(({ norm }) => norm);
  }

  /** The matrix of a step that multiplies each number of one tensor by its own, none of them by zero; else null. */
  scaling(step: AffineStep): DiagonalMatrix | null {
    const [matrix, ...others] = this.matrices.get(step)!;
    return others.length === 0 && isDiagonal(matrix) && !matrix.hasZeros ? matrix : null;
  }

  /**
   * `look` is called between blocks; true ends the work, and the tensor is not right then. What `isLast` names is read
   * for the last time, and may be used up.
   */
  run(
    step: AffineStep,
    sources: readonly LineTensor[],
    isLast: (source: number) => boolean,
    look: () => boolean,
  ): LineTensor {
    const matrices = this.matrices.get(step)!;
    if (matrices.every(isDiagonal)) {
      const terms = matrices.map((matrix, k) => ({
        matrix,
        source: sources[k],
        isLast: isLast(step.terms[k].source),
      }));
      return diagonalSum(this.memory, step.bias, terms);
    }
    const size = step.bias.length;
    const output = new LineTensor(this.memory, size);
    this.memory.floats.set(step.bias, output.values / 8);
    output.startsAtZero = sources.every((source) => source.startsAtZero) && step.bias.every((x) => x === 0);
    sources.forEach((source, k) => {
      this.multiply(matrices[k], source.size, [source.values, source.slopes], [output.values, output.slopes]);
      // Knots of one stage stand together, and units that lie together bend many of the same numbers.
      const knots = [...source.columns.keys()].sort(byUnit);
      for (let from = 0; from < knots.length; from += BLOCK) {
        if (look()) return;
        this.multiplyKnots(matrices[k], source, output, knots.slice(from, from + BLOCK));
      }
    });
    return output;
  }

  private multiplyKnots(matrix: LineMatrix, source: LineTensor, output: LineTensor, knots: readonly Knot[]): void {
    // Taking memory may move it, so columns are made first.
    const to = knots.map((knot) => output.dense(knot));
    const { floats } = this.memory;
    const columns = knots.map((knot) => source.columns.get(knot)!);
    const from = columns.map((column, k) => {
      if (isDense(column)) return column.at;
      column.places.forEach((place, c) => (floats[this.spread[k] / 8 + place] = column.changes[c]));
      return this.spread[k];
    });
    this.multiply(matrix, source.size, from, to);
    columns.forEach((column, k) => {
      if (!isDense(column)) for (const place of column.places) floats[this.spread[k] / 8 + place] = 0;
    });
  }

  private multiply(matrix: LineMatrix, size: number, from: readonly number[], to: readonly number[]): void {
    const { kernel } = this.memory;
    const { zeros, rest } = this;
    const [s0, s1 = zeros, s2 = zeros, s3 = zeros] = from;
    const [d0, d1 = rest, d2 = rest, d3 = rest] = to;
    if (matrix.kind === 'rows') {
      const { rows, start, end, base, offset, value } = matrix;
      kernel.addSparse(rows, start, end, base, offset, value, s0, s1, s2, s3, d0, d1, d2, d3);
      return;
    }
    if (isDiagonal(matrix)) {
      from.forEach((source, k) => kernel.addScaled(size, source, matrix.factors, to[k]));
      return;
    }
    const { list, rank, values, scratch } = this;
    kernel.gather(size, s0, s1, s2, s3, list, rank, values);
    kernel.addProduct(matrix.at, matrix.count, list, rank, values, d0, d1, d2, d3, scratch);
  }
}

function byUnit(a: Knot, b: Knot): number {
  return a.stage - b.stage || a.line - b.line;
}
