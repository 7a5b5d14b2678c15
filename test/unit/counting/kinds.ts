import { leakyRelu } from '../../../src/network/activation.ts';
import type { Network } from '../../../src/network/network.ts';
import type { Operation, Window } from '../../../src/network/operation.ts';
import { chain, dense, networkOf, type LayerSketch } from './networks.ts';

const window2: Window = { rank: 2, kernel: [2, 2], strides: [1, 1], dilation: [1, 1], padding: 'valid' };
const flatten: LayerSketch = { operation: { kind: 'flatten' } };
const convolution: Operation = { kind: 'convolution', window: window2, filters: 3, groups: 1, useBias: true };
const normalization: Operation = { kind: 'batchNormalization', epsilon: 1e-3, center: true, scale: true };

/** Networks of every kind that is counted in a way of its own, without weights. */
export const kinds: Record<string, Network> = {
  'a dense chain': chain([2, 12, 12, 1]),
  'a chain with batch normalization': networkOf(
    [2],
    [
      dense(8),
      { operation: normalization },
      { operation: { kind: 'identity' }, activation: leakyRelu(0.1) },
      dense(8, 'relu'),
      dense(1),
    ],
  ),
  'leaky units': networkOf(
    [2],
    [{ ...dense(10), activation: leakyRelu(0.3) }, { ...dense(6), activation: leakyRelu(-0.5) }, dense(2)],
  ),
  'absolute values': chain([2, 6, 6, 1], 'abs'),
  'three pieces': chain([2, 8, 8, 1], 'hard_tanh', 0.5),
  maxout: networkOf(
    [2],
    [
      { operation: { kind: 'maxout', units: 5, rank: 3 } },
      { operation: { kind: 'maxout', units: 4, rank: 4 } },
      dense(1),
    ],
  ),
  'tropical layers': networkOf(
    [2],
    [
      dense(5),
      { operation: { kind: 'tropicalDense', units: 9, semiring: 'max' } },
      dense(4),
      { operation: { kind: 'tropicalDense', units: 8, semiring: 'min' } },
      dense(1),
    ],
  ),
  'a tropical convolution': networkOf(
    [3, 3, 2],
    [
      { operation: { kind: 'tropicalConvolution', window: window2, filters: 2, semiring: 'min', sumsChannels: true } },
      { operation: { kind: 'tropicalConvolution', window: window2, filters: 2, semiring: 'max', sumsChannels: false } },
      flatten,
      dense(1),
    ],
  ),
  'a residual block': networkOf(
    [2],
    [
      dense(6, 'relu'),
      dense(6, 'relu'),
      { operation: { kind: 'add' }, inputs: ['t1', 't2'] },
      dense(5, 'relu'),
      dense(1),
    ],
  ),
  'a concatenation': networkOf(
    [2],
    [
      dense(5, 'relu'),
      dense(5, 'relu'),
      { operation: { kind: 'concatenate', axis: -1 }, inputs: ['t2', 'input'] },
      dense(6, 'relu'),
      dense(1),
    ],
  ),
  'a convolution with pooling': networkOf(
    [4, 4, 1],
    [
      { operation: convolution, activation: { ...leakyRelu(0) } },
      { operation: { kind: 'maxPooling', window: window2 } },
      flatten,
      dense(6, 'relu'),
      dense(2),
    ],
  ),
};

/** The square [-1, 1]^2 for two inputs, otherwise a parallelogram askew to all axes. */
export function planeOf(network: Network) {
  const wave = (phase: number) => Array.from({ length: network.inputSize }, (_, i) => Math.sin(1.7 * i + phase));
  const parallelogram =
    network.inputSize === 2
      ? { origin: [-1, -1], u: [2, 0], v: [0, 2] }
      : { origin: wave(4).map((x) => -x), u: wave(1), v: wave(2.3) };
  return { kind: 'parallelogram', ...parallelogram } as const;
}
