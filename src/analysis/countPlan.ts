import { orthonormalPair } from '../counting/randomPlane.ts';
import { drawWeights } from '../counting/initializers.ts';
import type { CountDomain, CountMethod, CountRequest } from '../counting/count.ts';
import type { Initialization } from '../network/definition.ts';
import { analysedLayers, type Network } from '../network/network.ts';
import { analysedParameters } from '../network/parameters.ts';
import type { Parallelogram, Segment } from '../theory/bound.ts';
import { chooseMethod } from './chooseMethod.ts';

/** What a user chooses about a count; everything else follows from the network. */
export interface CountChoice {
  readonly method: CountMethod | 'auto';
  /** For cells; see `CountRequest`. */
  readonly cellsBy?: CountRequest['cellsBy'];
  readonly seed: number;
  /** Use weights that are given, in the text or in a file; otherwise all are drawn. */
  readonly fileWeights: boolean;
  readonly initialization?: Partial<Initialization>;
  readonly segment?: Segment;
  readonly parallelogram?: Parallelogram;
  readonly box?: { readonly lower: number; readonly upper: number };
  readonly everywhere?: boolean;
  readonly linear: boolean;
  readonly keepRegions: boolean;
  readonly listRegions?: boolean;
  /** Points of a sample, in number. */
  readonly samples?: number;
  readonly limits: CountRequest['limits'];
}

/** Why nothing can be counted in this network, as a sentence; null when it can. */
export function whyNotCounted(network: Network): string | null {
  if (!network.complete) return 'Some layers could not be read, so there is no whole network to count.';
  const layers = analysedLayers(network);
  if (layers.length === 0) return 'No layer is piecewise linear.';
  const size = analysedParameters(network);
  if (size > MOST_PARAMETERS)
    return `${size.toLocaleString('en')} parameters are more than can be held for counting here.`;
  return null;
}

/** Doubles that fit into a worker's memory with room to count in. */
const MOST_PARAMETERS = 200_000_000;

/** A count ready to run: weights drawn, domain settled. Errors: a domain that does not fit the network throws RangeError. */
export function planCount(network: Network, choice: CountChoice): CountRequest {
  const { method, chosen } = settled(network, choice);
  return {
    network: networkToCount(network, choice),
    method,
    chosen,
    cellsBy: choice.cellsBy,
    domain: domainOf(network.inputSize, method, choice),
    linear: choice.linear,
    keepRegions: choice.keepRegions,
    listRegions: choice.listRegions,
    limits: choice.limits,
    samples: choice.samples,
    seed: choice.seed,
  };
}

function settled(network: Network, choice: CountChoice): Pick<CountRequest, 'method' | 'chosen'> {
  if (choice.method !== 'auto') return { method: choice.method };
  const chosen = chooseMethod(network, choice);
  return { method: chosen.method, chosen };
}

type WeightsChoice = Pick<CountChoice, 'fileWeights' | 'initialization' | 'seed'>;

/** The network with the weights chosen: those of its file, or drawn from the seed. */
export function networkToCount(network: Network, choice: WeightsChoice): Network {
  const initialization = { ...network.initialization, ...choice.initialization };
  const bare = choice.fileWeights ? network : withoutWeights(network);
  return drawWeights({ ...bare, initialization }, choice.seed);
}

function withoutWeights(network: Network): Network {
  return { ...network, layers: network.layers.map((layer) => ({ ...layer, weights: undefined })) };
}

function domainOf(inputs: number, method: CountMethod, choice: CountChoice): CountDomain {
  const { lower, upper } = choice.box ?? { lower: -1, upper: 1 };
  switch (method) {
    case 'line':
      return { kind: 'segment', segment: segmentOf(inputs, choice) };
    case 'plane':
      return {
        kind: 'parallelogram',
        parallelogram: fit(choice.parallelogram ?? defaultPlane(inputs, choice.seed, lower, upper), inputs),
      };
    case 'sample':
      if (choice.segment) return { kind: 'segment', segment: segmentOf(inputs, choice) };
      if (choice.parallelogram) return { kind: 'parallelogram', parallelogram: fit(choice.parallelogram, inputs) };
      return boxOf(inputs, choice);
    case 'cells':
      return boxOf(inputs, choice);
  }
}

function boxOf(inputs: number, { everywhere, box }: CountChoice): CountDomain {
  if (everywhere) return { kind: 'all' };
  const { lower, upper } = box ?? { lower: -1, upper: 1 };
  return { kind: 'box', lower: filled(inputs, lower), upper: filled(inputs, upper) };
}

/** The segment chosen, or the box's diagonal. */
export function segmentOf(inputs: number, { segment, box }: Pick<CountChoice, 'segment' | 'box'>): Segment {
  const { lower, upper } = box ?? { lower: -1, upper: 1 };
  return fit(segment ?? diagonal(inputs, lower, upper), inputs);
}

function fit<T extends Segment | Parallelogram>(domain: T, inputs: number): T {
  const vectors: readonly (readonly number[])[] = Object.values(domain);
  if (vectors.some((vector) => vector.length !== inputs || !vector.every(Number.isFinite))) {
    throw new RangeError(`points and directions need ${inputs} finite coordinates, one for each input`);
  }
  return domain;
}

function filled(length: number, value: number): number[] {
  return Array<number>(length).fill(value);
}

/** From (lower, ..., lower) to (upper, ..., upper). */
function diagonal(inputs: number, lower: number, upper: number): Segment {
  return { from: filled(inputs, lower), to: filled(inputs, upper) };
}

/** The box itself for two inputs, otherwise a square of its width in a random plane through its centre. */
function defaultPlane(inputs: number, seed: number, lower: number, upper: number): Parallelogram {
  if (inputs < 2) throw new RangeError('a plane needs a network of at least 2 inputs; count on a line instead');
  const width = upper - lower;
  if (inputs === 2) return { origin: [lower, lower], u: [width, 0], v: [0, width] };
  const [e, f] = orthonormalPair(inputs, seed);
  const centre = (lower + upper) / 2;
  const origin = e.map((_, i) => centre - ((e[i] + f[i]) * width) / 2);
  return { origin, u: e.map((x) => x * width), v: f.map((x) => x * width) };
}
