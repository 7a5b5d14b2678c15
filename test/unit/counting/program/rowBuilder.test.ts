import { describe, expect, it } from 'vitest';
import { uniforms } from '../../../../src/common/random.ts';
import { rowNorm } from '../../../../src/counting/exact/norm.ts';
import { convolution } from '../../../../src/counting/program/affineRows.ts';
import { entryCount, transpose, type SparseMatrix } from '../../../../src/counting/program/program.ts';
import { RowBuilder } from '../../../../src/counting/program/rowBuilder.ts';

/** All numbers of a matrix, row by row. */
function expanded({ rows, columns, start, end, base, offset, value }: SparseMatrix): number[][] {
  return Array.from({ length: rows }, (_, r) => {
    const row = Array<number>(columns).fill(0);
    for (let e = start[r]; e < end[r]; e++) row[base[r] + offset[e]] += value[e];
    return row;
  });
}

function built(rows: readonly (readonly number[])[]): SparseMatrix {
  const builder = new RowBuilder();
  for (const row of rows) {
    row.forEach((value, column) => builder.entry(column, value));
    builder.endRow();
  }
  return builder.matrix(rows[0].length);
}

describe('a matrix built row by row', () => {
  it('is what was put in, whatever rows share', () => {
    const uniform = uniforms(5);
    for (let trial = 0; trial < 300; trial++) {
      const [height, width] = [1 + Math.floor(12 * uniform()), 1 + Math.floor(9 * uniform())];
      // Few values, so that rows are often alike, up to where they begin, or nearly so.
      const rows = Array.from({ length: height }, () =>
        Array.from({ length: width }, () => [0, 0, 0, 1, 1, -1][Math.floor(6 * uniform())]),
      );
      const matrix = built(rows);
      expect(expanded(matrix)).toEqual(rows);
      const transposed = Array.from({ length: width }, (_, c) => rows.map((row) => row[c]));
      expect(expanded(transpose(matrix))).toEqual(transposed);
      expect(expanded(transpose(transpose(matrix)))).toEqual(rows);
      expect(entryCount(matrix)).toBe(rows.flat().filter((x) => x !== 0).length);
      const norms = rows.map((row) => Math.hypot(...row));
      expect(rowNorm(matrix)).toBeCloseTo(Math.max(...norms), 12);
    }
  });

  it('holds rows once that differ in where they begin alone', () => {
    const matrix = built([
      [1, 2, 3, 0, 0],
      [0, 1, 2, 3, 0],
      [0, 0, 1, 2, 3],
      [1, 2, 0, 3, 0],
      [0, 0, 0, 0, 0],
      [0, 0, 0, 1, 2],
    ]);
    expect(matrix.value.length).toBe(8);
    expect([...matrix.start.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect(matrix.start[3]).toBe(3);
  });

  it('holds the kernel of a convolution once for each way in which it meets the border', () => {
    const window = {
      inH: 20,
      inW: 20,
      inC: 2,
      outH: 20,
      outW: 20,
      outC: 3,
      kernel: [3, 3],
      strides: [1, 1],
      dilation: [1, 1],
      padTop: 1,
      padLeft: 1,
      groups: 1,
      transposed: false,
    } as const;
    const uniform = uniforms(6);
    const kernel = Float64Array.from({ length: 3 * 3 * 2 * 3 }, uniform);
    const matrix = convolution(window, kernel);
    // Of the nine ways to meet the border, and each filter: four corners, four sides and the middle.
    expect(matrix.value.length).toBe(3 * 2 * (4 * 4 + 4 * 6 + 9));
    expect(entryCount(matrix)).toBe(3 * 2 * (4 * 4 + 4 * 18 * 6 + 18 * 18 * 9));
    const full = expanded(matrix);
    const at = (y: number, x: number, c: number) => (y * 20 + x) * 2 + c;
    for (const [y, x, f] of [
      [0, 0, 1],
      [7, 19, 2],
      [10, 10, 0],
    ]) {
      const row = Array<number>(800).fill(0);
      for (let a = -1; a <= 1; a++)
        for (let b = -1; b <= 1; b++)
          for (let c = 0; c < 2; c++)
            if (y + a >= 0 && y + a < 20 && x + b >= 0 && x + b < 20)
              row[at(y + a, x + b, c)] = kernel[(((a + 1) * 3 + b + 1) * 2 + c) * 3 + f];
      expect(full[(y * 20 + x) * 3 + f]).toEqual(row);
    }
  });
});
