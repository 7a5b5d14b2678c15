import { describe, expect, it } from 'vitest';
import { TheoryContext } from '../../../../src/theory/context.ts';
import { explainLayers } from '../../../../src/theory/explain/explainLayers.ts';
import { formatFactor } from '../../../../src/common/formatFigures.ts';
import { mainBottleneck } from '../../../../src/theory/explain/explanation.ts';
import { boundsOf, conv, dense, denseRelu, maxout, maxPool, network } from '../networks.ts';

describe('the explanation of a layer', () => {
  it('puts numbers into the formula', () => {
    const [, second, , last] = explainLayers(
      TheoryContext.of(network([2], [dense(24), dense(24), dense(24), dense(1, 'linear')])),
    );
    expect(second).toEqual({
      dimensionIn: 2,
      formula: 'Σ_{j≤2} C(24, j)',
      numbers: '1 + 24 + 276 = 301',
      ownLog10: Math.log10(301),
      tightness: null,
      advice: 'With 48 neurons it would be 1,177 (now 301).',
      bottleneck: null,
    });
    expect(last).toEqual({
      dimensionIn: 2,
      formula: null,
      numbers: null,
      ownLog10: null,
      tightness: null,
      advice: null,
      bottleneck: null,
    });
  });

  it('weights the terms of units with more pieces', () => {
    const [layer] = explainLayers(TheoryContext.of(maxout(2, [4], 3)));
    expect(layer).toMatchObject({ formula: 'Σ_{j≤2} C(4, j) 2^j', numbers: '1 + 8 + 24 = 33' });
  });

  it('says what a bottleneck caps and what one more neuron is worth', () => {
    const net = denseRelu(10, [8, 3, 20]);
    const explained = explainLayers(TheoryContext.of(net));
    const log10 = (widths: number[]): number => boundsOf(denseRelu(10, widths)).get('recurrence-upper')!.value!.log10;
    const wider = [log10([9, 3, 20]) - log10([8, 3, 20]), log10([8, 4, 20]) - log10([8, 3, 20])];
    expect(explained.map(({ bottleneck }) => bottleneck)).toEqual([
      { from: 10, to: 8, oneMore: wider[0] },
      { from: 8, to: 3, oneMore: wider[1] },
      null,
    ]);
    expect(explained[1].advice).toContain(
      `One more neuron would raise the network's upper bound ${formatFactor(wider[1])}-fold.`,
    );
    expect(wider[1]).toBeGreaterThan(wider[0]);
    expect(mainBottleneck(explained)).toBe(1);
    expect(explained[2].dimensionIn).toBe(3);
  });

  it('says of a convolution whether its sum is what shared weights reach', () => {
    const standing = (...layers: Parameters<typeof network>[1]) =>
      explainLayers(TheoryContext.of(network([3, 3, 1], layers))).map((layer) => layer.tightness);
    const loose =
      'upper bound, known to be loose here: filters of one convolution commute, so that some normals depend on others';
    expect(standing(conv(2, [2, 2]))).toEqual([loose]);
    expect(standing(conv(1, [2, 2]))).toEqual(['upper bound']);
    expect(standing(conv(4, [1, 1]), { operation: { kind: 'flatten' } }, dense(3))).toEqual(['exact', null, null]);
    // Behind batch norm the filters have constants of their own.
    const bare = { ...conv(2, [3, 1]), activation: 'linear' } as const;
    const unbiased = { ...bare, operation: { ...bare.operation, useBias: false } };
    const norm = {
      operation: { kind: 'batchNormalization', epsilon: 1e-3, center: true, scale: true },
      activation: 'relu',
    } as const;
    expect(standing(unbiased, norm)).toEqual([null, 'exact']);
    expect(standing({ ...unbiased, activation: 'relu' })).toEqual([
      'upper bound: without biases the boundaries do not lie in general position',
    ]);
  });

  it('knows what one more filter is worth', () => {
    const net = (filters: number) => network([4, 4, 3], [conv(filters, [2, 2]), conv(8, [2, 2])]);
    const [narrow] = explainLayers(TheoryContext.of(net(1)));
    const log10 = (filters: number): number => boundsOf(net(filters)).get('recurrence-upper')!.value!.log10;
    expect(narrow.bottleneck).toEqual({ from: 48, to: 9, oneMore: log10(2) - log10(1) });
    expect(narrow.advice).toContain(
      `One more filter would raise the network's upper bound ${formatFactor(log10(2) - log10(1))}-fold.`,
    );
  });

  it('takes the layer that lets the smallest share through for the main one where nothing more is known', () => {
    const explained = explainLayers(TheoryContext.of(network([8, 8, 4], [maxPool(2), maxPool(4), dense(9)])));
    expect(explained.map(({ bottleneck }) => bottleneck)).toEqual([
      { from: 256, to: 64, oneMore: null },
      { from: 64, to: 4, oneMore: null },
      null,
    ]);
    expect(mainBottleneck(explained)).toBe(1);
    expect(mainBottleneck(explainLayers(TheoryContext.of(denseRelu(2, [8, 8]))))).toBeNull();
  });

  it('does not call the last layer of units a bottleneck', () => {
    const explained = explainLayers(TheoryContext.of(network([10], [dense(20), dense(3), dense(10, 'softmax')])));
    expect(explained[1]).toMatchObject({ bottleneck: null, numbers: '8' });
    expect(explained[1].advice).toContain(
      'Inputs vary in up to 10 directions; at most 3 survive this layer, and no layer with units follows.',
    );
  });

  it('is about the slice if there is one', () => {
    const [layer] = explainLayers(TheoryContext.of(denseRelu(784, [64]), { sliceDimension: 2 }));
    expect(layer).toMatchObject({ dimensionIn: 2, numbers: '1 + 64 + 2,016 = 2,081' });
  });

  it('has nothing to say beyond the piecewise-linear part, and no numbers too long to read', () => {
    const explained = explainLayers(
      TheoryContext.of(network([28, 28, 1], [conv(6, [5, 5]), maxPool(2), dense(4, 'tanh'), dense(5)])),
    );
    expect(explained.map(({ numbers }) => numbers)).toEqual([null, null, null, null]);
    expect(explained[3]).toEqual({
      dimensionIn: 0,
      formula: null,
      numbers: null,
      ownLog10: null,
      tightness: null,
      advice: null,
      bottleneck: null,
    });
  });
});
