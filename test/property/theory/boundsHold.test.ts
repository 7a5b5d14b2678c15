import { describe, expect, it } from 'vitest';
import fc from '../../fastCheck.ts';
import { count } from '../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../src/counting/program/initializers.ts';
import type { Network } from '../../../src/network/network.ts';
import { add, boundsOf, conv, dense, maxPool, network, type SimpleLayer } from '../../unit/theory/networks.ts';

/**
 * Regions that one network of random weights has in the square [-4, 4]^2 are at most what the bounds say, cut by cut.
 */
function boundsHold(net: Network, seed: number): void {
  const parallelogram =
    net.inputSize === 2
      ? { origin: [-4, -4], u: [8, 0], v: [0, 8] }
      : {
          origin: Array.from(
            { length: net.inputSize },
            (_, i) => Math.cos(i) - 4 * Math.sin(3 * i) - 4 * Math.cos(5 * i),
          ),
          u: Array.from({ length: net.inputSize }, (_, i) => 8 * Math.sin(3 * i)),
          v: Array.from({ length: net.inputSize }, (_, i) => 8 * Math.cos(5 * i)),
        };
  const counted = count({
    network: drawWeights(net, seed),
    method: 'plane',
    domain: { kind: 'parallelogram', ...parallelogram },
    linear: true,
    keepRegions: false,
    limits: {},
  });
  const bounds = boundsOf(net, { sliceDimension: 2 });
  const upper = bounds.get('tightest-upper');
  const linear = bounds.get('tightest-upper-linear');
  expect(BigInt(counted.activationRegions)).toBeLessThanOrEqual(upper!.value!.exact!);
  expect(BigInt(counted.linearRegions!)).toBeLessThanOrEqual(linear!.value!.exact!);
  net.layers.forEach((_, i) => {
    expect(BigInt(counted.perLayer[i])).toBeLessThanOrEqual(upper!.perLayer![i]!.exact!);
  });
}

describe('no counted network is above its bounds', () => {
  const seeds = fc.integer({ min: 1, max: 1000 });
  const part = fc.tuple(
    fc.nat(),
    fc.nat(),
    fc.constantFrom('relu', 'relu', 'leaky_relu', 'hard_tanh', 'linear', 'add', 'maxout'),
  );

  it('graphs of layers of two', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 2, maxLength: 7 }), seeds, (parts, seed) => {
        const name = (i: number): string => (i < 0 ? 'input0' : `t${i}`);
        const layers = parts.map(([a, b, kind], i): SimpleLayer => {
          const inputs = [name((a % (i + 1)) - 1), name((b % (i + 1)) - 1)];
          if (kind === 'add') return { ...add(...inputs), name: name(i) };
          const operation = { kind: 'maxout', units: 2, rank: 3 } as const;
          if (kind === 'maxout') return { operation, name: name(i), inputs: inputs.slice(0, 1) };
          return dense(2, kind, { name: name(i), inputs: inputs.slice(0, 1) });
        });
        boundsHold(network([2], layers), seed);
      }),
      { numRuns: 60 },
    );
  });

  it('residual blocks, whose regions a bound for chains does not hold', () => {
    const block = (i: number, width: number): SimpleLayer[] => [
      dense(width, 'relu', { name: `a${i}`, inputs: [i ? `s${i - 1}` : 'input0'] }),
      dense(2, 'linear', { name: `b${i}` }),
      { ...add(i ? `s${i - 1}` : 'input0', `b${i}`), name: `s${i}` },
    ];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), seeds, (widths, seed) => {
        boundsHold(
          network(
            [2],
            widths.flatMap((width, i) => block(i, width)),
          ),
          seed,
        );
      }),
      { numRuns: 40 },
    );
  });

  it('convolutions and pooling on a slice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.boolean(),
        seeds,
        (filters, isPadded, isPooled, seed) => {
          const first = conv(filters, [2, 2], { padding: isPadded ? 'same' : 'valid' });
          const layers = [first, ...(isPooled ? [maxPool(2)] : []), conv(2, [1, 1]), dense(3)];
          const flat = { operation: { kind: 'flatten' } } as const;
          boundsHold(network([4, 4, 1], [...layers.slice(0, -1), flat, layers[layers.length - 1]]), seed);
        },
      ),
      { numRuns: 25 },
    );
  });
});
