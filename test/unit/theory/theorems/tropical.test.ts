import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import type { Network } from '../../../../src/network/network.ts';
import type { Operation, Semiring, Window } from '../../../../src/network/operation.ts';
import { TheoryContext } from '../../../../src/theory/context.ts';
import { explainLayers } from '../../../../src/theory/explain/explainLayers.ts';
import { evaluateBounds } from '../../../../src/theory/registry.ts';
import { boundsOf, dense, network, type SimpleLayer } from '../networks.ts';

const tropical = (units: number, semiring: Semiring = 'max'): SimpleLayer => ({
  operation: { kind: 'tropicalDense', units, semiring },
});

const windowOf = (kernel: number): Window => ({
  rank: 1,
  kernel: [1, kernel],
  strides: [1, 1],
  dilation: [1, 1],
  padding: 'valid',
});

function windows(kernel: number, filters: number, sumsChannels = false): SimpleLayer {
  const operation: Operation = {
    kind: 'tropicalConvolution',
    window: windowOf(kernel),
    filters,
    semiring: 'max',
    sumsChannels,
  };
  return { operation };
}

const flatten: SimpleLayer = { operation: { kind: 'flatten' } };

const exact = (net: Network, id: string, sliceDimension?: number) =>
  boundsOf(net, { sliceDimension }).get(id)?.value?.exact;

describe('bounds of tropical layers', () => {
  it('are the units shared out among the inputs, for a dense one', () => {
    const net = network([4], [tropical(3)]);
    expect(exact(net, 'naive-upper')).toBe(64n);
    for (const id of ['tightest-upper', 'tightest-upper-linear', 'tropical-one-layer-exact'])
      expect(exact(net, id)).toBe(20n);
    expect(exact(network([4], [tropical(3, 'min')]), 'tightest-upper')).toBe(20n);
    expect(exact(network([2, 2], [flatten, tropical(3)]), 'tropical-one-layer-exact')).toBe(20n);
  });

  it('are load vectors for windows, channel by channel where they are added up', () => {
    expect(exact(network([5, 1], [windows(3, 2)]), 'tightest-upper')).toBe(117n);
    const summed = network([5, 2], [windows(3, 2, true)]);
    expect(exact(summed, 'tightest-upper')).toBe(117n ** 2n);
    expect(summed.layers[0]).toMatchObject({ neurons: 12, outputShape: [3, 2], pieceCount: 3 });
  });

  it('are those that the example names', () => {
    const text = readFileSync(new URL('../../../../examples/tropical.network.json', import.meta.url), 'utf8');
    const { network: example } = analyze(text, 'tropical.network.json')!.networks[0];
    const first = { ...example, layers: example.layers.slice(0, 1), outputs: [0] };
    const maxout = network([5], [{ operation: { kind: 'maxout', units: 6, rank: 3 } }]);
    expect(text).toContain(`in at most ${exact(first, 'tightest-upper')} ways`);
    expect(text).toContain(`make ${exact(maxout, 'tightest-upper')} regions`);
  });

  it('on a slice are those of maxout units, where these are less', () => {
    const net = network([4], [tropical(3)]);
    expect(exact(net, 'tightest-upper', 1)).toBe(1n + 3n * 3n);
    // 1 + 9 + 27 would be more.
    expect(exact(net, 'tightest-upper', 2)).toBe(20n);
    expect(exact(net, 'tropical-one-layer-exact', 3)).toBeUndefined();
  });

  it('multiply from layer to layer, at every cut', () => {
    const net = network([3], [tropical(2), tropical(4, 'min'), dense(5), dense(1, 'linear')]);
    const cuts = evaluateBounds(net, {}).find(({ id }) => id === 'tightest-upper')?.perLayer;
    // Two numbers come out of the first layer; five ReLUs on what four units give make 1 + 5 + 10 regions of a plane.
    expect(cuts?.map((cut) => cut?.exact)).toEqual([6n, 6n * 5n, 30n * 16n, 30n * 16n]);
  });

  it('are said with a formula', () => {
    const [first] = explainLayers(TheoryContext.of(network([4], [tropical(3)])));
    expect(first).toMatchObject({ formula: 'C(6, 3)', numbers: '20', ownLog10: Math.log10(20) });
    const [second] = explainLayers(TheoryContext.of(network([5, 1], [windows(3, 2)])));
    expect(second).toMatchObject({ formula: 'L', numbers: '117' });
    expect(second.advice).toMatch(/load vectors/);
    const [onLine] = explainLayers(TheoryContext.of(network([4], [tropical(3)]), { sliceDimension: 1 }));
    expect(onLine).toMatchObject({ formula: 'Σ_{j≤1} C(3, j) 3^j', numbers: '1 + 9 = 10' });
  });
});

describe('what is not said of networks with tropical layers', () => {
  const upper = ['naive-upper', 'recurrence-upper', 'tightest-upper', 'tightest-upper-linear'];

  it.each([
    ['one alone', network([4], [tropical(3)]), ['tropical-one-layer-exact', 'kac-rice-line']],
    ['windows', network([5, 2], [windows(3, 2, true)]), ['kac-rice-line']],
    ['several', network([4], [tropical(3), tropical(3)]), []],
    ['maxout before it', network([2], [{ operation: { kind: 'maxout', units: 3, rank: 2 } }, tropical(3)]), []],
    ['ReLUs behind it', network([4], [tropical(3), dense(5), dense(4)]), []],
    // What the dense layer does stays a lower bound: later units only cut further.
    ['ReLUs before it', network([2], [dense(5), tropical(3)]), ['pointwise-lower']],
    ['units of two pieces', network([2], [tropical(3), dense(4)]), []],
  ])('no lower bound, mean or theorem for other units: %s', (_, net, more) => {
    const results = evaluateBounds(net, {});
    const applying = results.filter(({ applies }) => applies).map(({ id }) => id);
    expect(applying.sort()).toEqual([...upper, 'best-lower', ...more].sort());
    for (const { applies, reason } of results) if (!applies) expect(reason).toMatch(/\w.*\.$/);
  });
});
