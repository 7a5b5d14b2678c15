import { describe, expect, it } from 'vitest';
import fc from '../../fastCheck.ts';
import { TighterHistograms } from '../../../src/theory/recurrence/activationHistogram.ts';
import type { BoundResult } from '../../../src/theory/bound.ts';
import { singleRegion, type DimensionHistogram } from '../../../src/theory/recurrence/histogram.ts';
import { denseIndependence } from '../../../src/theory/recurrence/denseIndependence.ts';
import { compare, log10ErrorOf, log10OfBigInt, type Magnitude } from '../../../src/theory/numbers/magnitude.ts';
import { TransitionCache } from '../../../src/theory/recurrence/transition.ts';
import { add, boundsOf, dense, denseRelu, network, type SimpleLayer } from '../../unit/theory/networks.ts';

const widthsArbitrary = fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 1, maxLength: 5 });
const inputArbitrary = fc.integer({ min: 1, max: 9 });

function value(bounds: ReadonlyMap<string, BoundResult>, id: string): Magnitude {
  const found = bounds.get(id)?.value;
  if (!found) throw new Error(`${id} does not apply: ${String(bounds.get(id)?.reason)}`);
  return found;
}

function atMost(a: Magnitude, b: Magnitude): void {
  expect(compare(a, b)).toBeLessThanOrEqual(0);
}

describe('bounds of fully connected ReLU networks', () => {
  it('are ordered, cut by cut', () => {
    fc.assert(
      fc.property(inputArbitrary, widthsArbitrary, (n0, widths) => {
        const bounds = boundsOf(denseRelu(n0, widths));
        const order = [
          'best-lower',
          'tightest-upper',
          'recurrence-upper',
          'hinz2021-upper',
          'serra2018-upper',
          'montufar2017-upper',
          'naive-upper',
        ];
        widths.forEach((_, i) => {
          const cuts = order.map((id) => bounds.get(id)?.perLayer?.[i]);
          for (let k = 1; k < cuts.length; k++) atMost(cuts[k - 1]!, cuts[k]!);
        });
        for (const bound of bounds.values()) {
          if (!bound.applies || (bound.kind !== 'upper' && bound.kind !== 'lower')) continue;
          if (bound.kind === 'lower') atMost(bound.value!, value(bounds, 'tightest-upper'));
          else atMost(value(bounds, 'best-lower'), bound.value!);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('grow with every width, with the input and with depth; slices have at most as many regions', () => {
    fc.assert(
      fc.property(inputArbitrary, widthsArbitrary, fc.nat(), (n0, widths, pick) => {
        const upper = (inputs: number, layers: readonly number[], sliceDimension?: number): Magnitude =>
          value(boundsOf(denseRelu(inputs, layers), { sliceDimension }), 'recurrence-upper');
        const base = upper(n0, widths);
        const at = pick % widths.length;
        const wider = widths.map((width, i) => (i === at ? width + 1 : width));
        atMost(base, upper(n0, wider));
        atMost(base, upper(n0 + 1, widths));
        atMost(base, upper(n0, [...widths, 3]));
        const k = 1 + (pick % n0);
        atMost(upper(n0, widths, k), base);
        expect(upper(n0, widths, k)).toEqual(upper(k, widths));
      }),
      { numRuns: 36 },
    );
  });

  it('only lower bounds whose hypotheses hold are given', () => {
    fc.assert(
      fc.property(inputArbitrary, widthsArbitrary, (n0, widths) => {
        const bounds = boundsOf(denseRelu(n0, widths));
        const least = Math.min(...widths);
        expect(bounds.get('montufar2014-lower')?.applies).toBe(least >= n0);
        expect(bounds.get('pascanu2013-lower')?.applies).toBe(least >= n0);
        expect(bounds.get('serra2018-lower')?.applies).toBe(least >= 3 * n0);
        for (const bound of bounds.values()) {
          expect(bound.reason === null).toBe(bound.applies);
          expect(bound.value !== null).toBe(bound.applies);
        }
      }),
    );
  });

  it('Serra’s lower bound is the maximum on a line', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 3, max: 40 }), { minLength: 1, maxLength: 8 }), (widths) => {
        const bounds = boundsOf(denseRelu(1, widths));
        expect(value(bounds, 'serra2018-lower')).toEqual(value(bounds, 'serra2018-upper'));
      }),
    );
  });
});

describe('logarithms', () => {
  const run = (n0: number, widths: readonly number[], isBest: boolean, work: number): DimensionHistogram => {
    const cache = new TransitionCache();
    const tables = new TighterHistograms();
    return widths.reduce<DimensionHistogram>(
      (histogram, width) =>
        histogram.stepped(
          cache.get(
            denseIndependence(width, Infinity),
            width,
            true,
            isBest ? (numbers) => tables.of(width, numbers) : undefined,
          ),
        ),
      singleRegion(n0, work),
    );
  };

  it('stay within the stated error of the exact integer', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), sizes, fc.boolean(), (n0, widths, isBest) => {
        const exact = run(n0, widths, isBest, 1e9).total();
        const scaled = run(n0, widths, isBest, 0).total();
        expect(exact.exact).not.toBeNull();
        expect(scaled.exact).toBeNull();
        expect(Math.abs(exact.log10 - scaled.log10)).toBeLessThanOrEqual(scaled.log10Error + log10ErrorOf(exact));
        expect(scaled.log10Error).toBeLessThan(1e-11);
      }),
      { numRuns: 36 },
    );
  });

  it('agree with the digits of long integers', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 3000 });
    fc.assert(
      fc.property(digits, fc.double({ min: -400, max: 400, noNaN: true }), (text, off) => {
        const integer = BigInt(`1${text}`);
        const expected = Math.log10(Number(`1.${text.slice(0, 30)}`)) + text.length;
        for (const guess of [undefined, expected, expected + off]) {
          expect(Math.abs(log10OfBigInt(integer, guess) - expected)).toBeLessThan(1e-15 * (expected + 10));
        }
      }),
    );
  });
});

describe('graphs', () => {
  /** Every layer reads one or two earlier tensors; all tensors have one size, so that they can be added. */
  const graph = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('dense', 'add', 'linear')), {
    minLength: 1,
    maxLength: 12,
  });

  it('the bound grows layer by layer, covers the chain rule, and slices are below the whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), graph, (size, parts) => {
        const name = (i: number): string => (i < 0 ? 'input0' : `t${i}`);
        const layers = parts.map(([a, b, kind], i): SimpleLayer => {
          const first = name((a % (i + 1)) - 1);
          const second = name((b % (i + 1)) - 1);
          if (kind === 'add') return { ...add(first, second), name: name(i) };
          return dense(size, kind === 'dense' ? 'relu' : 'linear', { name: name(i), inputs: [first] });
        });
        const net = network([size], layers);
        const bounds = boundsOf(net);
        const cuts = bounds.get('recurrence-upper')!.perLayer!;
        let before: Magnitude | null = null;
        cuts.forEach((cut, i) => {
          if (before) atMost(before, cut!);
          atMost(cut!, bounds.get('naive-upper')!.perLayer![i]!);
          before = cut;
        });
        const slice = boundsOf(net, { sliceDimension: 1 });
        atMost(value(slice, 'recurrence-upper'), value(bounds, 'recurrence-upper'));
        const chain = bounds.get('serra2018-upper')!;
        if (chain.value) atMost(value(bounds, 'recurrence-upper'), chain.value);
      }),
      { numRuns: 100 },
    );
  });
});
