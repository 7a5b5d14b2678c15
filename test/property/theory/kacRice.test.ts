import { expect, test } from 'vitest';
import fc from '../../fastCheck.ts';
import { activationByName, relu, type Activation } from '../../../src/network/activation.ts';
import type { Network } from '../../../src/network/network.ts';
import { meanRegionsOnParallelogram } from '../../../src/theory/kacRice/plane.ts';
import { meanRegionsOnSegment } from '../../../src/theory/kacRice/segment.ts';
import type { MeanRegions } from '../../../src/theory/kacRice/mean.ts';
import { build, dense } from '../../unit/network/definitions.ts';

function perLayer(found: MeanRegions): number[] {
  if ('reason' in found) throw new Error(found.reason);
  return found.perLayer.map((mean) => mean ?? NaN);
}

const coordinate = fc.double({ min: -2, max: 2, noNaN: true }).map((x) => Math.round(x * 64) / 64);
const point = (size: number): fc.Arbitrary<number[]> => fc.array(coordinate, { minLength: size, maxLength: size });
const bias = fc.constantFrom(0.01, 0.1, 1);
const smallBias = fc.constantFrom(0.001, 0.01, 0.1, 1);
const activation = fc
  .constantFrom('relu', 'abs', 'leaky_relu', 'hard_tanh', 'relu6')
  .map((name): Activation => activationByName(name) ?? relu);

function chain(inputs: number, activations: readonly Activation[], biasStddev: number): Network {
  const { network } = build(
    [inputs],
    activations.map((bent, i) => dense(`d${i}`, 8 + i, bent)),
  );
  return { ...network, initialization: { ...network.initialization, biasStddev } };
}

const along = (from: readonly number[], to: readonly number[], t: number): number[] =>
  from.map((x, i) => x + t * (to[i] - x));
const differ = (a: readonly number[], b: readonly number[]): boolean => Math.hypot(...a.map((x, i) => x - b[i])) > 0.1;

test('breakpoints on a segment are those of its parts together', () => {
  const activations = fc.array(activation, { minLength: 1, maxLength: 3 });
  const cut = fc.double({ min: 0.1, max: 0.9, noNaN: true });
  fc.assert(
    fc.property(activations, bias, point(3), point(3), cut, (bent, biasStddev, from, to, t) => {
      fc.pre(differ(from, to));
      const network = chain(3, bent, biasStddev);
      const middle = along(from, to, t);
      const parts = [
        [from, to],
        [from, middle],
        [middle, to],
      ].map(([a, b]) => meanRegionsOnSegment(network, { from: a, to: b }));
      // On a part of a line that almost meets the origin, few units may bring all that the next ones bend by.
      fc.pre(parts.every((part) => !('reason' in part && part.reason.includes('so few units are active'))));
      const [whole, first, second] = parts.map(perLayer);
      whole.forEach((mean, i) => expect(mean).toBeCloseTo(first[i] + second[i] - 1, 4));
    }),
    { numRuns: 40 },
  );
});

test('a parallelogram cut in two has the regions of its parts less those on the cut', () => {
  const depth = fc.integer({ min: 1, max: 3 });
  fc.assert(
    fc.property(depth, smallBias, point(3), point(3), point(3), (layers, biasStddev, origin, u, v) => {
      fc.pre(Math.hypot(...u.map((x, i) => x * v[(i + 1) % 3] - u[(i + 1) % 3] * v[i])) > 0.1);
      const network = chain(3, Array<Activation>(layers).fill(relu), biasStddev);
      const half = u.map((x) => x / 2);
      const middle = origin.map((x, i) => x + half[i]);
      const parts = [
        { origin, u, v },
        { origin, u: half, v },
        { origin: middle, u: half, v },
      ];
      const [whole, first, second] = parts.map((part) => perLayer(meanRegionsOnParallelogram(network, part)));
      const shared = perLayer(meanRegionsOnSegment(network, { from: middle, to: middle.map((x, i) => x + v[i]) }));
      whole.forEach((mean, i) => expect(Math.abs(first[i] + second[i] - shared[i] - mean) / mean).toBeLessThan(5e-5));
    }),
    { numRuns: 40 },
  );
});

test('scaling the input and the biases together changes nothing', () => {
  fc.assert(
    fc.property(bias, point(3), point(3), (biasStddev, from, to) => {
      fc.pre(differ(from, to));
      const bent = [relu, relu];
      const scale = (x: readonly number[]): number[] => x.map((value) => 8 * value);
      const mean = perLayer(meanRegionsOnSegment(chain(3, bent, biasStddev), { from, to }));
      const scaled = { from: scale(from), to: scale(to) };
      perLayer(meanRegionsOnSegment(chain(3, bent, 8 * biasStddev), scaled)).forEach((other, i) =>
        expect(other).toBeCloseTo(mean[i], 10),
      );
    }),
  );
});
