import { describe, expect, it } from 'vitest';
import { uniforms } from '../../src/common/random.ts';
import type { CountRequest } from '../../src/counting/count.ts';
import { addParts, count, countPart } from '../../src/counting/countRegions.ts';
import { sliceOf } from '../../src/counting/geometry/slice.ts';
import { compile } from '../../src/counting/program/compile.ts';
import { drawWeights } from '../../src/counting/program/initializers.ts';
import { walkDistinct } from '../../src/counting/regions/distinctRegions.ts';
import { FixedShare } from '../../src/counting/walk/fixedShare.ts';
import type { Network } from '../../src/network/network.ts';
import { chain, dense, named, networkOf, type LayerSketch } from '../unit/counting/networks.ts';

const square = { kind: 'parallelogram', origin: [-1, -1], u: [2, 0], v: [0, 2] } as const;
const request = (network: Network, change: Partial<CountRequest> = {}): CountRequest => ({
  network,
  method: 'plane',
  domain: square,
  linear: true,
  keepRegions: false,
  limits: {},
  ...change,
});

/** Whether the regions of a network were all told apart, so that none had to be joined. */
function areDistinct(network: Network, domain: CountRequest['domain'] = square): boolean {
  const program = compile(network);
  return walkDistinct(program, sliceOf(domain, program.inputSize), { limits: {} }) !== null;
}

/** Ways of drawing a weight. Whole numbers and zeros make regions of the same map. */
const kinds: Record<string, (uniform: () => number) => number> = {
  'of any size': (uniform) => 2 * uniform() - 1,
  whole: (uniform) => Math.floor(5 * uniform()) - 2,
  'mostly zero': (uniform) => (uniform() < 0.6 ? 0 : 2 * uniform() - 1),
  'mostly negative': (uniform) => 0.6 - 1.6 * uniform(),
  'of very different sizes': (uniform) => (2 * uniform() - 1) * 10 ** Math.floor(9 * uniform() - 4),
};

function randomChain(seed: number, weight: (uniform: () => number) => number): Network {
  const uniform = uniforms(seed);
  const layers: LayerSketch[] = Array.from({ length: 1 + Math.floor(4 * uniform()) }, () =>
    dense(1 + Math.floor(7 * uniform()), ['relu', 'relu', 'abs', 'leaky_relu'][Math.floor(4 * uniform())]),
  );
  if (uniform() < 0.7) layers.push(dense(1 + Math.floor(3 * uniform())));
  const drawn = drawWeights(networkOf([2], layers), seed);
  return {
    ...drawn,
    layers: drawn.layers.map((layer) => ({
      ...layer,
      weights:
        layer.weights &&
        Object.fromEntries(
          Object.entries(layer.weights).map(([name, { shape, data }]) => [
            name,
            { shape, data: data.map(() => weight(uniform)) },
          ]),
        ),
    })),
  };
}

/** Convolutions, pooling, sums and dense layers on a small image, with units of one or two breakpoints. */
function randomImageNetwork(seed: number): Network {
  const uniform = uniforms(seed);
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(uniform() * list.length)];
  const units = () => named(oneOf(['relu', 'relu', 'relu', 'abs', 'leaky_relu', 'relu6']));
  const layers: LayerSketch[] = [];
  const add = (
    operation: LayerSketch['operation'],
    inputs?: readonly string[],
    activation?: LayerSketch['activation'],
  ) => {
    const name = `h${layers.length}`;
    layers.push({ name, operation, inputs, activation });
    return name;
  };
  const window = (size: number, stride: number) =>
    ({ rank: 2, kernel: [size, size], strides: [stride, stride], dilation: [1, 1], padding: 'same' }) as const;
  const convolution = (stride: number) =>
    ({ kind: 'convolution', window: window(3, stride), filters: 3, groups: 1, useBias: true }) as const;
  const first = add(convolution(oneOf([1, 2])), undefined, units());
  const second = add(convolution(1), [first], units());
  if (uniform() < 0.4) add({ kind: 'add' }, [first, second], uniform() < 0.5 ? units() : undefined);
  if (uniform() < 0.6) add({ kind: uniform() < 0.6 ? 'averagePooling' : 'maxPooling', window: window(2, 2) });
  add({ kind: 'flatten' });
  if (uniform() < 0.8) add({ kind: 'dense', units: 6, useBias: true }, undefined, units());
  if (uniform() < 0.8) add({ kind: 'dense', units: 1 + Math.floor(3 * uniform()), useBias: true });
  return drawWeights(networkOf([5, 5, 2], layers), seed);
}

