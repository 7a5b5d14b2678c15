import { drawnWeights } from '../../../../src/common/weightsSource.ts';
import { distanceBins } from '../../../../webview/plots/distanceBins.ts';
import { describe, expect, it } from 'vitest';
import {
  breakpointsByLayer,
  knotByKey,
  layOutLine,
  nearestKnot,
  outputPath,
  outputsAt,
} from '../../../../webview/plots/lineGeometry.ts';
import { mlpNetwork } from '../../../ui/panelHarness/samples.ts';
import { mlpLine } from '../../../ui/panelHarness/scenes.ts';
import type { PanelLine } from '../../../../src/protocol/runs.ts';

/** Of length 8, with breakpoints at 2, 3 and 6. */
const small: PanelLine = {
  source: drawnWeights(1),
  exact: true,
  knots: Float64Array.of(0, 0.25, 0.375, 0.75, 1),
  layers: Int32Array.of(-1, 0, 2, 0, -1),
  outputs: Float64Array.of(0, 1, -1, 2, 0),
  outputCount: 1,
  length: 8,
};

describe('distances', () => {
  it('fill bins over their powers, the smallest of all the first one', () => {
    const distances = Float64Array.from({ length: 4000 }, (_, i) => 10 ** (-4.5 * ((i * 0.618034) % 1)));
    const bins = distanceBins(Float64Array.of(...distances, 0, 1e-9));
    expect(bins.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    bins.slice(1).forEach(({ from }, i) => expect(from).toBeCloseTo(bins[i].to, 12));
    for (const { from, to, share } of bins.slice(1, -1)) {
      const held = distances.filter((distance) => Math.log10(distance) >= from && Math.log10(distance) < to).length;
      expect(share).toBeCloseTo(held / 4002, 12);
    }
    const [least, most] = [bins[0].from, bins[bins.length - 1].to];
    expect(most).toBe(0);
    expect(least).toBe(-4);
    expect(bins[0].share * 4002).toBe(distances.filter((distance) => distance < 10 ** bins[0].to).length + 2);
  });

  it('are few bins for few points, and none for none', () => {
    expect(distanceBins(Float64Array.of(0.1, 0.2, 0.3)).length).toBe(4);
    expect(distanceBins(new Float64Array(0))).toEqual([]);
    expect(distanceBins(Float64Array.of(0.5, 0.5)).map(({ share }) => share)).toContain(1);
  });
});

describe('a line', () => {
  it('knows its breakpoints by layer, its nearest knot, and its outputs in between', () => {
    expect([...breakpointsByLayer(small)]).toEqual([
      [0, 2],
      [2, 1],
    ]);
    expect([0, 0.3, 0.33, 0.6, 1].map((t) => nearestKnot(small, t))).toEqual([0, 1, 2, 3, 4]);
    expect(outputsAt(small, 0.5)[0]).toBeCloseTo(0, 12);
    expect(outputsAt(small, 0)).toEqual([0]);
    expect(outputsAt(small, 1)).toEqual([0]);
  });

  it('is drawn through every knot, and where these stand closer than pixels through the extremes', () => {
    const identity = (value: number): number => value;
    const wide = outputPath(small, 0, (t) => 1000 * t, identity);
    expect(wide.match(/[ML]/g)).toHaveLength(5);
    const line = mlpLine(1);
    const narrow = outputPath(line, 0, (t) => 4 * t, identity);
    const drawn = [...narrow.matchAll(/,(-?[\d.]+)/g)].map((match) => Number(match[1]));
    expect(drawn.length).toBeLessThan(line.knots.length);
    expect(Math.max(...drawn)).toBeCloseTo(Math.max(...line.outputs), 1);
    expect(Math.min(...drawn)).toBeCloseTo(Math.min(...line.outputs), 1);
  });

  it('is walked by keys, never beyond its ends', () => {
    const keys = ['ArrowRight', 'ArrowLeft', 'PageDown', 'PageUp', 'Home', 'End'];
    expect(keys.map((key) => knotByKey(key, 12, 40))).toEqual([13, 11, 22, 2, 0, 40]);
    expect(keys.map((key) => knotByKey(key, -1, 4))).toEqual([0, 0, 4, 0, 0, 4]);
    expect(knotByKey('Tab', 1, 4)).toBeNull();
  });

  it('has a lane for each layer that bends, without gaps, and room for their names', () => {
    const layers = mlpNetwork().layers;
    const bending = layers.filter(({ neurons }) => neurons > 0);
    for (const width of [300, 900]) {
      const { lanes, laneHeight, left, right, x, y, height } = layOutLine(small, layers, width);
      expect(lanes.map(({ layer }) => layer)).toEqual(bending);
      expect(lanes.map(({ count }) => count)).toEqual(bending.map(({ index }) => ({ 0: 2, 2: 1 })[index] ?? 0));
      lanes.slice(1).forEach(({ top }, i) => expect(top).toBe(lanes[i].top + laneHeight));
      expect(lanes[0].top).toBeGreaterThan(y(-1));
      expect(height).toBeGreaterThan(lanes[lanes.length - 1].top + laneHeight);
      expect([x(0), x(1)]).toEqual([left, right]);
      expect(right).toBeLessThan(width - 80);
    }
  });
});
