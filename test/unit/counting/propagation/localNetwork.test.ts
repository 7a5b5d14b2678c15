import { describe, expect, test } from 'vitest';
import { uniforms } from '../../../../src/common/random.ts';
import type { Domain } from '../../../../src/common/place.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import { sliceOf } from '../../../../src/counting/geometry/slice.ts';
import { compile } from '../../../../src/counting/program/compile.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { evaluate, type Program } from '../../../../src/counting/program/program.ts';
import { SparsePropagator } from '../../../../src/counting/propagation/propagation.ts';
import { buildNetwork } from '../../../../src/network/build.ts';
import type { Network } from '../../../../src/network/network.ts';
import { read } from '../../../../src/formats/registry.ts';

const convolution = (filters: number, activation: string) => ({
  type: 'conv2d',
  filters,
  kernel_size: 3,
  padding: 'same',
  activation,
});
const networks: Record<string, object> = {
  'maxima of ReLUs': {
    input: [10, 10, 1],
    layers: [
      convolution(3, 'relu'),
      { type: 'max_pooling2d', pool_size: 2 },
      convolution(4, 'relu'),
      { type: 'max_pooling2d', pool_size: 2 },
      { type: 'flatten' },
      { type: 'dense', units: 12, activation: 'relu' },
      { type: 'dense', units: 8, activation: 'relu' },
      { type: 'dense', units: 3 },
    ],
  },
  'means, and units of three pieces': {
    input: [10, 10, 1],
    layers: [
      convolution(3, 'hard_tanh'),
      { type: 'average_pooling2d', pool_size: 2 },
      convolution(4, 'leaky_relu'),
      { type: 'flatten' },
      { type: 'dense', units: 12, activation: 'relu6' },
      { type: 'dense', units: 8, activation: 'abs' },
      { type: 'dense', units: 3 },
    ],
  },
  'maxima of other units, and a sum': {
    input: [8, 8, 1],
    layers: [
      { name: 'a', ...convolution(2, 'leaky_relu') },
      { name: 'b', ...convolution(2, 'relu'), inputs: ['a'] },
      { name: 'sum', type: 'add', inputs: ['a', 'b'] },
      { name: 'pool', type: 'max_pooling2d', pool_size: 2, inputs: ['sum'] },
      { name: 'flat', type: 'flatten', inputs: ['pool'] },
      { name: 'c', type: 'dense', units: 10, activation: 'relu', inputs: ['flat'] },
      { name: 'd', type: 'dense', units: 2, inputs: ['c'] },
    ],
  },
};

function networkOf(of: object, seed: number): Network {
  const text = JSON.stringify({ name: 'n', ...of, init: { kernel: 'he_normal', bias_stddev: 0.1 } });
  const [definition] = read(text, 'n.network.json', { weights: false })!.networks;
  return drawWeights(buildNetwork(definition).network, seed);
}

function planeOf(inputs: number, seed: number): Extract<Domain, { kind: 'parallelogram' }> {
  const uniform = uniforms(seed);
  const random = () => Array.from({ length: inputs }, () => uniform() - 0.5);
  return { kind: 'parallelogram', origin: random(), u: random(), v: random() };
}

/** The piece of each unit at a point, by a forward pass. */
function patternsAt({ stages }: Program, values: readonly Float64Array[]): Int32Array[] {
  return stages.map((step) => {
    const from = values[step.source];
    if (step.kind === 'units') {
      return Int32Array.from(from, (value) => step.breakpoints.filter((breakpoint) => value > breakpoint).length);
    }
    return Int32Array.from({ length: step.start.length - 1 }, (_, group) => {
      const own = Array.from(step.members.subarray(step.start[group], step.start[group + 1]), (i) => from[i]);
      return own.indexOf(Math.max(...own));
    });
  });
}

