import { describe, expect, it } from 'vitest';
import type { StepFigures } from '../../../../../webview/plots/steps/stepFigures.ts';
import { figureAxis, LEFT, stepAxis, stepLayout, TOP } from '../../../../../webview/plots/steps/stepScales.ts';

const RANGE: [number, number] = [0, 100];

function figures(points: readonly (readonly [number, number])[], part: Partial<StepFigures> = {}): StepFigures {
  return {
    heading: '',
    description: '',
    series: [{ id: 'a', label: 'counted', kind: 'counted', points: points.map(([x, y]) => ({ x, y })) }],
    levels: [],
    second: null,
    isLogX: false,
    isLogY: false,
    marked: null,
    axis: 'step',
    vertical: 'regions',
    ...part,
  };
}

const line = figures([
  [0, 10],
  [1000, 30],
]);

describe('the axis of steps', () => {
  it('goes from the first step to the last, and back from pixels', () => {
    const { at, stepAt, ticks } = stepAxis(line, RANGE, 4);
    expect([at(0), at(250), at(1000)]).toEqual([0, 25, 100]);
    expect(stepAt(50)).toBeCloseTo(500, 9);
    expect(ticks).toEqual([0, 200, 400, 600, 800, 1000]);
  });

  it('has step 0 on a logarithmic scale, too, and powers of ten as ticks', () => {
    const { at, stepAt, ticks } = stepAxis({ ...line, isLogX: true }, RANGE, 4);
    expect(at(0)).toBe(0);
    expect(at(1000)).toBeCloseTo(100, 9);
    expect(at(99)).toBeCloseTo((100 * Math.log10(100)) / Math.log10(1001), 9);
    expect(stepAt(at(37))).toBeCloseTo(37, 9);
    expect(ticks).toEqual([0, 1, 10, 100, 1000]);
  });

  it('has whole steps alone as ticks, and a length with one snapshot', () => {
    expect(
      stepAxis(
        figures([
          [0, 1],
          [2, 1],
        ]),
        RANGE,
        7,
      ).ticks,
    ).toEqual([0, 1, 2]);
    const alone = stepAxis(figures([[5, 1]]), RANGE, 4);
    expect([alone.at(5), alone.at(6)]).toEqual([0, 100]);
  });
});

describe('the axis of figures', () => {
  it('starts at zero and is not flattened by a bound far beyond', () => {
    const levels = [
      { id: 'near', label: 'near', kind: 'expected', y: 50 },
      { id: 'far', label: 'far', kind: 'atMost', y: 1e6 },
    ];
    const { at } = figureAxis({ ...line, levels }, 200);
    expect(at(0)).toBe(200);
    expect(at(50)).toBe(TOP);
    expect(at(1e6)).toBeLessThan(0);
  });

  it('has room for spreads, below zero where they reach there', () => {
    const series = [{ id: 'a', label: null, kind: 'counted', points: [{ x: 0, y: 1, spread: 3 }] }];
    const { at } = figureAxis({ ...line, series }, 200);
    expect(at(-2)).toBeLessThanOrEqual(200);
    expect(at(4)).toBeGreaterThanOrEqual(TOP);
    expect(at(0)).toBeLessThan(200);
  });

  it('is in whole powers of ten where it is logarithmic, with levels however far', () => {
    const levels = [{ id: 'far', label: 'far', kind: 'atMost', y: 1e6 }];
    const { at, scale } = figureAxis({ ...line, levels, isLogY: true }, 200);
    expect(scale.kind).toBe('log');
    expect(at(1)).toBe(200);
    expect(at(1e6)).toBeGreaterThanOrEqual(TOP);
    expect(at(1e3)).toBeCloseTo((at(1) + at(1e6)) / 2, 9);
    expect(Number.isFinite(at(0))).toBe(true);
  });
});

describe('the layout', () => {
  const second = { id: 'loss', label: 'loss', kind: 'logged', points: [{ x: 0, y: 2 }] };

  it('leaves room for names on the right, or has them in the legend', () => {
    const [wide, narrow, withSecond] = [
      stepLayout(line, 600, 300),
      stepLayout(line, 300, 300),
      stepLayout({ ...line, second }, 600, 300),
    ];
    expect([wide, narrow, withSecond].map(({ isLegendWhole }) => isLegendWhole)).toEqual([false, true, true]);
    expect([wide, narrow, withSecond].map(({ right }) => right)).toEqual([508, 282, 552]);
    expect(wide.x.at(0)).toBe(LEFT);
    expect(wide.x.at(1000)).toBe(wide.right);
    expect(withSecond.secondY(0)).toBe(withSecond.bottom);
  });

  it('has no second axis for a series without points', () => {
    expect(stepLayout({ ...line, second: { ...second, points: [] } }, 600, 300).second).toBeNull();
  });
});
