import { describe, expect, test } from 'vitest';
import type { Domain } from '../../../../src/common/place.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import { sliceOf } from '../../../../src/counting/geometry/slice.ts';
import { compile } from '../../../../src/counting/program/compile.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { rangesOn } from '../../../../src/counting/ranges/ranges.ts';
import { regionsAtMost } from '../../../../src/analysis/counts/regionsAtMost.ts';
import type { Network } from '../../../../src/network/network.ts';
import { openWithWeights } from '../../formats/values.ts';
import { chain, dense, networkOf, tensor } from '../../counting/networks.ts';

const square: Domain = { kind: 'box', lower: [-1, -1], upper: [1, 1] };
const around = (point: readonly number[], half: number): Domain => ({
  kind: 'box',
  lower: point.map((x) => x - half),
  upper: point.map((x) => x + half),
});

const weights = (kernel: readonly (readonly number[])[], bias: readonly number[]) => ({
  kernel: tensor(kernel),
  bias: tensor(bias),
});

function bound(network: Network, domain: Domain) {
  return regionsAtMost({ ranges: rangesOn(compile(network), sliceOf(domain, network.inputSize)) })!;
}

function counted(network: Network, domain: Domain): number {
  return count({ network, method: 'plane', domain: planeOf(domain), linear: false, keepRegions: false, limits: {} })
    .activationRegions;
}

function planeOf(domain: Domain): Domain {
  if (domain.kind !== 'box') return domain;
  const [[x, y], [right, top]] = [domain.lower, domain.upper];
  return { kind: 'parallelogram', origin: [x, y], u: [right - x, 0], v: [0, top - y] };
}

describe('units that can switch', () => {
  // x, y and x + y + 10: the last is positive in the square.
  const first = dense(
    3,
    'relu',
    weights(
      [
        [1, 0, 1],
        [0, 1, 1],
      ],
      [0, 0, 10],
    ),
  );

  test('are those that read both signs', () => {
    expect(bound(networkOf([2], [first]), square)).toEqual({
      value: '4',
      log10: Math.log10(4),
      units: 3,
      switching: 2,
    });
  });

  test('leave fewer dimensions where they are inactive', () => {
    // With j of the two inactive, 3 - j units are left: 2, 2 and 1 dimensions go on, and the next layer has two units.
    const second = dense(
      2,
      'relu',
      weights(
        [
          [1, 0],
          [0, 1],
          [0, 0],
        ],
        [-0.5, -0.5],
      ),
    );
    // C(2,0) 4 + C(2,1) 4 + C(2,2) 3.
    expect(bound(networkOf([2], [first, second]), square).value).toBe('15');
    expect(counted(networkOf([2], [first, second]), square)).toBe(9);
  });

  test('are none in a small box inside a region', () => {
    const network = drawWeights(chain([2, 16, 16, 16]), 3);
    const tiny = around([0.31, 0.17], 1e-6);
    expect([bound(network, tiny).value, counted(network, tiny)]).toEqual(['1', 1]);
  });

  test('are counted by their breakpoints inside', () => {
    // 3 x - 1 on [-1, 1] passes both bends of the hard tanh, and y / 2 none.
    const clipped = dense(
      2,
      'hard_tanh',
      weights(
        [
          [3, 0],
          [0, 0.5],
        ],
        [-1, 0],
      ),
    );
    expect(bound(networkOf([2], [clipped]), square)).toMatchObject({ value: '3', switching: 1 });
    expect(counted(networkOf([2], [clipped]), square)).toBe(3);
  });

  test('of a function that cancels are none', () => {
    // (x + y) - (x + y) + 1, which intervals alone would take for a number from -3 to 5.
    const sums = dense(
      2,
      'linear',
      weights(
        [
          [1, -1],
          [1, -1],
        ],
        [0, 0],
      ),
    );
    const one = dense(1, 'relu', weights([[1], [1]], [1]));
    expect(bound(networkOf([2], [sums, one]), square)).toMatchObject({ value: '1', switching: 0 });
  });
});

test('a maximum is decided where one argument is ahead', () => {
  const linear = dense(
    4,
    'linear',
    weights(
      [
        [1, 1, 0, 0],
        [0, 0, 1, -1],
      ],
      [5, 0, 0, 0],
    ),
  );
  const pool = { operation: { kind: 'maxout' as const, units: 2, rank: 2, useBias: true } };
  const network = networkOf([2], [linear, { ...pool, weights: maxoutWeights }]);
  expect(bound(network, square)).toMatchObject({ value: '2', units: 2, switching: 1 });
});

