import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.ts';
import { totalParameters } from '../../../src/network/parameters.ts';
import type { BoundResult } from '../../../src/theory/bound.ts';
import { mobileNet, resNet50, vgg16 } from './realNetworks.ts';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const square = (extent: number): number => extent * extent;

/** By the architecture's tables: convolutions' outputs, halved by five poolings, and two hidden dense layers. */
const vggNeurons =
  sum(
    [
      [224, 64, 2],
      [112, 128, 2],
      [56, 256, 3],
      [28, 512, 3],
      [14, 512, 3],
    ].map(([extent, filters, layers]) => square(extent) * filters * layers + square(extent / 2) * filters),
  ) +
  2 * 4096;

/** The stem and its pooling; in a block two ReLUs of the inner width and one, after the sum, of four times that. */
const resNetNeurons =
  square(112) * 64 +
  square(56) * 64 +
  sum(
    [
      [56, 64, 3],
      [28, 128, 4],
      [14, 256, 6],
      [7, 512, 3],
    ].map(([extent, filters, blocks]) => blocks * square(extent) * (2 + 4) * filters),
  );

/** The stem; then a depthwise ReLU6 with the channels that enter a block and a pointwise one with those that leave. */
const mobileNetNeurons =
  square(112) * 32 +
  sum(
    [
      [112, 32, 64],
      [56, 64, 128],
      [56, 128, 128],
      [28, 128, 256],
      [28, 256, 256],
      [14, 256, 512],
      [7, 512, 1024],
      [7, 1024, 1024],
    ].map(([extent, entering, leaving]) => square(extent) * (entering + leaving)),
  ) +
  5 * square(14) * 2 * 512;

const cases = [
  { name: 'VGG16', text: vgg16(), parameters: 138_357_544, neurons: vggNeurons },
  { name: 'ResNet-50', text: resNet50(), parameters: 25_636_712, neurons: resNetNeurons },
  { name: 'MobileNet', text: mobileNet(), parameters: 4_253_864, neurons: mobileNetNeurons },
];

function analyzed(text: string) {
  const analysis = analyze(text, 'model.json');
  if (!analysis) throw new Error('no network found');
  return { analysis, one: analysis.networks[0] };
}

function log10Of(bound: BoundResult | undefined): number {
  if (!bound?.value) throw new Error(`${bound?.id} does not apply`);
  return bound.value.log10;
}

describe.each(cases)('$name', ({ text, parameters, neurons }) => {
  const { analysis, one } = analyzed(text);
  const { network } = one;

  it('is read completely, with the weights and units of its paper', () => {
    expect(analysis.networks.length).toBe(1);
    expect(analysis.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(network.complete).toBe(true);
    expect(totalParameters(network.layers)).toBe(parameters);
    expect(sum(network.layers.map((layer) => layer.neurons))).toBe(neurons);
    expect(network.inputSize).toBe(224 * 224 * 3);
    expect(network.layers.at(-1)?.outputShape).toEqual([1000]);
    expect(one.explanations.length).toBe(network.layers.length);
  });

  it('has lower bounds below all upper ones, at every cut', () => {
    const tightest = one.bound('tightest-upper');
    const naive = one.bound('naive-upper');
    expect(log10Of(tightest)).toBeLessThan(log10Of(naive));
    for (const bound of one.bounds) {
      if (bound.kind !== 'lower' && bound.kind !== 'upper') continue;
      bound.perLayer?.forEach((cut, i) => {
        const [least, most] = [tightest?.perLayer?.[i], naive?.perLayer?.[i]];
        if (!cut || !least || !most) return;
        expect(least.log10).toBeLessThanOrEqual(most.log10 + most.log10Error + least.log10Error);
        const gap = cut.log10 - least.log10;
        const error = cut.log10Error + least.log10Error;
        if (bound.kind === 'lower') expect(gap, `${bound.id} after layer ${i}`).toBeLessThanOrEqual(error);
        else if (bound.of === 'activation') expect(gap, `${bound.id} after layer ${i}`).toBeGreaterThanOrEqual(-error);
      });
    }
  });
});

it('refuses the theorems for chains on ResNet-50, whose bound is the recurrence', () => {
  const { one } = analyzed(resNet50());
  const forChains = [
    'montufar2017-upper',
    'serra2018-upper',
    'hinz2021-upper',
    'xiong2020-upper',
    'serra2018-lower',
    'montufar2014-lower',
    'xiong2020-lower',
  ] as const;
  for (const id of forChains) {
    const bound = one.bound(id);
    expect(bound.applies, id).toBe(false);
    expect(bound.reason, id).toContain('chain');
    expect(bound.value, id).toBeNull();
  }
  expect(one.bound('recurrence-upper')?.applies).toBe(true);
  expect(one.bound('tightest-upper')?.value).toEqual(one.bound('recurrence-upper')?.value);
});

it('refuses means of max pooling and of depthwise convolutions of random values', () => {
  expect(analyzed(vgg16()).one.bound('kac-rice-line')?.reason).toContain('max pooling');
  expect(analyzed(resNet50()).one.bound('kac-rice-line')?.reason).toContain('max pooling');
  expect(analyzed(mobileNet()).one.bound('kac-rice-line')?.reason).toContain('one random channel');
});
