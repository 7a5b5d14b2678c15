import { describe, expect, it } from 'vitest';
import { analyze, type NetworkAnalysis } from '../../../src/analysis/analyze.ts';

const analyzed = (input: number[], ...layers: object[]): NetworkAnalysis =>
  analyze(JSON.stringify({ input, layers }), 'n.network.json')!.networks[0];
const relu = { activation: 'relu' };

/** Bound by bound, so that one without a number is seen to have a reason. */
function figures(analysis: NetworkAnalysis) {
  void analysis.explanations;
  for (const { applies, reason } of analysis.bounds) expect(applies || reason).toBeTruthy();
  return analysis;
}

describe('sizes typed by mistake', () => {
  it.each([
    ['a high picture', analyzed([1e15, 1, 2], { type: 'conv2d', filters: 1, kernel_size: 1, ...relu }), 1e15],
    [
      'a long line',
      analyzed([2_147_483_648, 1], { type: 'conv1d', filters: 1, kernel_size: 3, padding: 'same', ...relu }),
      2_147_483_648,
    ],
  ])('leave the cheap bounds, and say why the sum over windows is not there: %s', (_, analysis, neurons) => {
    figures(analysis);
    expect(analysis.bound('naive-upper')?.value?.log10).toBeCloseTo(neurons * Math.log10(2), -2);
    expect(analysis.bound('xiong2020-one-layer')).toMatchObject({
      applies: false,
      reason: expect.stringMatching(/^Too large for this sum/) as string,
    });
    const [upper, lower] = (['tightest-upper', 'best-lower'] as const).map(
      (id) => analysis.bound(id)?.value?.log10 ?? NaN,
    );
    expect(lower).toBeLessThanOrEqual(upper);
  });

  it('a kernel much larger than its input is treated as one that covers all of it', () => {
    const wide = analyzed([8, 8, 1], {
      type: 'conv2d',
      filters: 2,
      kernel_size: 2_147_483_647,
      padding: 'same',
      ...relu,
    });
    const whole = analyzed([8, 8, 1], { type: 'conv2d', filters: 2, kernel_size: 15, padding: 'same', ...relu });
    const sums = [wide, whole].map((analysis) => figures(analysis).bound('xiong2020-one-layer'));
    expect(sums[0]?.applies).toBe(true);
    expect(sums[0]?.value).toEqual(sums[1]?.value);
  });

  it.each([
    [
      'filters',
      analyzed([28, 28, 1], { type: 'conv2d', filters: 40_000_000, kernel_size: 5, padding: 'same', ...relu }),
    ],
    ['filters of a line', analyzed([40, 3], { type: 'conv1d', filters: 1e9, kernel_size: 5, ...relu })],
    ['groups', analyzed([8, 100_000], { type: 'conv1d', filters: 100_000, groups: 100_000, kernel_size: 3, ...relu })],
    ['channels one by one', analyzed([8, 100_000], { type: 'depthwise_conv1d', kernel_size: 3, ...relu })],
    [
      'up-sampling',
      analyzed(
        [2, 2, 1],
        { type: 'up_sampling2d', size: 100_000 },
        { type: 'conv2d', filters: 1, kernel_size: 2, ...relu },
      ),
    ],
    ['a transposed kernel', analyzed([8, 8, 1], { type: 'conv2d_transpose', filters: 2, kernel_size: 1e9, ...relu })],
    ['a strided line', analyzed([1e9, 1], { type: 'conv1d', filters: 2, kernel_size: 3, strides: 1e8, ...relu })],
    ['pooling over everything', analyzed([9_007_199_254_740_991, 1, 1], { type: 'global_max_pooling2d' })],
    [
      'a pool',
      analyzed(
        [64, 64, 1],
        { type: 'conv2d', filters: 2, kernel_size: 3, ...relu },
        { type: 'max_pooling2d', pool_size: 1e9, padding: 'same' },
      ),
    ],
    [
      'positions, more than the inputs of a dense layer',
      analyzed(
        [1e14, 6, 2],
        { type: 'conv2d', filters: 4, kernel_size: 2, padding: 'same', ...relu },
        { type: 'conv2d', filters: 3, kernel_size: 2, ...relu },
      ),
    ],
    [
      'windows that see nothing but padding',
      analyzed(
        [2, 2, 1],
        { type: 'zero_padding2d', padding: 9 },
        { type: 'conv2d', filters: 2, kernel_size: 1, strides: 10, ...relu },
      ),
    ],
  ])(
    'end in figures or reasons, in order: %s',
    (_, analysis) => {
      figures(analysis);
      const [upper, lower] = (['tightest-upper', 'best-lower'] as const).map(
        (id) => analysis.bound(id)?.value?.log10 ?? 0,
      );
      expect(lower).toBeLessThanOrEqual(upper * (1 + 1e-12) + 1e-9);
    },
    60_000,
  );

  it('many layers of so many units that their logarithms are long make no fewer regions than the first', () => {
    const layer = { type: 'conv1d', filters: 1, kernel_size: 1, ...relu };
    const analysis = figures(analyzed([2e12, 1], ...Array.from({ length: 12 }, () => layer)));
    const cuts = analysis.bound('tightest-upper').perLayer!.map((cut) => cut?.log10 ?? NaN);
    expect(cuts[0]).toBeCloseTo(2e12 * Math.log10(2), -2);
    for (const [i, cut] of cuts.slice(1).entries()) expect(cut).toBeGreaterThanOrEqual(cuts[i]);
    expect(cuts[11]).toBeLessThanOrEqual(12.001 * cuts[0]);
  });

  it('too many layers are counted, and not analyzed', () => {
    const layers = Array.from({ length: 4001 }, () => ({ type: 'relu' }));
    const analysis = analyze(JSON.stringify({ input: [2], layers }), 'n.network.json')!;
    expect(analysis.problems).toMatchObject([
      { code: 'too-large', severity: 'error', message: '4,001 layers are more than the 4,000 that are analyzed' },
    ]);
    expect(analysis.networks[0].network).toMatchObject({ complete: false, layers: [] });
  }, 60_000);

  it('shapes of an opaque layer are valid, or reported', () => {
    const analysis = analyze(
      '{"input":[2],"layers":[{"name":"a","type":"opaque","what":"x","output":{"append":[-3]}}]}',
      'n.network.json',
    )!;
    expect(analysis.problems[0]).toMatchObject({ code: 'shape-mismatch', message: 'a: the output would be 2×-3' });
  });

  it('many convolutions of different shapes share what one network may take', () => {
    const layers = Array.from({ length: 400 }, (_, i) => ({
      type: 'conv2d',
      filters: ((i * 7) % 13) + 1,
      kernel_size: (i % 5) + 1,
      padding: 'same',
      ...relu,
    }));
    const text = JSON.stringify({ input: [4, 4, 2], layers });
    const [network] = analyze(text, 'n.network.json', { budget: 4e8 })!.networks;
    const [upper, naive] = [network.bound('recurrence-upper'), network.bound('naive-upper')];
    expect(upper.applies).toBe(true);
    expect(upper.value!.log10).toBeLessThan(naive.value!.log10);
  }, 15_000);

  it.each([
    ['many places', [300_000, 6, 1], relu],
    ['many inputs at many nodes', [100_000, 6, 2], { activation: 'relu6' }],
  ])('a mean over %s is refused before room is made for it', (_, input, activation) => {
    const convolution = { type: 'conv2d', filters: 4, kernel_size: 3, padding: 'same', ...activation };
    const mean = analyzed(input, convolution, convolution).bound('kac-rice-line');
    expect(mean.applies).toBe(false);
    expect(mean.reason).toContain('too many different positions');
  });

  it.each([
    [
      'windows that overlap in most of their cells',
      { type: 'average_pooling2d', pool_size: 100, strides: 1, padding: 'same' },
    ],
    ['pairs of all positions of a picture', { type: 'global_average_pooling2d', keepdims: true }],
    ['pairs of positions of a large picture', { type: 'up_sampling2d', size: 30, interpolation: 'bilinear' }],
  ])('a mean over %s is refused before room is made for it', (_, pooling) => {
    const convolution = { type: 'conv2d', filters: 4, kernel_size: 3, padding: 'same', ...relu };
    const mean = analyzed([120, 120, 1], convolution, pooling, convolution).bound('kac-rice-line');
    expect(mean.applies).toBe(false);
    expect(mean.reason).toContain('too many different positions');
  });

  it.each([
    ['parameters', { constant: -1 }],
    ['parameters', { constant: true }],
    ['parameters', { per_feature: [-1] }],
    ['parameters', { per_feature: [0.5] }],
    ['parameters', 7],
    ['output', { append: [3], keep: 'all' }],
    ['output', { append: 3 }],
  ])('an opaque layer whose %s cannot be %j says so, and no figure is made from it', (field, value) => {
    const layers = [
      { type: 'opaque', [field]: value },
      { type: 'dense', units: 2 },
    ];
    const analysis = analyze(JSON.stringify({ input: [6], layers }), 'n.network.json')!;
    expect(analysis.problems[0].message).toContain(`${field} must be an object`);
    expect(analysis.networks[0].network.complete).toBe(false);
  });
});
