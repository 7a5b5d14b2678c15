import { describe, expect, it } from 'vitest';
import { uniforms } from '../../../../src/common/random.ts';
import { diagonalSum } from '../../../../src/counting/lines/diagonalSum.ts';
import type { Knot } from '../../../../src/counting/lines/knots.ts';
import { isDiagonal, lineMatrix } from '../../../../src/counting/lines/lineMatrices.ts';
import { LineMemory } from '../../../../src/counting/lines/lineMemory.ts';
import { LineTensor } from '../../../../src/counting/lines/lineTensor.ts';
import { diagonal } from '../../../../src/counting/program/affineRows.ts';

const SIZE = 7;
const uniform = uniforms(41);
const vector = () => Array.from({ length: SIZE }, () => uniform() - 0.5);
const knots = Array.from({ length: 6 }, (_, id): Knot => {
  return { id, x: id / 6, error: 0, line: 0, stage: 0, name: 0, flips: [] };
});

/** What a tensor is: values, slopes and the change at each knot. */
type Plain = readonly (readonly number[])[];

function tensorOf(memory: LineMemory, plain: Plain): LineTensor {
  const tensor = new LineTensor(memory, SIZE);
  memory.floats.set(plain[0], tensor.values / 8);
  memory.floats.set(plain[1], tensor.slopes / 8);
  knots.forEach((knot, k) => {
    const changes = plain[2 + k];
    const places = changes.flatMap((change, place) => (change === 0 ? [] : [place]));
    if (places.length > 2) {
      // Taking memory may move it.
      const at = tensor.dense(knot) / 8;
      memory.floats.set(changes, at);
    } else for (const place of places) tensor.setChange(knot, place, changes[place]);
  });
  return tensor;
}

function plainOf(memory: LineMemory, tensor: LineTensor): number[][] {
  const at = (address: number) => [...memory.floats.subarray(address / 8, address / 8 + SIZE)];
  return [
    at(tensor.values),
    at(tensor.slopes),
    ...knots.map((knot) => Array.from({ length: SIZE }, (_, place) => tensor.changeAt(knot, place))),
  ];
}

/** Of each knot all numbers change, one or two, or none. */
function plain(): Plain {
  const changes = knots.map(() => {
    const kind = Math.floor(3 * uniform());
    if (kind === 2) return vector();
    const few = Array<number>(SIZE).fill(0);
    for (let k = 0; k < 2 * kind; k++) few[Math.floor(SIZE * uniform())] = uniform() - 0.5;
    return few;
  });
  return [vector(), vector(), ...changes];
}

describe('a sum of tensors times numbers', () => {
  it('is what it is number by number, and leaves alone what is read again', () => {
    const memory = new LineMemory();
    for (let trial = 0; trial < 200; trial++) {
      const count = 1 + Math.floor(3 * uniform());
      const given = Array.from({ length: count }, plain);
      const tensors = given.map((each) => tensorOf(memory, each));
      // One source may be read twice.
      const reads = Array.from({ length: count }, () => Math.floor(count * uniform()));
      const factors = reads.map(() => (uniform() < 0.5 ? Array<number>(SIZE).fill(1) : vector()));
      const bias = uniform() < 0.5 ? Array<number>(SIZE).fill(0) : vector();
      const isLast = given.map(() => uniform() < 0.5);
      const terms = reads.map((read, k) => {
        const matrix = lineMatrix(memory, diagonal(Float64Array.from(factors[k])));
        if (!isDiagonal(matrix)) throw new Error('a diagonal matrix');
        return { matrix, source: tensors[read], isLast: isLast[read] };
      });
      const found = plainOf(memory, diagonalSum(memory, Float64Array.from(bias), terms));
      found.forEach((numbers, row) =>
        numbers.forEach((number, i) => {
          const sum = reads.reduce((total, read, k) => total + factors[k][i] * given[read][row][i], 0);
          expect(number).toBeCloseTo(sum + (row === 0 ? bias[i] : 0), 12);
        }),
      );
      tensors.forEach((tensor, t) => {
        if (!isLast[t]) expect(plainOf(memory, tensor)).toEqual(given[t]);
      });
    }
  });
});