describe.each(Object.entries(networks))('the local network: %s', (_, of) => {
  const network = networkOf(of, 3);
  const program = compile(network);
  const { stages, sizes } = program;
  const domain = planeOf(program.inputSize, 11);
  const slice = sliceOf(domain, program.inputSize);
  const inputAt = (x: number, y: number) =>
    Array.from({ length: program.inputSize }, (__, i) => {
      const at = 3 * i;
      return slice.rows[at] * x + slice.rows[at + 1] * y + slice.rows[at + 2];
    });

  test('stable units keep their piece, and unstable ones have the maps of a forward pass', () => {
    const uniform = uniforms(5);
    const propagator = new SparsePropagator(program, slice);
    const local = propagator.local!;
    const first = stages[0];
    const faults: string[] = [];
    const check = (isRight: boolean, what: string) => {
      if (!isRight) faults.push(what);
    };
    const isClose = (a: number, b: number) => Math.abs(a - b) < 1e-9;
    let [begun, stable, unstable] = [0, 0, 0];
    for (let part = 0; part < 60; part++) {
      const reach = part % 2 === 0 ? 0.003 : 0.02;
      const box = { centerX: uniform(), centerY: uniform(), reachX: reach, reachY: reach / 2 };
      const patterns = patternsAt(program, evaluate(program, inputAt(box.centerX, box.centerY)));
      const rows = propagator.preActivations(0);
      const open = Int32Array.from({ length: sizes[first.output] }, (__, i) => i).filter((i) => {
        const [a, b, c] = rows.subarray(3 * i, 3 * i + 3);
        const value = a * box.centerX + b * box.centerY + c;
        const most = Math.abs(a) * box.reachX + Math.abs(b) * box.reachY;
        return first.kind === 'units' && first.breakpoints.some((at) => Math.abs(value - at) <= most);
      });
      const span = ([a, b, c]: Float64Array) => {
        const value = a * box.centerX + b * box.centerY + c;
        const most = Math.abs(a) * box.reachX + Math.abs(b) * box.reachY;
        return { low: value - most, high: value + most };
      };
      const whole = { box, span, patterns, tolerance: () => 1e-12, renew: () => 0, isNowhereGreater: () => false };
      if (!local.begin(0, open, whole)) continue;
      begun++;
      for (let point = 0; point < 20; point++) {
        const [x, y] = [box.centerX, box.centerY].map(
          (center, k) => center + (2 * uniform() - 1) * (k ? reach / 2 : reach),
        );
        const values = evaluate(program, inputAt(x, y));
        const found = patternsAt(program, values);
        stages.forEach((step, stage) => {
          if (stage === 0) return;
          if (stage - 1 < local.last) local.advance(stage - 1, found[stage - 1]);
          const maps = local.preActivations(stage);
          const read = (row: number) => maps[3 * row] * x + maps[3 * row + 1] * y + maps[3 * row + 2];
          for (let unit = 0; unit < sizes[step.output]; unit++) {
            if (local.bounds.isUnstable[stage][unit] === 1) {
              unstable++;
              if (step.kind === 'units')
                check(isClose(read(unit), values[step.source][unit]), `map of unit ${stage}/${unit}`);
              else {
                const { candidates, firstCandidate, lastCandidate } = local.bounds;
                const places = candidates.subarray(firstCandidate[stage][unit], lastCandidate[stage][unit]);
                const greatest = Math.max(...Array.from(places, (k) => read(step.members[step.start[unit] + k])));
                check(isClose(greatest, values[step.output][unit]), `maximum ${stage}/${unit}`);
              }
            } else if (step.kind === 'units') {
              stable++;
              check(patterns[stage][unit] === found[stage][unit], `piece of unit ${stage}/${unit}`);
            } else {
              const member = step.members[step.start[unit] + patterns[stage][unit]];
              check(values[step.source][member] === values[step.output][unit], `argument of maximum ${stage}/${unit}`);
            }
          }
        });
      }
    }
    expect(faults).toEqual([]);
    expect(begun).toBeGreaterThan(20);
    expect(stable).toBeGreaterThan(1000);
    expect(unstable).toBeGreaterThan(200);
  });

  test('counts the cells of every stage that vertices count without it', () => {
    const request = { network, method: 'plane', domain, linear: false, keepRegions: false, limits: {} } as const;
    const found = count(request);
    const expected = count({ ...request, cellsBy: 'vertices' });
    expect(found.activationRegions).toBeGreaterThan(300);
    expect(found.perLayer).toEqual(expected.perLayer);
    expect(found.exact).toBe(true);
  });
});