/** A plane through a random point, along random directions. */
function planeThrough(inputs: number, seed: number) {
  const uniform = uniforms(seed);
  const vector = () => Array.from({ length: inputs }, () => uniform() - 0.5);
  return { kind: 'parallelogram', origin: vector(), u: vector(), v: vector() } as const;
}

describe('linear regions of chains in a plane', () => {
  for (const [kind, weight] of Object.entries(kinds)) {
    it(`are those that all joined make, alone and shared, with weights ${kind}`, () => {
      let distinct = 0;
      const runs = 25;
      for (let seed = 1; seed <= runs; seed++) {
        const network = randomChain(seed, weight);
        // Pictures are of all regions, so each is visited and joined.
        const { activationRegions, linearRegions } = count(request(network, { keepRegions: true }));
        const expected = { activationRegions, linearRegions };
        expect(count(request(network)), `seed ${seed}`).toMatchObject(expected);
        const parts = Array.from({ length: 3 }, (_, k) => countPart(request(network), {}, new FixedShare(k, 3)));
        expect(addParts(request(network), parts, 0), `seed ${seed}, shared`).toMatchObject(expected);
        if (activationRegions > 1 && network.layers.length > 2 && areDistinct(network)) distinct++;
      }
      // Both ways are taken.
      expect(distinct).toBeGreaterThan(0);
      expect(distinct).toBeLessThan(runs);
    });
  }

  it('are told apart where weights are drawn at random, and not where the network is constant in places', () => {
    expect(areDistinct(drawWeights(chain([2, 16, 16, 1]), 1))).toBe(true);
    // Two neighbors with maps so close that rounding leaves open whether they differ.
    expect(areDistinct(drawWeights(chain([2, 256, 256, 1]), 1))).toBe(true);
    // Cells of few units, which many cut.
    expect(areDistinct(drawWeights(chain([2, 6, 64, 1]), 1))).toBe(true);
    const [first, second] = [dense(16, 'relu'), { ...dense(2), activation: named('relu') }];
    expect(areDistinct(drawWeights(networkOf([2], [first, second, dense(1)]), 2))).toBe(false);
  });

  it('are the same where there is room for a part of the maps alone', () => {
    const network = drawWeights(chain([2, 32, 32, 32, 1]), 1);
    const whole = count(request(network));
    const { activationRegions, linearRegions } = whole;
    expect(activationRegions).toBeGreaterThan(3000);
    const small = count(request(network, { limits: { bytes: 2 ** 18 } }));
    expect(small).toMatchObject({ activationRegions, linearRegions, stoppedBy: null });
    const { regions, ...rest } = whole;
    expect(regions).toBeNull();
    expect(small).toMatchObject({ perLayer: rest.perLayer, exact: true });
  });

  it('are those that all joined make where units of both layers share sides', () => {
    // Without biases, where a single unit of the first layer is on, those of the second bend with it.
    for (let seed = 1; seed <= 3; seed++) {
      const network = drawWeights(networkOf([2], [dense(5, 'relu'), dense(4, 'relu'), dense(1)], 0), seed);
      const { activationRegions, linearRegions } = count(request(network, { keepRegions: true }));
      expect(count(request(network))).toMatchObject({ activationRegions, linearRegions });
    }
  });
});

describe('linear regions of image networks in a plane', () => {
  it('are those that all joined make, alone and shared', () => {
    let distinct = 0;
    const runs = 12;
    for (let seed = 1; seed <= runs; seed++) {
      const network = randomImageNetwork(seed);
      const domain = planeThrough(network.inputSize, seed);
      const { activationRegions, linearRegions } = count(request(network, { domain, keepRegions: true }));
      const expected = { activationRegions, linearRegions };
      const asked = request(network, { domain });
      expect(count(asked), `seed ${seed}`).toMatchObject(expected);
      const parts = Array.from({ length: 2 }, (_, k) => countPart(asked, {}, new FixedShare(k, 2)));
      expect(addParts(asked, parts, 0), `seed ${seed}, shared`).toMatchObject(expected);
      if (areDistinct(network, domain)) distinct++;
    }
    expect(distinct).toBeGreaterThan(0);
    expect(distinct).toBeLessThan(runs);
  });
});
