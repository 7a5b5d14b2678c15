import { expect, test } from 'vitest';
import { gaussians } from '../../../../src/common/random.ts';
import { Chance } from '../../../../src/analysis/expectation/chance.ts';
import type { Reading } from '../../../../src/analysis/expectation/jointRows.ts';
import { productsWithWeights } from '../../../../src/analysis/expectation/weightProducts.ts';

const SEED = 5;
/** Filters whose weights are drawn together. */
const TILE = 64;

/** The same products, one after the other. */
function expectedProducts(values: Float64Array, tangents: Float64Array, reading: Reading) {
  const { positions, taps, input, inputChannels, filters, parts, variance, bias } = reading;
  const gaussian = gaussians(SEED);
  const [depth, perPart] = [inputChannels / parts, filters / parts];
  const shifts = Array.from({ length: bias > 0 ? filters : 0 }, () => Math.sqrt(bias) * gaussian());
  const sums = Array.from({ length: positions * filters }, (_, at) => [shifts[at % filters] ?? 0, 0]);
  for (let part = 0; part < parts; part++) {
    for (let tile = part * perPart; tile < (part + 1) * perPart; tile += TILE) {
      const end = Math.min(tile + TILE, (part + 1) * perPart);
      for (let row = 0; row < taps * depth; row++) {
        for (let f = tile; f < end; f++) {
          const weight = Math.sqrt(variance) * gaussian();
          for (let p = 0; p < positions; p++) {
            const from = input[p * taps + Math.floor(row / depth)];
            if (from < 0) continue;
            const cell = from * inputChannels + part * depth + (row % depth);
            sums[p * filters + f][0] += weight * values[cell];
            sums[p * filters + f][1] += weight * tangents[cell];
          }
        }
      }
    }
  }
  return sums;
}

test.each([
  ['one part, more filters than a tile', { parts: 1, filters: 75, bias: 0.3 }],
  ['two parts', { parts: 2, filters: 14, bias: 0 }],
  ['one filter for each channel', { parts: 6, filters: 6, bias: 0 }],
])('products with drawn weights are what they are one after the other: %s', (_, more) => {
  const input = Int32Array.from([0, 1, 1, 3, 4, -1, -1, -1]);
  const reading = { positions: 4, taps: 2, input, inputChannels: 6, isUntied: false, variance: 0.5, ...more };
  // Half of the numbers are zero, as behind a ReLU; one has a derivative all the same.
  const values = Float64Array.from({ length: 30 }, (__, i) => (i % 2 === 0 ? Math.sin(3 * i + 1) : 0));
  const tangents = values.map((x, i) => (x === 0 && i !== 7 ? 0 : Math.cos(2 * i)));
  const found = productsWithWeights({ values, tangents }, reading, new Chance(SEED), () => {});
  expectedProducts(values, tangents, reading).forEach((sums, at) => {
    expect(found[0][at]).toBeCloseTo(sums[0], 12);
    expect(found[1][at]).toBeCloseTo(sums[1], 12);
  });
});
