import { describe, expect, it } from 'vitest';
import {
  breakpointsByLayer,
  distancesAlong,
  nearestKnot,
  outputPath,
  outputsAt,
} from '../../../webview/lineGeometry.ts';
import { mlpLine } from '../../ui/panelHarness/scenes.ts';
import type { PanelLine } from '../../../src/protocol/runs.ts';

/** Of length 8, with breakpoints at 2, 3 and 6. */
const small: PanelLine = {
  seed: 1,
  exact: true,
  knots: Float64Array.of(0, 0.25, 0.375, 0.75, 1),
  layers: Int32Array.of(-1, 0, 2, 0, -1),
  outputs: Float64Array.of(0, 1, -1, 2, 0),
  outputCount: 1,
  length: 8,
};

describe('distances along a line', () => {
  it('are those of its points, exactly', () => {
    const found = distancesAlong(small, 16)!;
    // The mean of the distance: 2²/2 + 2 (1/2)²/2 + 2 (3/2)²/2 + 2²/2 over 8.
    expect(found.mean).toBeCloseTo((2 + 0.25 + 2.25 + 2) / 8, 12);
    expect(found.bins.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    const sampled = new Float64Array(16);
    const samples = 40_000;
    for (let i = 0; i < samples; i++) {
      const at = ((i + 0.5) / samples) * 8;
      const distance = Math.min(...[2, 3, 6].map((knot) => Math.abs(at - knot)));
      const bin = found.bins.findIndex(({ to }) => distance <= 10 ** to);
      sampled[bin < 0 ? 15 : bin] += 1 / samples;
    }
    found.bins.forEach(({ share }, i) => expect(share).toBeCloseTo(sampled[i], 3));
  });

  it('are none where nothing bends', () => {
    expect(distancesAlong({ ...small, knots: Float64Array.of(0, 1) }, 8)).toBeNull();
  });
});

describe('a line', () => {
  it('knows its breakpoints by layer, its nearest knot, and its outputs in between', () => {
    expect([...breakpointsByLayer(small)]).toEqual([[0, 2], [2, 1]]);
    expect([0, 0.3, 0.33, 0.6, 1].map((t) => nearestKnot(small, t))).toEqual([0, 1, 2, 3, 4]);
    expect(outputsAt(small, 0.5)[0]).toBeCloseTo(0, 12);
    expect(outputsAt(small, 0)).toEqual([0]);
    expect(outputsAt(small, 1)).toEqual([0]);
  }); // prettier-ignore

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
});
