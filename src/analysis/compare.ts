import type { BoundId } from '../theory/boundIds.ts';
import type { Network } from '../network/network.ts';
import type { TheoryOptions } from '../theory/bound.ts';
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

/**
 * Networks side by side, each followed by its fully connected counterparts of equal size: regions per parameter of
 * convolutions against dense layers (Xiong et al. 2020), and deep against shallow networks (Montúfar et al. 2014), for
 * these very sizes and not in a limit. Without `counterparts` only the networks themselves.
 */
export function compareNetworks(
  networks: readonly ComparedNetwork[],
  options: TheoryOptions,
  counterparts: boolean,
): Comparison {
  const rows = networks.flatMap(({ file, network }): ComparisonRow[] => [
    { file, name: network.name, role: 'network', how: null, measures: networkFigures(network, options) },
    ...(counterparts ? baselinesOf(network) : []).map(({ role, how, network: other }): ComparisonRow => ({
      file,
      name: network.name,
      role,
      how,
      measures: other && networkFigures(other, options),
    })),
  ]);
  return { rows, mean: commonMean(rows.flatMap(({ measures }) => (measures ? [measures] : []))) };
}
