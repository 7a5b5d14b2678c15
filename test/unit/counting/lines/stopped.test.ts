import { expect, it } from 'vitest';
import { count } from '../../../../src/counting/countRegions.ts';
import type { CountLimits } from '../../../../src/counting/count.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { dense, named, networkOf, type LayerSketch } from '../networks.ts';

const conv: LayerSketch = {
  operation: {
    kind: 'convolution',
    window: { rank: 2, kernel: [3, 3], strides: [1, 1], dilation: [1, 1], padding: 'same' },
    filters: 3,
    groups: 1,
    useBias: true,
  },
  activation: named('relu'),
};

it('a line that is stopped while signs are decided exactly is a lower bound, and the next count is whole', () => {
  // On the diagonal all units of a filter inside the image are one function, so that exact arithmetic decides.
  const layers = [conv, conv, { operation: { kind: 'flatten' } } as const, dense(6, 'relu'), dense(1)];
  const network = drawWeights(networkOf([6, 6, 1], layers), 1);
  const corner = (x: number) => Array<number>(36).fill(x);
  const domain = { kind: 'segment', from: corner(-1), to: corner(1) } as const;
  const counted = (limits: CountLimits) =>
    count({ network, method: 'line', domain, linear: true, keepRegions: false, limits });
  const whole = counted({});
  expect(whole.exact).toBe(true);
  for (let regions = 1; regions <= whole.activationRegions; regions++) {
    const stopped = counted({ regions });
    expect(stopped).toMatchObject({ exact: false, stoppedBy: 'regions', linearRegions: null });
    stopped.perLayer.forEach((found, layer) => expect(found).toBeLessThanOrEqual(whole.perLayer[layer]));
  }
  expect(counted({})).toMatchObject({ ...whole, seconds: expect.any(Number) as number });
});
