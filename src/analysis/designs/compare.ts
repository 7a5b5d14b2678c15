import { diagonalOf, faceOf, type Place } from '../../common/place.ts';
import type { CountMethod } from '../../counting/count.ts';
import type { BoundId } from '../../theory/boundIds.ts';
import type { Network } from '../../network/network.ts';
import type { TheoryOptions } from '../../theory/bound.ts';
import { baselinesOf, type BaselineRole } from './baselines.ts';
import { commonMean, networkFigures, type NetworkFigures } from './figures.ts';

export interface ComparedNetwork {
  readonly file: string;
  readonly network: Network;
}

export interface ComparisonRow {
  readonly file: string;
  /** Name of the network, for a counterpart of the one it is held against. */
  readonly name: string;
  readonly role: 'network' | BaselineRole;
  /** What a counterpart is, or why there is none. */
  readonly how: string | null;
  readonly measures: NetworkFigures | null;
}

export interface Comparison {
  readonly rows: readonly ComparisonRow[];
  /** Id of the mean shown, one for all. */
  readonly mean: BoundId | null;
}

/** Where the networks are counted beside the comparison, and how. */
interface ComparedPlace {
  readonly place?: Place;
  readonly method?: CountMethod;
}

/**
 * Networks side by side, each followed by its fully connected counterparts of equal size: regions per parameter of
 * convolutions against dense layers (Xiong et al. 2020), and deep against shallow networks (Montúfar et al. 2014), for
 * these very sizes and not in a limit. Without `counterparts` only the networks themselves. The means are for the
 * place, where one is given.
 */
export function compareNetworks(
  networks: readonly ComparedNetwork[],
  options: TheoryOptions,
  counterparts: boolean,
  { place, method }: ComparedPlace = {},
): Comparison {
  const figures = (network: Network): NetworkFigures =>
    networkFigures(network, { ...options, ...meanPlace(place, network.inputSize) });
  const rows = networks.flatMap(({ file, network }): ComparisonRow[] => [
    { file, name: network.name, role: 'network', how: null, measures: figures(network) },
    ...(counterparts ? baselinesOf(network) : []).map(({ role, how, network: other }): ComparisonRow => ({
      file,
      name: network.name,
      role,
      how,
      measures: other && figures(other),
    })),
  ]);
  return {
    rows,
    mean: commonMean(
      rows.flatMap(({ measures }) => (measures ? [measures] : [])),
      meanOn({ place, method }),
    ),
  };
}

/** The mean that belongs beside such counts; undefined where both would do. */
function meanOn({ place, method }: ComparedPlace): BoundId | undefined {
  if (method === 'line' || place?.kind === 'segment') return 'kac-rice-line';
  return method === 'plane' || place?.kind === 'parallelogram' ? 'kac-rice-plane' : undefined;
}

function meanPlace(place: Place | undefined, inputs: number): TheoryOptions {
  switch (place?.kind) {
    case 'segment':
      return { segment: place };
    case 'parallelogram':
      return { parallelogram: place };
    case 'box':
      return { segment: diagonalOf(place, inputs), ...(inputs === 2 && { parallelogram: faceOf(place, inputs) }) };
    case 'points':
    case 'all':
    case undefined:
      return {};
  }
}
