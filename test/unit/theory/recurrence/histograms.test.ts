import { describe, expect, it } from 'vitest';
import tables from '../../../fixtures/reference/hinz_gamma_tables.json';
import histograms from '../../../fixtures/reference/hinz_histograms.json';
import { ActivationHistograms, TighterHistograms } from '../../../../src/theory/recurrence/activationHistogram.ts';
import { singleRegion, type DimensionHistogram } from '../../../../src/theory/recurrence/histogram.ts';
import { denseIndependence } from '../../../../src/theory/recurrence/denseIndependence.ts';
import { exactBinomialTerms } from '../../../../src/theory/numbers/binomial.ts';
import { log10ErrorOf, magnitudeOf } from '../../../../src/theory/numbers/magnitude.ts';
import { TransitionCache } from '../../../../src/theory/recurrence/transition.ts';

describe('activation histograms', () => {
  it.each(tables)('dimension $n, width $m', ({ n, m, gamma_best }) => {
    expect(new ActivationHistograms(m).row(n).map(String)).toEqual(gamma_best);
  });

  it('hold as many patterns as hyperplanes in general position make cells, to the last digit', () => {
    const width = 96;
    const table = new ActivationHistograms(width);
    for (const n of [1, 2, 3, 17, 48, 95, 96]) {
      const total = table.row(n).reduce((sum, count) => sum + count, 0n);
      expect(total).toBe(denseIndependence(width, n).prefixSum(n).exact);
    }
  });
});

/** The histogram of dimensions after a chain of dense ReLU layers, from exact integers or from scaled numbers. */
function histogramAfter(n0: number, widths: readonly number[], best: boolean, work: number): DimensionHistogram {
  const cache = new TransitionCache();
  const tighter = new TighterHistograms();
  return widths.reduce<DimensionHistogram>(
    (histogram, width) =>
      histogram.stepped(
        cache.get(
          denseIndependence(width, Infinity),
          width,
          true,
          best ? (numbers) => tighter.of(width, numbers) : undefined,
        ),
      ),
    singleRegion(n0, work),
  );
}

describe('histograms of dimensions', () => {
  for (const row of histograms) {
    for (const kind of ['binomial', 'best'] as const) {
      const expected = row[kind] as Record<string, string>;
      it(`${kind}: ${row.n0} inputs, widths ${row.widths.join()}`, () => {
        const found = histogramAfter(row.n0, row.widths, kind === 'best', 1e8).entries();
        expect(Object.fromEntries(found.map(({ dimension, mass }) => [dimension, String(mass.exact)]))).toEqual(
          expected,
        );
      });

      it(`${kind}: ${row.n0} inputs, widths ${row.widths.join()}, in logarithms`, () => {
        const found = histogramAfter(row.n0, row.widths, kind === 'best', 0);
        const masses = new Map(found.entries().map(({ dimension, mass }) => [String(dimension), mass]));
        for (const [dimension, count] of Object.entries(expected)) {
          const mass = masses.get(dimension);
          expect(mass?.exact).toBeNull();
          expect(Math.abs((mass?.log10 ?? 0) - Math.log10(Number(count)))).toBeLessThan(
            (mass?.log10Error ?? 0) + 1e-15 * 30,
          );
        }
        expect(found.total().log10Error).toBeLessThan(1e-12);
      });
    }
  }
});

describe('histograms of more digits than several masses keep', () => {
  const units = 9000;
  const binomials = exactBinomialTerms(units, units);

  it('have an exact sum after one layer', () => {
    expect(histogramAfter(units, [units], false, 1e8).total().exact).toBe(2n ** BigInt(units));
    const fewer = units - 1000;
    expect(histogramAfter(fewer, [units], false, 1e8).total().exact).toBe(
      binomials.slice(0, fewer + 1).reduce((sum, term) => sum + term),
    );
  });

  it.each([2, 50])('stay within their error behind a layer of %i', (width) => {
    const found = histogramAfter(units, [units, width], false, 1e8).total();
    // C(units, e) patterns leave e dimensions, and e dimensions are cut into sum over j <= e of C(width, j) regions.
    let regions = 0n;
    binomials.forEach((patterns, e) => (regions += patterns * denseIndependence(width, e).prefixSum(e).exact!));
    expect(Math.abs(found.log10 - magnitudeOf(regions).log10)).toBeLessThanOrEqual(log10ErrorOf(found) + 1e-11);
  });
});