/** Units max(z0, z1), where z0 is 5 ahead, and max(z2, z3). */
const maxoutWeights = weights3();
function weights3() {
  const kernel = [0, 1].map((k) => [0, 1, 2, 3].map((input) => [0, 1].map((unit) => (input === 2 * unit + k ? 1 : 0))));
  return {
    kernel: tensor(kernel),
    bias: tensor([
      [0, 0],
      [0, 0],
    ]),
  };
}

test('a line, a plane and a large box of a network are bounded alike', () => {
  const network = drawWeights(chain([6, 12, 12]), 1);
  const segment: Domain = { kind: 'segment', from: Array(6).fill(-1), to: Array(6).fill(1) };
  const line = count({
    network,
    method: 'line',
    domain: segment,
    linear: false,
    keepRegions: false,
    limits: {},
    ranges: true,
  });
  expect(regionsAtMost(line)!.log10).toBeGreaterThanOrEqual(Math.log10(line.activationRegions));
  const box: Domain = { kind: 'box', lower: Array(6).fill(-1), upper: Array(6).fill(1) };
  expect(bound(network, box).log10).toBeGreaterThan(regionsAtMost(line)!.log10);
});

test('a count that is stopped, and a sample, are bounded from above; one that the user stops is not', () => {
  const network = drawWeights(chain([2, 32, 32, 32, 1]), 1);
  const request = { network, linear: false, keepRegions: false } as const;
  const plane = planeOf(square);
  const stopped = count({ ...request, method: 'plane', domain: plane, limits: { regions: 50 } });
  expect(stopped).toMatchObject({ exact: false, stoppedBy: 'regions' });
  const whole = count({ ...request, method: 'plane', domain: plane, limits: {} });
  expect(whole.ranges).toBeNull();
  expect(Number(regionsAtMost(stopped)!.value)).toBeGreaterThanOrEqual(whole.activationRegions);
  const sample = count({ ...request, method: 'sample', domain: square, samples: 100, limits: {} });
  expect(sample.ranges).toEqual(stopped.ranges);
  expect(count({ ...request, method: 'plane', domain: plane, limits: {} }, { stopped: () => true }).ranges).toBeNull();
});

test('of wide chains, which no integer holds', () => {
  const chainOf = (dimension: number, widths: readonly number[]) => ({
    dimension,
    stages: widths.map((units) => ({
      ...{ units, switching: units, mostBreakpoints: 1, passing: 0, alive: units },
      ...{ isRectifying: true, isChained: true },
    })),
  });
  // The sums as exact integers.
  const [{ value, log10 }, deep] = [
    regionsAtMost({ ranges: chainOf(784, [512, 512, 512]) })!,
    regionsAtMost({ ranges: chainOf(64, Array<number>(30).fill(64)) })!,
  ];
  expect(value).toBeNull();
  expect(log10 - 461.79963131273763).toBeGreaterThanOrEqual(0);
  expect(log10 - 461.79963131273763).toBeLessThan(1e-7);
  expect(deep.log10).toBeCloseTo(570.1877266925013, 7);
});

test('ranges of a network that is too large are not taken', () => {
  const network = drawWeights(chain([2, 300, 300]), 1);
  const program = compile(network);
  expect(rangesOn(program, sliceOf(square, 2))).not.toBeNull();
  const [widest] = program.steps.filter((step) => step.kind === 'affine').slice(-1);
  const many = { ...program, steps: [...program.steps, ...Array<typeof widest>(4000).fill(widest)] };
  expect(rangesOn(many, sliceOf(square, 2))).toBeNull();
});

test('a unit that stays on a jump may have the value of either side', () => {
  const jump = { breakpoints: [0], slopes: [0, 0], intercepts: [0, 1] };
  const layers = [
    { type: 'dense', name: 'j', units: 1, use_bias: false, activation: jump, weights: { kernel: [[0], [0]] } },
    { type: 'dense', name: 'x', inputs: ['input'], units: 1, weights: { kernel: [[1], [0]], bias: [0] } },
    { type: 'add', name: 's', inputs: ['j', 'x'] },
    { type: 'activation', name: 'r', activation: 'relu' },
  ];
  const network = openWithWeights(JSON.stringify({ input: [2], layers }));
  // With 0 the last unit switches in the middle of the square, with 1 on its edge.
  expect(counted(network, square)).toBe(2);
  expect(bound(network, square)).toMatchObject({ value: '2', switching: 1 });
});
