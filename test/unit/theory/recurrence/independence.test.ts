import { expect, it } from 'vitest';
import { relu } from '../../../../src/network/activation.ts';
import { IndependenceCache } from '../../../../src/theory/recurrence/independence.ts';
import { unitStages } from '../../../../src/theory/units.ts';
import { network } from '../networks.ts';

const image = () => {
  const window = { rank: 2, kernel: [3, 3], strides: [1, 1], dilation: [1, 1], padding: 'same' } as const;
  return network(
    [4, 4, 1],
    [{ operation: { kind: 'convolution', window, filters: 4, groups: 1, useBias: true }, activation: relu }],
  );
};

it('does not keep independence numbers that were cut short', () => {
  const numbersOf = (net: ReturnType<typeof image>, cancelled?: () => boolean) => {
    const [layer] = net.layers;
    return new IndependenceCache(net, { cancelled }).of(net, layer, unitStages(layer)[0]).prefixSum(16);
  };
  const fresh = numbersOf(image());
  const net = image();
  const cut = numbersOf(net, () => true);
  expect(cut.log10).toBeGreaterThan(fresh.log10);
  expect(numbersOf(net)).toEqual(fresh);
});
