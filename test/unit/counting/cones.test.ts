import { describe, expect, it } from 'vitest';
import { settlePlace } from '../../../src/analysis/places/settlePlace.ts';
import type { CountRequest } from '../../../src/counting/count.ts';
import { secondsOfCones } from '../../../src/counting/coneCost.ts';
import { hasCones } from '../../../src/counting/cones.ts';
import { estimateCost } from '../../../src/counting/estimateCost.ts';
import { count, isShareable } from '../../../src/counting/countRegions.ts';
import { sliceOf } from '../../../src/counting/geometry/slice.ts';
import { compile } from '../../../src/counting/program/compile.ts';
import { drawWeights } from '../../../src/counting/program/initializers.ts';
import { read } from '../../../src/formats/registry.ts';
import { buildNetwork } from '../../../src/network/build.ts';

const convolution = { type: 'conv2d', filters: 2, kernel_size: 3, padding: 'same', use_bias: false };
const last = [{ type: 'flatten' }, { type: 'dense', units: 2 }];
const networks = {
  'batch normalization at its start, and max pooling': [
    convolution,
    { type: 'batch_normalization' },
    { type: 'relu' },
    { type: 'max_pooling2d', pool_size: 2 },
    { ...convolution, activation: 'relu' },
    ...last,
  ],
  'leaky units': [{ ...convolution, activation: 'leaky_relu' }, { ...convolution, activation: 'leaky_relu' }, ...last],
  'absolute values, and average pooling': [
    { ...convolution, activation: 'abs' },
    { type: 'average_pooling2d', pool_size: 2, strides: 1 },
    { ...convolution, activation: 'relu' },
    ...last,
  ],
};

function requestFor(
  layers: readonly object[],
  seed: number,
  window?: { x: number; y: number; size: number },
): CountRequest {
  const text = JSON.stringify({ input: [6, 6, 1], layers });
  const [definition] = read(text, 'test.network.json', { weights: false })!.networks;
  const network = drawWeights(buildNetwork(definition).network, seed);
  const domain = settlePlace({ kind: 'box', lower: -1, upper: 1 }, 'plane', network.inputSize, { seed, window });
  return { network, method: 'plane', domain, linear: true, keepRegions: false, limits: {} };
}

function isOfCones({ network, domain }: CountRequest): boolean {
  return hasCones(compile(network), sliceOf(domain, network.inputSize));
}

describe('a network without constants, in a plane around the point where its input vanishes', () => {
  const windows = [undefined, { x: 0.41, y: 0.37, size: 0.33 }];

  it.each(Object.entries(networks))('has the regions on the sides that it has inside: %s', (_, layers) => {
    for (const [k, window] of windows.entries()) {
      const request = requestFor(layers, k + 1, window);
      expect([isOfCones(request), isShareable(request)]).toEqual([true, false]);
      const { activationRegions, linearRegions, perLayer } = count(request);
      expect(activationRegions).toBeGreaterThan(20);
      const inside = count({ ...request, cellsBy: 'vertices' });
      expect(inside).toMatchObject({ exact: true, activationRegions, linearRegions, perLayer });
      expect(count({ ...request, linear: false })).toMatchObject({ activationRegions, linearRegions: null, perLayer });
      const most = activationRegions >> 1;
      const stopped = count({ ...request, limits: { regions: most } });
      expect(stopped).toMatchObject({ exact: false, stoppedBy: 'regions', linearRegions: null });
      expect(stopped.activationRegions).toBeGreaterThanOrEqual(most);
      expect(stopped.activationRegions).toBeLessThanOrEqual(activationRegions);
    }
  });

  it('says what its count takes, from stretches of the sides', () => {
    const layers = [...Array.from({ length: 4 }, () => ({ ...convolution, filters: 16, activation: 'relu' })), ...last];
    const request = requestFor(layers, 1);
    const program = compile(request.network);
    const slice = sliceOf(request.domain, request.network.inputSize);
    expect(secondsOfCones(program, slice, Infinity, () => false)).toBeGreaterThan(0);
    expect(secondsOfCones(program, slice, Infinity, () => true)).toBeNull();
    let asked = 0;
    const hooks = { stopped: () => asked++ === 0 };
    const { seconds, isMeasured } = estimateCost(request, { seconds: Infinity, expected: null }, hooks);
    expect([seconds! > 0, isMeasured]).toEqual([true, false]);
  });

  it('is not counted so where the point lies outside, or where something is added', () => {
    const [[, layers]] = Object.entries(networks);
    expect(isOfCones(requestFor(layers, 1, { x: 0.51, y: 0.2, size: 0.4 }))).toBe(false);
    expect(isOfCones(requestFor([{ ...convolution, use_bias: true, activation: 'relu' }, ...last], 1))).toBe(false);
  });

  it('falls back to its cells where a region begins in a corner', () => {
    const dense = { type: 'dense', units: 2, activation: 'relu', use_bias: false };
    const [definition] = read(JSON.stringify({ input: [2], layers: [dense] }), 'test.network.json', {
      weights: false,
    })!.networks;
    const { network } = buildNetwork(definition);
    const kernel = { shape: [2, 2], data: Float64Array.of(1, 1, -1, 0) };
    const layers = network.layers.map((layer) => ({ ...layer, weights: { kernel } }));
    const domain = { kind: 'parallelogram', origin: [-1, -1], u: [2, 0], v: [0, 2] } as const;
    const request = {
      network: { ...network, layers },
      method: 'plane',
      domain,
      linear: true,
      keepRegions: false,
      limits: {},
    } as const;
    expect(isOfCones(request)).toBe(true);
    expect(count(request)).toMatchObject({ exact: true, activationRegions: 4 });
  });
});
