import { analyzedLayers, totalNeurons, type Layer, type Network } from '../../network/network.ts';
import { analyzedParameters } from '../../network/parameters.ts';
import type { BoundResult, TheoryOptions } from '../../theory/bound.ts';
import { log10ErrorOf, type Magnitude } from '../../theory/numbers/magnitude.ts';
import { MEAN_IDS, type BoundId } from '../../theory/boundIds.ts';
import { TheoryContext } from '../../theory/context.ts';
import { BoundTable } from '../../theory/registry.ts';

/** The figures by which networks are compared. All of them are of the piecewise-linear part. */
export interface NetworkFigures {
  readonly name: string;
  readonly inputSize: number;
  /** Layers that have units. */
  readonly depth: number;
  readonly layers: readonly Pick<Layer, 'index' | 'name'>[];
  readonly neurons: number;
  readonly parameters: number;
  /** The least upper and the greatest proven lower bound on activation regions, where there are any. */
  readonly upper: BoundResult | null;
  readonly lower: BoundResult | null;
  /** The means that apply. */
  readonly means: readonly BoundResult[];
}

export function networkFigures(network: Network, options: TheoryOptions): NetworkFigures {
  const layers = analyzedLayers(network);
  const bending = layers.filter(({ neurons }) => neurons > 0);
  const bounds = new BoundTable(TheoryContext.of(network, options));
  const find = (id: BoundId): BoundResult | null => {
    const bound = bounds.get(id);
    return bound.applies ? bound : null;
  };
  return {
    name: network.name,
    inputSize: network.inputSize,
    depth: bending.length,
    layers: bending,
    neurons: totalNeurons(layers),
    parameters: analyzedParameters(network),
    upper: find('tightest-upper'),
    lower: find('best-lower'),
    means: MEAN_IDS.map(find).filter((mean) => mean !== null),
  };
}

/**
 * The preferred mean where one network has it, else the mean that most of the networks have: means on different domains
 * cannot be held against each other.
 */
export function commonMean(all: readonly NetworkFigures[], preferred?: BoundId): BoundId | null {
  const having = (id: string): number => all.filter(({ means }) => means.some((mean) => mean.id === id)).length;
  if (preferred !== undefined && having(preferred) > 0) return preferred;
  const best = MEAN_IDS.reduce((a, b) => (having(b) > having(a) ? b : a));
  return having(best) > 0 ? best : null;
}

/** The measure of Xiong et al. 2020: regions divided by parameters. Null without parameters. */
export function regionsPerParameter(bound: BoundResult | null, parameters: number): Magnitude | null {
  if (!bound?.value || parameters === 0) return null;
  const rounding = 1e-15 * (Math.abs(bound.value.log10) + Math.log10(parameters) + 1);
  return {
    exact: null,
    log10: bound.value.log10 - Math.log10(parameters),
    log10Error: log10ErrorOf(bound.value) + rounding,
  };
}
