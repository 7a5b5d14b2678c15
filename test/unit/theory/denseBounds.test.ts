import { describe, expect, it } from 'vitest';
import { TheoryContext } from '../../../src/theory/context.ts';
import rows from '../../fixtures/reference/dense_relu_bounds.json';
import { BoundTable } from '../../../src/theory/registry.ts';
import { boundsOf, denseRelu, exactValue } from './networks.ts';

const columns: Record<string, string> = {
  naive_2N: 'naive-upper',
  montufar2017_upper: 'montufar2017-upper',
  serra2018_upper: 'serra2018-upper',
  hinz2021_best_gamma: 'hinz2021-upper',
  montufar2014_lower: 'montufar2014-lower',
  pascanu2013_lower: 'pascanu2013-lower',
  serra2018_lower: 'serra2018-lower',
};

describe('bounds of fully connected ReLU networks', () => {
  it.each(rows)('agree with the reference for $n0 inputs and widths $widths', (row) => {
    const bounds = boundsOf(denseRelu(row.n0, row.widths));
    for (const [column, id] of Object.entries(columns)) {
      const expected = (row as Record<string, unknown>)[column] ?? null;
      expect([id, exactValue(bounds, id)]).toEqual([id, expected]);
    }
    expect(exactValue(bounds, 'recurrence-upper')).toBe(row.hinz2021_best_gamma);
    expect(exactValue(bounds, 'tightest-upper')).toBe(row.hinz2021_best_gamma);
  });

  it('give integers up early where a network is too deep for them, within the error that they state', () => {
    const cutsOf = (depth: number) =>
      new BoundTable(TheoryContext.of(denseRelu(16, Array<number>(depth).fill(16)))).get('recurrence-upper').perLayer!;
    const [deep, shallow] = [cutsOf(4000), cutsOf(100)];
    expect(deep[63]?.exact).toBe(shallow[63]?.exact);
    expect(shallow[99]?.exact).not.toBeNull();
    expect(deep[99]).toMatchObject({ exact: null });
    expect(Math.abs(deep[99]!.log10 - shallow[99]!.log10)).toBeLessThanOrEqual(deep[99]!.log10Error);
    expect(deep[99]!.log10Error).toBeLessThan(1e-10);
  });
});
