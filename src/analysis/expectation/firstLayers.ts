import { bends } from '../../network/activation.ts';
import { analyzedLayers, type Network } from '../../network/network.ts';
import type { Operation } from '../../network/operation.ts';
import type { NetworkPlaces } from './equalPlaces.ts';
import { workOf } from './weightedImage.ts';

/** First layers of a network, of which there are more draws than of all. */
export interface FirstLayers {
  /** The last of them. */
  readonly last: number;
  /** Multiplications that a draw of them takes, about. */
  readonly work: number;
}

const comparing: ReadonlySet<Operation['kind']> = new Set([
  'maxPooling',
  'globalMaxPooling',
  'maxout',
  'maximum',
  'tropicalDense',
  'tropicalConvolution',
]);

/** They take at most this share of the work of all layers. */
const SHARE = 1 / 16;

/**
 * As many layers as take little work, if all that follows reads the last one alone, whose units bend, and compares no
 * numbers: of that the limit of wide layers says nothing.
 */
export function firstLayers(network: Network, { layers }: NetworkPlaces): FirstLayers | null {
  const drawn = analyzedLayers(network);
  const compares = drawn.map(({ operation: { kind } }) => comparing.has(kind)).lastIndexOf(true);
  const works = drawn.map((layer) => workOf(layer, layers.get(layer.index)!));
  const whole = works.reduce((sum, work) => sum + work, 0);
  let [work, found]: [number, FirstLayers | null] = [0, null];
  for (const [k, { index, activation }] of drawn.entries()) {
    work += works[k];
    if (work > SHARE * whole) break;
    const isAlone = drawn.slice(k + 1).every(({ inputs }) => inputs.every((tensor) => tensor >= index));
    if (k >= compares && isAlone && activation.kind === 'piecewiseLinear' && bends(activation))
      found = { last: index, work };
  }
  return found;
}
