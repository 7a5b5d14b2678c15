import { describe, expect, it } from 'vitest';
import { planeThrough } from '../../../../src/analysis/places/settlePlace.ts';
import { uniforms } from '../../../../src/common/random.ts';
import type { CountRequest } from '../../../../src/counting/count.ts';
import { addParts, count, countPart } from '../../../../src/counting/countRegions.ts';
import { sliceOf } from '../../../../src/counting/geometry/slice.ts';
import { compile } from '../../../../src/counting/program/compile.ts';
import { distinctArguments } from '../../../../src/counting/program/distinctArguments.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { evaluate, type Program } from '../../../../src/counting/program/program.ts';
import { FixedShare } from '../../../../src/counting/walk/fixedShare.ts';
import { read } from '../../../../src/formats/registry.ts';
import { buildNetwork } from '../../../../src/network/build.ts';
import type { Network } from '../../../../src/network/network.ts';

const SIDE = 8;
const convolution = (activation: string, padding: string) => ({
  type: 'conv2d',
  filters: 2,
  kernel_size: 3,
  padding,
  activation,
});
const pool = (pool_size: number, strides: number) => ({ type: 'max_pooling2d', pool_size, strides });

function networkOf(layers: readonly object[], seed: number): Network {
  const text = JSON.stringify({
    name: 'test',
    input: [SIDE, SIDE, 1],
    layers: [...layers, { type: 'flatten' }, { type: 'dense', units: 2 }],
  });
  const [definition] = read(text, 'test.network.json', { weights: false })!.networks;
  return drawWeights(buildNetwork(definition).network, seed);
}

/** Zero but for some pixels in its middle, as a digit is. */
function image(seed: number): number[] {
  const uniform = uniforms(seed);
  const isInside = (at: number) => at > 1 && at < 5;
  return Array.from({ length: SIDE * SIDE }, (_, i) => {
    const value = Math.round(255 * uniform()) / 255;
    return isInside(i % SIDE) && isInside(Math.floor(i / SIDE)) && uniform() < 0.5 ? value : 0;
  });
}

function requestOf(network: Network, seed: number): CountRequest {
  const domain = planeThrough([1, 2, 3].map((k) => image(10 * seed + k)));
  return { network, method: 'plane', domain, linear: true, keepRegions: false, limits: {} };
}

function argumentsOf({ stages }: Program): number {
  return stages.reduce((sum, stage) => sum + (stage.kind === 'max' ? stage.members.length : 0), 0);
}

describe('equal arguments of maxima, on images with a background', () => {
  const networks = {
    'ReLUs, and windows apart': [convolution('relu', 'same'), pool(2, 2)],
    'no units before the maximum, and windows that overlap': [convolution('linear', 'valid'), pool(3, 1)],
    'two poolings': [convolution('relu', 'valid'), pool(2, 1), convolution('leaky_relu', 'same'), pool(2, 2)],
  };

  it.each(Object.entries(networks))('are left out and change neither function nor counts: %s', (_, layers) => {
    for (const seed of [1, 2]) {
      const network = networkOf(layers, seed);
      const request = requestOf(network, seed);
      const program = compile(network);
      const slice = sliceOf(request.domain, program.inputSize);
      const distinct = distinctArguments(program, slice);
      expect(argumentsOf(distinct)).toBeLessThan(argumentsOf(program));
      const point = Array.from({ length: program.inputSize }, (_, i) => slice.rows[3 * i + 2] + slice.rows[3 * i] / 3);
      expect(evaluate(distinct, point)).toEqual(evaluate(program, point));
      const { activationRegions, linearRegions, perLayer } = count(request);
      const parts = [0, 1].map((k) => countPart(request, {}, new FixedShare(k, 2)));
      // Lists keep all arguments.
      for (const found of [count({ ...request, listRegions: true }), addParts(request, parts, 0)])
        expect(found).toMatchObject({ exact: true, activationRegions, linearRegions, perLayer });
    }
  });

  it('stay where there are none, and in lists of regions', () => {
    const network = networkOf(networks['two poolings'], 1);
    const program = compile(network);
    const corners = [1, 2, 3].map((k) => Array.from({ length: program.inputSize }, (_, i) => Math.sin(k * i + k)));
    expect(distinctArguments(program, sliceOf(planeThrough(corners), program.inputSize))).toBe(program);
  });
});
