import { describe, expect, it } from 'vitest';
import { drawWeights } from '../../../src/counting/program/initializers.ts';
import { gaussians, normalQuantile, uniforms } from '../../../src/common/random.ts';
import type { KernelInitializer } from '../../../src/common/kernelInitializers.ts';
import { prelu } from '../../../src/network/activation.ts';
import { chain, dense, networkOf, tensor } from './networks.ts';

function moments(values: ArrayLike<number>): { mean: number; variance: number } {
  const list = Array.from(values);
  const mean = list.reduce((sum, x) => sum + x, 0) / list.length;
  return { mean, variance: list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length };
}

describe('random numbers', () => {
  it('are the same for a seed on every machine', () => {
    const uniform = uniforms(1);
    const gaussian = gaussians(1);
    expect([uniform(), uniform(), uniform()]).toEqual([0.09156953275813662, 0.8881928146554287, 0.4342701766889957]);
    expect([gaussian(), gaussian(), gaussian()]).toEqual([-1.33115180603086, 1.2169733105303742, -0.1655128285333567]);
  });

  it('have the moments of their distributions', () => {
    const uniform = uniforms(7);
    const flat = moments(Array.from({ length: 40_000 }, uniform));
    expect(flat.mean).toBeCloseTo(0.5, 2);
    expect(flat.variance).toBeCloseTo(1 / 12, 2);
    const normal = moments(Array.from({ length: 40_000 }, gaussians(7)));
    expect(normal.mean).toBeCloseTo(0, 1);
    expect(normal.variance).toBeCloseTo(1, 1);
  });

  it('invert the normal distribution in its center and in both tails', () => {
    // Quantiles from tables of the normal distribution.
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
    expect(normalQuantile(0.6)).toBeCloseTo(0.2533471031357997, 12);
    expect(normalQuantile(1e-12)).toBeCloseTo(-7.034483825301131, 10);
  });

  it('differ from seed to seed', () => {
    expect(uniforms(1)()).not.toBe(uniforms(2)());
    expect(uniforms(1)()).not.toBe(uniforms(4294967297)());
  });
});

describe('drawn weights', () => {
  const wide = chain([100, 200, 1], 'relu', 0.3);
  const kernelOf = (kernel: KernelInitializer, kernelStddev?: number) => {
    const initialization = { ...wide.initialization, kernel, kernelStddev };
    return drawWeights({ ...wide, initialization }, 3).layers[0].weights!.kernel.data;
  };

  it.each([
    ['he_normal', 2 / 100],
    ['he_uniform', 2 / 100],
    ['glorot_normal', 2 / 300],
    ['glorot_uniform', 2 / 300],
    ['lecun_normal', 1 / 100],
    ['lecun_uniform', 1 / 100],
  ] as const)('%s has its variance', (kernel, variance) => {
    const found = moments(kernelOf(kernel));
    expect(found.variance / variance).toBeGreaterThan(0.96);
    expect(found.variance / variance).toBeLessThan(1.04);
    expect(Math.abs(found.mean)).toBeLessThan(0.05 * Math.sqrt(variance));
  });

  // The same on every machine and in every version: seeds in papers and files stay good.
  it.each([
    ['he_normal', [0.20284871037191163, -0.08017191023988077]],
    ['he_uniform', [0.27747492503854715, -0.11061792511737722]],
    ['glorot_normal', [0.1571259354140131, -0.062100894638538816]],
    ['glorot_uniform', [0.21493115273288893, -0.08568427635432423]],
    ['lecun_normal', [0.14343569865892467, -0.056690101391298896]],
    ['lecun_uniform', [0.19620440110398563, -0.07821868497128315]],
    ['orthogonal', [0.21353781698990681, 0.054732578617246806]],
    ['normal', [0.1242189588481983, -0.049095067947980395]],
  ] as const)('%s gives these weights from seed 42', (kernel, [first, last]) => {
    const network = chain([3, 2, 1]);
    const initialization = { ...network.initialization, kernel, kernelStddev: 0.5 };
    const [{ weights }] = drawWeights({ ...network, initialization }, 42).layers;
    expect([weights!.kernel.data[0], weights!.kernel.data[5]]).toEqual([first, last]);
    expect(weights!.bias.data[1]).toBe(0.06830170153893142);
  });

  it('normal has the deviation asked for', () => {
    expect(Math.sqrt(moments(kernelOf('normal', 0.25)).variance)).toBeCloseTo(0.25, 2);
  });

  it('orthogonal has orthonormal rows where there are fewer of them', () => {
    const kernel = kernelOf('orthogonal');
    const row = (i: number) => Array.from(kernel.subarray(200 * i, 200 * i + 200));
    const dot = (a: number[], b: number[]) => a.reduce((sum, x, k) => sum + x * b[k], 0);
    expect(dot(row(0), row(0))).toBeCloseTo(1, 12);
    expect(dot(row(3), row(97))).toBeCloseTo(0, 12);
  });

  it('biases have the deviation asked for', () => {
    const { bias } = drawWeights(wide, 3).layers[0].weights!;
    expect(Math.sqrt(moments(bias.data).variance)).toBeGreaterThan(0.25);
    expect(Math.sqrt(moments(bias.data).variance)).toBeLessThan(0.35);
  });

  it('keeps weights that are there, and draws the others as if they were not', () => {
    const kernel = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const [given] = drawWeights(networkOf([2], [dense(3, 'relu', { kernel }), dense(1)]), 9).layers;
    const [drawn] = drawWeights(chain([2, 3, 1]), 9).layers;
    expect(given.weights!.kernel.data).toBe(kernel.data);
    expect(given.weights!.bias).toEqual(drawn.weights!.bias);
  });

  it('starts PReLU at its slope and batch normalization as the identity', () => {
    const batchNormalization = { kind: 'batchNormalization', epsilon: 0.001, center: true, scale: true } as const;
    const network = networkOf([2], [{ ...dense(3), activation: prelu(0.1) }, { operation: batchNormalization }]);
    const [first, second] = drawWeights(network, 1).layers;
    expect(Array.from(first.weights!.alpha.data)).toEqual([0.1, 0.1, 0.1]);
    expect(Object.keys(second.weights!).sort()).toEqual(['beta', 'gamma', 'moving_mean', 'moving_variance']);
    expect(Array.from(second.weights!.gamma.data)).toEqual([1, 1, 1]);
    expect(Array.from(second.weights!.moving_mean.data)).toEqual([0, 0, 0]);
  });

  it('gives a shared layer the weights of its first application', () => {
    const network = networkOf([3], [dense(3, 'relu'), dense(3, 'relu')]);
    const shared = { ...network, layers: [network.layers[0], { ...network.layers[1], sharedWith: 0 }] };
    const { layers } = drawWeights(shared, 1);
    expect(layers[1].weights).toBe(layers[0].weights);
  });
});
