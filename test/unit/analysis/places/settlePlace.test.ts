import { describe, expect, it } from 'vitest';
import { planeThrough, settlePlace } from '../../../../src/analysis/places/settlePlace.ts';
import type { Place, ParallelogramPlace, PlaneWindow } from '../../../../src/common/place.ts';
import { WHOLE } from '../../../../src/common/place.ts';
import { uniforms } from '../../../../src/common/random.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { chain } from '../../counting/networks.ts';

const INPUTS = 50;
const bare = chain([INPUTS, 30, 1]);
const network = drawWeights({ ...bare, initialization: { ...bare.initialization, biasStddev: 0 } }, 1);

function planeIn(box: number, window: PlaneWindow): ParallelogramPlace {
  const place: Place = { kind: 'box', lower: -box, upper: box };
  return settlePlace(place, 'plane', INPUTS, { seed: 3, window }) as ParallelogramPlace;
}

function regionsOf(domain: ParallelogramPlace): number {
  const choice = { network, method: 'plane', linear: false, keepRegions: false, limits: {} } as const;
  return count({ ...choice, domain }).activationRegions;
}

describe('a plane through the center of a box, and a part of it', () => {
  const windows: PlaneWindow[] = [
    WHOLE,
    { x: 0.4317, y: 0.0711, size: 0.61 },
    { x: 0.4999912, y: 0.49999427, size: 0.0000123 },
  ];
  it.each([1, 0.07, 1.3, 1e-5].flatMap((box) => windows.map((window) => [box, window] as const)))(
    'go through it exactly, whatever their sizes are: box %d, %j',
    (box, window) => {
      // Without biases, one layer of n units makes 2n cones around it.
      expect(regionsOf(planeIn(box, window))).toBe(60);
    },
  );

  it('through three points goes through them exactly: one of zeros, for example', () => {
    const random = uniforms(5);
    const image = () => Array.from({ length: INPUTS }, (_, i) => (i % 3 === 0 ? 0 : Math.round(255 * random()) / 255));
    for (const points of [
      [Array<number>(INPUTS).fill(0), image(), image()],
      [image(), image(), Array<number>(INPUTS).fill(0)],
    ])
      expect(regionsOf(planeThrough(points))).toBe(60);
  });

  it('is where it was asked for, to less than can be seen', () => {
    const whole = planeIn(1, WHOLE);
    for (const window of [...windows, { x: 0.9876, y: 0, size: 0.0123 }]) {
      const { origin, u, v } = planeIn(1, window);
      origin.forEach((at, i) => {
        const asked = whole.origin[i] + window.x * whole.u[i] + window.y * whole.v[i];
        expect(Math.abs(at - asked)).toBeLessThan(1e-3 * window.size * (Math.abs(whole.u[i]) + Math.abs(whole.v[i])));
        expect(u[i]).toBeCloseTo(window.size * whole.u[i], 12);
        expect(v[i]).toBeCloseTo(window.size * whole.v[i], 12);
      });
    }
  });
});
