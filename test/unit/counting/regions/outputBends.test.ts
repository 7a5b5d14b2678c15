import { expect, test } from 'vitest';
import { count } from '../../../../src/counting/countRegions.ts';
import { dense, networkOf, tensor } from '../networks.ts';

type Layer = readonly [kernel: number[][], bias: number[]];

/** Activation and linear regions of ReLU layers and a linear one in the box [-1, 1]^3, with all cells held alike. */
function counted(...layers: readonly Layer[]) {
  const network = networkOf(
    [3],
    layers.map(([kernel, bias], l) =>
      dense(bias.length, l + 1 < layers.length ? 'relu' : 'linear', { kernel: tensor(kernel), bias: tensor(bias) }),
    ),
  );
  const [one, other] = (['vertices', 'programs'] as const).map((cellsBy) => {
    const { activationRegions, linearRegions, exact } = count({
      network,
      method: 'cells',
      domain: { kind: 'box', lower: [-1, -1, -1], upper: [1, 1, 1] },
      cellsBy,
      linear: true,
      keepRegions: false,
      limits: {},
    });
    expect(exact).toBe(true);
    return [activationRegions, linearRegions];
  });
  expect(other).toEqual(one);
  return one;
}

// x and y as differences of two units each, which share a hyperplane.
const PAIRS: Layer = [
  [
    [1, -1, 0, 0],
    [0, 0, 1, -1],
    [0, 0, 0, 0],
  ],
  [0, 0, 0, 0],
];
const JOINED = [
  [1, -1],
  [-1, 1],
  [1, -1],
  [-1, 1],
];

test('units that bend the output alone do not where they share a hyperplane', () => {
  // relu(x + y) - relu(-x - y) = x + y.
  expect(counted(PAIRS, [JOINED, [0, 0]], [[[1], [-1]], [0]])).toEqual([6, 1]);
  // relu(x + y) + relu(-x - y) bends.
  expect(counted(PAIRS, [JOINED, [0, 0]], [[[1], [1]], [0]])).toEqual([6, 2]);
});

test('units behind dead ones, and behind sums that cancel, bend nothing', () => {
  const axes: Layer = [
    [
      [1, 0],
      [0, 1],
      [0, 0],
    ],
    [0, 0],
  ];
  // The sum is positive only in the corner where x + y > 1.
  expect(counted(axes, [[[1], [1]], [-1]], [[[1]], [0]])).toEqual([5, 2]);
  // Twice the same function with opposite signs.
  const twice = [
    [1, 1],
    [1, 1],
  ];
  expect(counted(axes, [twice, [2, 3]], [[[1], [-1]], [0]])).toEqual([4, 1]);
  expect(counted(axes, [twice, [-1, -1.5]], [[[1], [-1]], [0]])).toEqual([6, 3]);
  // A unit without effect.
  expect(counted(axes, [twice, [-1, -1.5]], [[[0], [1]], [0]])).toEqual([6, 2]);
});
