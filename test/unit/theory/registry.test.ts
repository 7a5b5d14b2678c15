import { describe, expect, it } from 'vitest';
import { boundFacts, evaluateBounds } from '../../../src/theory/registry.ts';
import { add, boundsOf, conv, dense, denseRelu, maxout, maxPool, network } from './networks.ts';

const ids = [
  'naive-upper',
  'pascanu2013-lower',
  'montufar2014-lower',
  'montufar2017-upper',
  'serra2018-upper',
  'serra2018-lower',
  'arora2018-lower',
  'hinz2021-upper',
  'xiong2020-one-layer',
  'conv-generic-exact',
  'xiong2020-upper',
  'xiong2020-lower',
  'xiong2020-lower-corrected',
  'folding-lower',
  'recurrence-upper',
  'tightest-upper',
  'tightest-upper-linear',
  'best-lower',
  'maxout-montufar2014-lower',
  'maxout-montufar2014-upper',
  'maxout-serra2018-upper',
  'maxout-mrz2022-upper',
  'maxout-mrz2022-lower',
  'maxout-folding-lower',
  'gcn-one-layer-exact',
  'gcn-folding-lower',
  'hanin-rolnick2019-scale',
  'kac-rice-line',
  'kac-rice-plane',
];

describe('the list of bounds', () => {
  it('has every bound once, in a fixed order, whatever the network', () => {
    for (const net of [denseRelu(2, [3]), network([4, 4, 1], [conv(2, [2, 2]), maxPool(1)]), network([2], [])]) {
      const found = evaluateBounds(net, {}).map(({ id }) => id);
      expect(new Set(found).size).toBe(found.length);
      expect(found.filter((id) => ids.includes(id))).toEqual(ids);
    }
  });

  it('finds each bound under its own id', () => {
    for (const [id, bound] of Object.entries(boundFacts)) expect(bound.id).toBe(id);
  });

  it('has no number without hypotheses, and a sentence in its place', () => {
    for (const net of [
      denseRelu(5, [3, 5]),
      network([4, 4, 1], [conv(2, [2, 2]), maxPool(2)]),
      network([2], [dense(3, 'tanh')]),
    ]) {
      for (const bound of evaluateBounds(net, {})) {
        expect(bound.citation.url).toMatch(/^https:/);
        expect([bound.id, bound.applies]).toEqual([bound.id, bound.value !== null]);
        if (bound.applies) expect(bound.perLayer).toHaveLength(net.layers.length);
        else expect(bound.reason).toMatch(/\w.*\.$/);
      }
    }
  });

  it('a network without layers has no bounds', () => {
    expect(evaluateBounds(network([2], []), {}).every(({ applies }) => !applies)).toBe(true);
  });

  it('one region is the least there is', () => {
    expect(boundsOf(network([2], [dense(3, 'linear')])).get('best-lower')?.value?.exact).toBe(1n);
    expect(boundsOf(network([2], [dense(3, 'linear')])).get('tightest-upper')?.value?.exact).toBe(1n);
  });

  it('networks of millions of neurons have bounds with small errors', () => {
    const same = { padding: 'same' } as const;
    const layers = [64, 64, 0, 128, 128, 0, 256, 256, 0].map((f) => (f === 0 ? maxPool(2) : conv(f, [3, 3], same)));
    const bounds = boundsOf(network([224, 224, 3], layers));
    const upper = bounds.get('tightest-upper')?.value;
    expect(upper?.exact).toBeNull();
    expect(upper?.log10).toBeLessThan(bounds.get('naive-upper')?.value?.log10 ?? 0);
    expect(upper?.log10).toBeGreaterThan(bounds.get('best-lower')?.value?.log10 ?? Infinity);
    expect(upper?.log10Error).toBeLessThan(1e-6);
  });
});

describe('input of any size and shape', () => {
  it('widths that would not fit into memory', () => {
    const bounds = boundsOf(denseRelu(1_800_000_000, [2_000_000_000, 2_000_000_000]));
    expect(bounds.get('tightest-upper')?.value?.log10).toBeLessThanOrEqual(
      bounds.get('naive-upper')?.value?.log10 ?? 0,
    );
    const pooled = boundsOf(maxout(1_000_000, [3_000_000, 3_000_000], 5));
    expect(pooled.get('maxout-mrz2022-lower')?.value?.log10).toBeLessThan(
      pooled.get('tightest-upper')?.value?.log10 ?? 0,
    );
  });

  it('far more inputs than units', () => {
    for (const inputs of [1e6, 1e15]) {
      const bounds = boundsOf(denseRelu(inputs, [3, 70]));
      expect(bounds.get('serra2018-upper')?.value?.exact).toBe(
        boundsOf(denseRelu(3, [3, 70])).get('serra2018-upper')?.value?.exact,
      );
    }
  });

  it('branches within branches within branches', () => {
    const depth = 600;
    const down = Array.from({ length: depth }, (_, i) =>
      dense(2, 'relu', { name: `d${i}`, inputs: [i ? `d${i - 1}` : 'input0'] }),
    );
    const up = Array.from({ length: depth - 1 }, (_, i) => ({
      ...add(`d${depth - 2 - i}`, i ? `u${i - 1}` : `d${depth - 1}`),
      name: `u${i}`,
    }));
    const bounds = boundsOf(network([2], [...down, ...up]));
    const upper = bounds.get('recurrence-upper')?.value?.log10 ?? 0;
    expect(upper).toBeGreaterThan(0);
    expect(upper).toBeLessThanOrEqual(2 * depth * Math.log10(2) + 1e-6);
  });

  it('slices of dimension zero, or of a dimension that is not an integer', () => {
    for (const sliceDimension of [0, 1.5, 100]) {
      for (const bound of evaluateBounds(denseRelu(3, [9, 9]), { sliceDimension })) {
        if (bound.value) expect(bound.value.log10).toBeGreaterThanOrEqual(0);
      }
    }
  });
});

describe('slices', () => {
  it('are compared with bounds for their own dimension', () => {
    const net = denseRelu(20, [9, 9]);
    const bounds = boundsOf(net, { sliceDimension: 2 });
    const small = boundsOf(denseRelu(2, [9, 9]));
    for (const id of ['serra2018-upper', 'montufar2014-lower', 'serra2018-lower', 'hinz2021-upper']) {
      expect([id, bounds.get(id)?.value?.exact]).toEqual([id, small.get(id)?.value?.exact]);
    }
    expect(boundsOf(net).get('serra2018-lower')?.applies).toBe(false);
  });
});

describe('names', () => {
  it('tell two figures apart, unless the place they are for does', () => {
    const all = Object.values(boundFacts);
    const nameOf = ({ citation, kind, of }: (typeof all)[number]) => `${citation.label} ${kind} ${of}`;
    const shared = all.filter((one) => all.some((other) => other !== one && nameOf(other) === nameOf(one)));
    expect(shared.map(({ id }) => id)).toEqual(['kac-rice-line', 'kac-rice-plane']);
  });
});
