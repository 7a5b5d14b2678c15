import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { planCount } from '../../../../src/analysis/counts/countPlan.ts';
import { simulationChoice } from '../../../../src/analysis/expectation/simulatedMean.ts';
import { count } from '../../../../src/counting/countRegions.ts';

function analysisOf(input: readonly number[], layers: readonly object[], more: object = {}) {
  return analyze(JSON.stringify({ input, layers, ...more }), 'a.network.json')!.networks[0];
}

const free = { use_bias: false };

/** Without constants at initialization. */
const homogeneous: [string, readonly number[], readonly object[], object?][] = [
  [
    'dense',
    [4],
    [
      { type: 'dense', units: 6, activation: 'relu', ...free },
      { type: 'dense', units: 5, activation: 'abs', ...free },
    ],
  ],
  [
    'convolutions, pooling and a last layer with biases',
    [8, 8, 2],
    [
      { type: 'zero_padding2d', padding: 1 },
      { type: 'conv2d', filters: 4, kernel_size: 3, ...free },
      { type: 'batch_normalization' },
      { type: 'relu' },
      { type: 'max_pooling2d', pool_size: 2 },
      { type: 'conv2d', filters: 4, kernel_size: 2, activation: 'leaky_relu', ...free },
      { type: 'global_average_pooling2d' },
      { type: 'dense', units: 3 },
    ],
  ],
  [
    'sums of what was bent before',
    [5],
    [
      { type: 'dense', units: 6, name: 'a', activation: 'relu', ...free },
      { type: 'dense', units: 6, name: 'b', ...free },
      { type: 'add', inputs: ['a', 'b'], activation: 'relu', name: 'c' },
      { type: 'dense', units: 6, name: 'd', ...free },
      { type: 'add', inputs: ['c', 'd'], activation: 'relu' },
    ],
  ],
  ['biases of deviation 0', [3], [{ type: 'dense', units: 6, activation: 'relu' }], { init: { bias_stddev: 0 } }],
];

describe('a network without constants on the diagonal', () => {
  it.each(homogeneous)('has two regions, whatever the weights are: %s', (_, input, layers, more) => {
    const analysis = analysisOf(input, layers, more);
    const mean = analysis.bound('kac-rice-line');
    expect(mean).toMatchObject({ applies: true, value: { log10: Math.log10(2) } });
    expect(mean.note).toContain('two for almost all weights');
    for (let seed = 1; seed <= 4; seed++) {
      const counted = count(planCount(analysis.network, simulationChoice('simulated-line', seed, {})));
      expect(mean.perLayer!.map((cut) => Math.round(10 ** cut!.log10))).toEqual(counted.perLayer);
    }
  });

  it('has other figures where a layer adds constants, and off the origin', () => {
    const [, , [first, second]] = homogeneous[0];
    const biased = analysisOf([4], [first, { ...second, use_bias: true }]);
    expect(biased.bound('kac-rice-line').value!.log10).toBeGreaterThan(Math.log10(2.1));
    const text = JSON.stringify({ input: [4], layers: [first, second] });
    const segment = { from: [-1, -1, -1, -1], to: [1, 1, 1, 2] };
    const [off] = analyze(text, 'a.network.json', { segment })!.networks;
    expect(off.bound('kac-rice-line').value!.log10).not.toBeCloseTo(Math.log10(2), 3);
  });
});
