import { analyzedLayers, type Layer, type Network } from '../../network/network.ts';
import type { Operation } from '../../network/operation.ts';
import type { Segment } from '../bound.ts';
import { constantIn } from '../constants.ts';
import type { MeanRegions } from './mean.ts';

const weighted: ReadonlySet<Operation['kind']> = new Set([
  'dense',
  'convolution',
  'depthwiseConvolution',
  'separableConvolution',
  'transposedConvolution',
  'locallyConnected',
]);
/** What does not make zero of all that it reads. */
const passing: ReadonlySet<Operation['kind']> = new Set([
  'batchNormalization',
  'flatten',
  'reshape',
  'identity',
  'zeroPadding',
  'upSampling',
]);

/**
 * Regions of a network without constants at initialization on a segment through the origin: f(t x) = t f(x) for t > 0,
 * so that no unit changes its piece but at the origin. There all units of the first layer do that read a number with
 * random weights. It is so for almost all weights, not in the mean alone. Null where this does not hold, or is not
 * certain.
 */
export function regionsThroughOrigin(network: Network, { from, to }: Segment): MeanRegions | null {
  if (!network.complete) return null;
  const layers = analyzedLayers(network);
  const first = layers.findIndex(({ neurons }) => neurons > 0);
  const last = layers.findLastIndex(({ neurons }) => neurons > 0);
  if (first < 0 || !drawsNumbers(layers.slice(0, first + 1), network)) return null;
  if (layers.slice(0, last + 1).some((layer) => addsConstant(layer, network))) return null;
  // Asked last: an image has many coordinates.
  if (!passesThroughOrigin(from, to)) return null;
  const bent = layers[first].index;
  return {
    perLayer: network.layers.map(({ index, scope }) => (scope === 'beyond' ? null : index < bent ? 1 : 2)),
    relativeError: 0,
    isAtWidth: true,
    remark: 'two for almost all weights, since a network without constants is linear on either side of the origin',
  };
}

/** Exactly, and at no coordinate's zero alone. */
function passesThroughOrigin(from: readonly number[], to: readonly number[]): boolean {
  return from.every((x, i) => x !== 0 && x * to[0] === to[i] * from[0]) && from[0] * to[0] < 0;
}

/** Normalization begins with means of zero; other layers add what their biases are drawn as. */
function addsConstant(layer: Layer, { initialization }: Network): boolean {
  const { operation } = layer;
  if (operation.kind === 'batchNormalization')
    return constantIn({ ...layer, operation: { kind: 'identity' } }) !== null;
  if ('useBias' in operation && initialization.biasStddev === 0)
    return constantIn({ ...layer, operation: { ...operation, useBias: false } }) !== null;
  return constantIn(layer) !== null;
}

/** Whether the units of the last of these layers read numbers that random weights make of all inputs. */
function drawsNumbers(layers: readonly Layer[], { initialization }: Network): boolean {
  if (initialization.kernelStddev === 0) return false;
  const kinds = layers.map(({ operation }) => operation.kind);
  return kinds.every((kind) => weighted.has(kind) || passing.has(kind)) && kinds.some((kind) => weighted.has(kind));
}
