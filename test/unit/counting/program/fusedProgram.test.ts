import { describe, expect, it } from 'vitest';
import { uniforms } from '../../../../src/common/random.ts';
import { addParts, count, countPart } from '../../../../src/counting/countRegions.ts';
import { walksOf } from '../../../../src/counting/walkedProgram.ts';
import type { CountRequest } from '../../../../src/counting/count.ts';
import { compile } from '../../../../src/counting/program/compile.ts';
import { fusedProgram } from '../../../../src/counting/program/fusedProgram.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { evaluate, type Program } from '../../../../src/counting/program/program.ts';
import { FixedShare } from '../../../../src/counting/walk/fixedShare.ts';
import { read } from '../../../../src/formats/registry.ts';
import { buildNetwork } from '../../../../src/network/build.ts';
import type { Network } from '../../../../src/network/network.ts';

const convolution = (filters: number, activation = 'relu') => ({
  type: 'conv2d',
  filters,
  kernel_size: 3,
  padding: 'same',
  activation,
});
const flatten = { type: 'flatten' };
const pool = (fields: object = {}) => ({ type: 'max_pooling2d', pool_size: 2, ...fields });

function networkOf(layers: readonly object[], seed = 1): Network {
  const text = JSON.stringify({ name: 'test', input: [5, 5, 1], layers });
  const [definition] = read(text, 'test.network.json', { weights: false })!.networks;
  return drawWeights(buildNetwork(definition).network, seed);
}

const overlapping = [convolution(2), pool({ pool_size: 3, strides: 2, padding: 'same' })];
const networks = {
  'apart and overlapping windows': [convolution(2), pool(), ...overlapping, flatten, { type: 'dense', units: 2 }],
  'a pool that another reads': [convolution(2), pool(), pool({ strides: 1 }), flatten, { type: 'dense', units: 2 }],
};

/** In a plane through the image of zeros, where all windows of the first pool tie. */
function requestOf(network: Network, reach: number): CountRequest {
  const [u, v] = [1, 2].map((k) => Array.from({ length: 25 }, (_, i) => reach * Math.sin(3 * k + 2 * i)));
  const domain = { kind: 'parallelogram', origin: u.map((x, i) => -(x + v[i]) / 2), u, v } as const;
  return { network, method: 'plane', domain, linear: true, keepRegions: false, limits: {} };
}

function outputsOf(program: Program, input: readonly number[]): number[] {
  const values = evaluate(program, input);
  return program.outputs.flatMap((tensor) => [...values[tensor]]);
}

describe.each(Object.entries(networks))('the fused program: %s', (_, layers) => {
  it('is the same function in fewer stages', () => {
    const program = compile(networkOf(layers));
    const fused = fusedProgram(program)!;
    expect(fused.stages.length).toBeLessThan(program.stages.length);
    const uniform = uniforms(1);
    for (let k = 0; k < 20; k++) {
      const input = Array.from({ length: program.inputSize }, () => 4 * uniform() - 2);
      expect(outputsOf(fused, input)).toEqual(outputsOf(program, input));
    }
  });

  it('has the linear regions that vertices join, from one thread and from several', () => {
    const request = requestOf(networkOf(layers, 2), 0.3);
    const whole = count(request);
    const byVertices = count({ ...request, cellsBy: 'vertices' });
    expect(whole.linearRegions).toBeLessThan(whole.activationRegions);
    const [alone, second] = walksOf(request);
    expect(countPart(alone, {}).walked.cells.at(-1)).toBe(whole.activationRegions);
    expect(countPart(second, {}).linearRegions).toBe(whole.linearRegions);
    const parts = [0, 1, 2].map((k) => countPart(request, {}, new FixedShare(k, 3)));
    const { activationRegions, linearRegions, perLayer } = whole;
    for (const found of [byVertices, addParts(request, parts, 0)])
      expect(found).toMatchObject({ activationRegions, linearRegions, perLayer });
  });
});

describe('the fused program', () => {
  it('is none where other layers read the units, or where these are something else than ReLUs', () => {
    const read = [
      { name: 'c', ...convolution(1) },
      { name: 'p', ...pool({ strides: 1, padding: 'same' }) },
    ];
    expect(fusedProgram(compile(networkOf([...read, { type: 'add', inputs: ['c', 'p'] }])))).toBeNull();
    expect(fusedProgram(compile(networkOf([convolution(1, 'leaky_relu'), pool()])))).toBeNull();
  });

  it('is walked within limits for the activation regions alone', () => {
    const request = requestOf(networkOf(networks['apart and overlapping windows']), 0.3);
    const { activationRegions, linearRegions } = count(request);
    const limited = count({ ...request, limits: { regions: activationRegions + 1 } });
    expect(limited).toMatchObject({ exact: true, stoppedBy: null, activationRegions, linearRegions });
    const stopped = count({ ...request, limits: { regions: activationRegions >> 1 } });
    expect(stopped).toMatchObject({ exact: false, stoppedBy: 'regions', linearRegions: null });
  });
});
