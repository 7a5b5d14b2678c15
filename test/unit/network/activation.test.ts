import { describe, expect, it } from 'vitest';
import {
  activationByName,
  flatPiecesOf,
  generalRelu,
  hardSigmoid,
  leakyRelu,
  piecesOf,
  prelu,
  type PiecewiseLinearActivation,
} from '../../../src/network/activation.ts';

function valueAt({ breakpoints, slopes, intercepts }: PiecewiseLinearActivation, z: number): number {
  const piece = breakpoints.filter((breakpoint) => breakpoint < z).length;
  return slopes[piece] * z + intercepts[piece];
}

const named = (name: string) => activationByName(name) as PiecewiseLinearActivation;

describe('activations', () => {
  it.each([
    ['relu', (z: number) => Math.max(0, z)],
    ['leaky_relu', (z: number) => (z > 0 ? z : 0.2 * z)],
    ['relu6', (z: number) => Math.min(6, Math.max(0, z))],
    ['hard_tanh', (z: number) => Math.min(1, Math.max(-1, z))],
    ['hard_sigmoid', (z: number) => Math.min(1, Math.max(0, 0.2 * z + 0.5))],
    ['abs', (z: number) => Math.abs(z)],
    ['soft_shrink', (z: number) => Math.sign(z) * Math.max(0, Math.abs(z) - 0.5)],
    ['linear', (z: number) => z],
  ])('%s has its pieces', (name, formula) => {
    for (let z = -8.05; z < 8; z += 0.1) expect(valueAt(named(name), z)).toBeCloseTo(formula(z), 12);
  });

  it('joins its pieces without a jump', () => {
    const threshold = generalRelu('relu', { negativeSlope: 0.1, maxValue: 4, threshold: 1 });
    for (const unit of [threshold, hardSigmoid(1 / 6), leakyRelu(0.3), prelu()]) {
      unit.breakpoints
        .filter((at) => unit !== threshold || at !== 1)
        .forEach((at) => expect(valueAt(unit, at - 1e-9)).toBeCloseTo(valueAt(unit, at + 1e-9), 6));
    }
    // Keras: f(x) = negative_slope * (x - threshold) below the threshold, x above: a jump of `threshold`.
    expect(valueAt(threshold, 0)).toBeCloseTo(-0.1);
  });

  it('counts pieces, and those that are flat for almost all parameters', () => {
    expect(['relu', 'prelu', 'relu6', 'abs', 'linear'].map((name) => piecesOf(named(name)))).toEqual([2, 2, 3, 2, 1]);
    expect(['relu', 'prelu', 'relu6', 'abs', 'linear'].map((name) => flatPiecesOf(named(name)))).toEqual([
      1, 0, 2, 0, 0,
    ]);
    expect(flatPiecesOf(prelu(0))).toBe(0);
  });

  it('reads names as people write them, and distinguishes smooth ones from unknown ones', () => {
    expect(['ReLU', 'leaky-relu', 'LeakyReLU', 'hardTanh'].map((name) => named(name).kind)).toEqual(
      Array(4).fill('piecewiseLinear'),
    );
    expect(activationByName('softmax')).toEqual({ kind: 'smooth', name: 'softmax' });
    expect(activationByName('my_own')).toBeUndefined();
  });
});
