import { describe, expect, it } from 'vitest';
import arora from '../../fixtures/reference/arora_lower.json';
import expected from '../../fixtures/reference/expected_regions.json';
import graphs from '../../fixtures/reference/gcn_one_layer.json';
import simulated from '../../fixtures/reference/hanin_rolnick_simulated.json';
import maxoutRows from '../../fixtures/reference/maxout_bounds.json';
import misc from '../../fixtures/reference/misc_verified.json';
import { relu } from '../../../src/network/activation.ts';
import { growth, maxoutGrowth } from '../../../src/theory/theorems/haninRolnick2019.ts';
import { boundsOf, denseRelu, exactValue, maxout, network } from './networks.ts';

describe('lower bounds from zonotopes', () => {
  it.each(arora)('agree with the reference for $n0 inputs, 2 × $m and $w neurons, $L layers', (row) => {
    const widths = [2 * row.m, ...Array<number>(row.L - 1).fill(row.w)];
    const bounds = boundsOf(denseRelu(row.n0, widths));
    expect(exactValue(bounds, 'arora2018-lower')).toBe(row.arora2018_lower);
    expect(exactValue(bounds, 'serra2018-size-lower')).toBe(row.serra2018_thm7_lower);
  });
});

describe('maxout', () => {
  it.each(maxoutRows.deep)('deep: $n0 inputs, widths $widths, rank $rank', (row) => {
    const bounds = boundsOf(maxout(row.n0, row.widths, row.rank));
    expect(exactValue(bounds, 'maxout-serra2018-upper')).toBe(row.serra2018_thm8_upper);
    expect(exactValue(bounds, 'maxout-mrz2022-upper')).toBe(row.mrz2022_upper);
    expect(exactValue(bounds, 'maxout-mrz2022-lower')).toBe(row.mrz2022_lower);
    expect(exactValue(bounds, 'recurrence-upper')).toBe(row.mrz2022_upper);
  });

  it.each(maxoutRows.single_layer)('one layer: $n0 inputs, $units units, rank $rank', (row) => {
    const bounds = boundsOf(maxout(row.n0, [row.units], row.rank));
    expect(exactValue(bounds, 'maxout-mrz2022-upper')).toBe(row.sharp_max);
    expect(exactValue(bounds, 'maxout-montufar2014-upper')).toBe(row.montufar2014_upper);
    expect(exactValue(bounds, 'maxout-montufar2014-lower')).toBe(row.montufar2014_lower);
  });

  it.each(misc.maxout_layer)('Serra for one layer: $n0 inputs, $units units, rank $rank', (row) => {
    const bounds = boundsOf(maxout(row.n0, [row.units], row.rank));
    expect(exactValue(bounds, 'maxout-serra2018-upper')).toBe(row.serra_thm8_L1);
    expect(Number(exactValue(bounds, 'best-lower'))).toBeLessThanOrEqual(row.built);
    expect(Number(exactValue(bounds, 'tightest-upper'))).toBe(row.built);
  });

  it.each(maxoutRows.montufar2014_thm8)('$L layers as wide as the input of $n0, rank $rank', (row) => {
    const bounds = boundsOf(maxout(row.n0, Array<number>(row.L).fill(row.n0), row.rank));
    expect(exactValue(bounds, 'maxout-montufar2014-lower')).toBe(row.lower);
  });

  it('refuses the published deep lower bound where it is false', () => {
    const bounds = boundsOf(maxout(1, [1, 1], 3));
    expect(bounds.get('maxout-montufar2014-lower')).toMatchObject({ applies: false, value: null });
    expect(bounds.get('maxout-montufar2014-lower')?.reason).toContain('convexity');
  });

  it('keeps theorems for ReLUs away from maxout and the reverse', () => {
    expect(boundsOf(maxout(2, [4], 3)).get('serra2018-upper')?.applies).toBe(false);
    expect(boundsOf(denseRelu(2, [4])).get('maxout-mrz2022-upper')?.applies).toBe(false);
  });
});

describe('one graph convolution', () => {
  it.each(graphs)('$graph, $d0 to $d1 features', (row) => {
    for (const useBias of [true, false]) {
      const operation = { kind: 'graphConvolution', units: row.d1, adjacency: row.adjacency_plus_I, useBias } as const;
      const bounds = boundsOf(network([row.nodes, row.d0], [{ operation, activation: relu }]));
      const isInvertible = row.rank === row.nodes;
      const regions = useBias ? row.regions_bias : row.regions_nobias;
      expect(exactValue(bounds, 'gcn-one-layer-exact')).toBe(isInvertible ? regions : null);
      expect(Number(exactValue(bounds, 'tightest-upper'))).toBeGreaterThanOrEqual(Number(regions));
      if (useBias) expect(exactValue(bounds, 'recurrence-upper')).toBe(row.formula_bias_power_n);
    }
  });

  it('takes matrices of any doubles', () => {
    for (const [a, rank] of [
      [1e-300, 2],
      [5e-324, 2],
      [0, 1],
    ] as const) {
      const operation = {
        kind: 'graphConvolution',
        units: 2,
        adjacency: [
          [1e300, 0],
          [0, a],
        ],
        useBias: true,
      } as const;
      const bounds = boundsOf(network([2, 1], [{ operation, activation: relu }]));
      expect(bounds.get('gcn-one-layer-exact')?.applies).toBe(rank === 2);
    }
  });
});

describe('growth at initialization', () => {
  it.each(expected.hanin_rolnick_2019_theorem)('$neurons neurons on $n_in inputs', (row) => {
    const scale = boundsOf(denseRelu(row.n_in, [row.neurons])).get('hanin-rolnick2019-scale')?.value;
    const [numerator, denominator = '1'] = row.bound_per_unit_volume.split('/');
    expect(scale?.log10).toBeCloseTo(Math.log10(Number(numerator) / Number(denominator)), 12);
    expect(scale?.exact?.toString() ?? null).toBe(denominator === '1' ? numerator : null);
  });

  it.each(expected.tseran_montufar_2021)('$N maxout units of rank $K on $n_in inputs', (row) => {
    expect(maxoutGrowth(row.N, row.n_in, row.K).exact?.toString()).toBe(row.growth_with_K);
    expect(growth(row.N, row.n_in).exact?.toString()).toBe(row.growth);
    const bounds = boundsOf(maxout(row.n_in, [row.N], row.K));
    expect(exactValue(bounds, 'tseran-montufar2021-scale')).toBe(row.growth_with_K);
  });

  it.each(simulated)('the order is that of simulated networks, widths $widths', (row) => {
    const value = boundsOf(denseRelu(row.n0, row.widths)).get('hanin-rolnick2019-scale')?.value;
    expect(Number(value?.exact)).toBe(row.N2_over_2);
    expect(row.mean / Number(value?.exact)).toBeGreaterThan(0.5);
    expect(row.mean / Number(value?.exact)).toBeLessThan(2);
  });
});
