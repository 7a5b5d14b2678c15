import { formatCount } from '../../common/formatFigures.ts';
import { DEFAULT_BOX, type Place, type PlaneWindow } from '../../common/place.ts';
import type { WeightsSource } from '../../common/weightsSource.ts';
import type { CountMethod, CountRequest } from '../../counting/count.ts';
import { drawWeights } from '../../counting/program/initializers.ts';
import { programSize } from '../../counting/program/programSize.ts';
import type { Initialization } from '../../network/definition.ts';
import { analyzedLayers, type Network } from '../../network/network.ts';
import { analyzedParameters } from '../../network/parameters.ts';
import { methodFor } from './chooseMethod.ts';
import { settlePlace } from '../places/settlePlace.ts';

/** What a user chooses about a count; everything else follows from the network. */
export interface CountChoice {
  readonly method: CountMethod | 'auto';
  /** For cells; see `CountRequest`. */
  readonly cellsBy?: CountRequest['cellsBy'];
  readonly source: WeightsSource;
  /** How weights are drawn, where it differs from what the network says. */
  readonly initialization?: Partial<Initialization>;
  /** Without: the default box. */
  readonly place?: Place;
  /** The part of the parallelogram to count. */
  readonly window?: PlaneWindow;
  readonly linear: boolean;
  readonly keepRegions: boolean;
  /** See `CountRequest`. */
  readonly level?: number;
  readonly listRegions?: boolean;
  /** See `CountRequest`. */
  readonly units?: boolean;
  /** Points of a sample, in number. */
  readonly samples?: number;
  readonly limits: CountRequest['limits'];
}

/** Why nothing can be counted in this network, as a sentence; null when it can. */
export function whyNotCounted(network: Network): string | null {
  if (!network.complete) return 'Some layers could not be read, so there is no whole network to count.';
  const layers = analyzedLayers(network);
  if (layers.length === 0) return 'No layer is piecewise linear.';
  const parameters = analyzedParameters(network);
  if (parameters > MAX_PARAMETERS) return tooMany(parameters, 'parameters');
  const { scalars, entries } = programSize(network);
  if (scalars > MAX_SCALARS) return tooMany(scalars, 'numbers in all tensors together');
  if (entries > MAX_ENTRIES) return tooMany(entries, 'entries of matrices, kernels written out at every position,');
  return null;
}

function tooMany(count: number, what: string): string {
  return `${formatCount(count)} ${what} are more than can be held for counting here.`;
}

/** Doubles that fit into a worker's memory with room to count in. */
const MAX_PARAMETERS = 200_000_000;
/** Tensors keep some eighty bytes a scalar while their steps are made, two gigabytes together. */
const MAX_SCALARS = 2 ** 25;
/** Matrices keep twelve bytes an entry, and twice that while they grow: what the parameters of a dense network need. */
const MAX_ENTRIES = 250_000_000;

/**
 * A count ready to run: weights drawn, place settled. Errors: RangeError for a place that does not fit the
 * network.
 */
export function planCount(network: Network, choice: CountChoice): CountRequest {
  const place = choice.place ?? DEFAULT_BOX;
  const { method, chosen } = methodFor(network, place, choice.method);
  return {
    network: networkToCount(network, choice),
    method,
    chosen,
    cellsBy: choice.cellsBy,
    domain: settlePlace(place, method, network.inputSize, { seed: choice.source.seed, window: choice.window }),
    linear: choice.linear,
    keepRegions: choice.keepRegions,
    level: choice.level,
    listRegions: choice.listRegions,
    units: choice.units,
    limits: choice.limits,
    // A picture is of a count that has them.
    ranges: !choice.keepRegions && hasGivenWeights(network, choice),
    samples: choice.samples,
    seed: choice.source.seed,
  };
}

type WeightsChoice = Pick<CountChoice, 'source' | 'initialization'>;

/** The network with the weights of this source; `network` holds those of a file or of a snapshot. */
export function networkToCount(network: Network, { source, initialization }: WeightsChoice): Network {
  const given = source.kind === 'drawn' ? withoutWeights(network) : network;
  return drawWeights({ ...given, initialization: { ...network.initialization, ...initialization } }, source.seed);
}

function hasGivenWeights({ layers }: Network, { source }: WeightsChoice): boolean {
  return source.kind !== 'drawn' && layers.some(({ weights }) => weights !== undefined);
}

function withoutWeights(network: Network): Network {
  return { ...network, layers: network.layers.map((layer) => ({ ...layer, weights: undefined })) };
}
