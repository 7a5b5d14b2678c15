import { orthonormalPair } from '../counting/geometry/randomPlane.ts';
import { drawWeights } from '../counting/program/initializers.ts';
import type { CountDomain, CountMethod, CountRequest } from '../counting/count.ts';
import { programSize } from '../counting/program/programSize.ts';
import type { Initialization } from '../network/definition.ts';
import { analysedLayers, type Network } from '../network/network.ts';
import { analysedParameters } from '../network/parameters.ts';
import type { Parallelogram, Segment } from '../theory/bound.ts';
import { chooseMethod } from './chooseMethod.ts';
import { whyNoParallelogram, whyNoSegment } from './flatPlaces.ts';

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
  /** Two points that a line goes from and to, or three that a plane goes through, in place of these. */
  readonly through?: readonly (readonly number[])[];
  /** A part of the parallelogram to count in its place. */
  readonly window?: PlaneWindow;
  readonly box?: { readonly lower: number; readonly upper: number };
  readonly everywhere?: boolean;
  readonly linear: boolean;
  readonly keepRegions: boolean;
  readonly listRegions?: boolean;
  /** Points of a sample, in number. */
  readonly samples?: number;
  readonly limits: CountRequest['limits'];
}

/** A square in a parallelogram's own coordinates, where the whole is [0, 1]^2. */
export interface PlaneWindow {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** Why nothing can be counted in this network, as a sentence; null when it can. */
export function whyNotCounted(network: Network): string | null {
  if (!network.complete) return 'Some layers could not be read, so there is no whole network to count.';
  const layers = analysedLayers(network);
  if (layers.length === 0) return 'No layer is piecewise linear.';
  const parameters = analysedParameters(network);
  if (parameters > MAX_PARAMETERS) return tooMany(parameters, 'parameters');
  const { scalars, entries } = programSize(network);
  if (scalars > MAX_SCALARS) return tooMany(scalars, 'numbers in all tensors together');
  if (entries > MAX_ENTRIES) return tooMany(entries, 'entries of matrices, kernels written out at every position,');
  return null;
}

function tooMany(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what} are more than can be held for counting here.`;
}

/** Doubles that fit into a worker's memory with room to count in. */
const MAX_PARAMETERS = 200_000_000;
/** Tensors keep some eighty bytes a scalar while their steps are made, two gigabytes together. */
const MAX_SCALARS = 2 ** 25;
/** Matrices keep twelve bytes an entry, and twice that while they grow: what the parameters of a dense network need. */
const MAX_ENTRIES = 250_000_000;

/**
 * A count ready to run: weights drawn, domain settled. Errors: a domain that does not fit the network throws
 * RangeError.
 */
export function planCount(network: Network, choice: CountChoice): CountRequest {
  const { method, chosen } = withMethod(network, choice);
  return {
    network: networkToCount(network, choice),
    method,
    chosen,
    cellsBy: choice.cellsBy,
    domain: countDomain(network.inputSize, method, choice),
    linear: choice.linear,
    keepRegions: choice.keepRegions,
    listRegions: choice.listRegions,
    limits: choice.limits,
    samples: choice.samples,
    seed: choice.seed,
  };
}

function withMethod(network: Network, choice: CountChoice): Pick<CountRequest, 'method' | 'chosen'> {
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

/** Where a choice counts in a space of so many inputs. Errors: RangeError for points and boxes that do not fit. */
export function countDomain(
  inputs: number,
  method: CountMethod,
  choice: Pick<CountChoice, 'seed' | 'segment' | 'parallelogram' | 'box' | 'everywhere' | 'through' | 'window'>,
): CountDomain {
  const { lower, upper } = choice.box ?? { lower: -1, upper: 1 };
  const { through } = choice;
  switch (method) {
    case 'line':
      return { kind: 'segment', segment: segmentOf(inputs, choice) };
    case 'plane':
      return {
        kind: 'parallelogram',
        parallelogram: part(
          fit(
            choice.parallelogram ??
              (through && planeThrough(through)) ??
              defaultPlane(inputs, choice.seed, lower, upper),
            inputs,
          ),
          choice.window,
        ),
      };
    case 'sample':
      if (choice.segment) return { kind: 'segment', segment: segmentOf(inputs, choice) };
      if (choice.parallelogram) return { kind: 'parallelogram', parallelogram: fit(choice.parallelogram, inputs) };
      return boxOf(inputs, choice);
    case 'cells':
      return boxOf(inputs, choice);
  }
}

function boxOf(inputs: number, { everywhere, box }: Pick<CountChoice, 'everywhere' | 'box'>): CountDomain {
  if (everywhere) return { kind: 'all' };
  const { lower, upper } = box ?? { lower: -1, upper: 1 };
  return { kind: 'box', lower: filled(inputs, lower), upper: filled(inputs, upper) };
}

/** The segment chosen, or the box's diagonal. */
export function segmentOf(
  inputs: number,
  { segment, box, through }: Pick<CountChoice, 'segment' | 'box' | 'through'>,
): Segment {
  const { lower, upper } = box ?? { lower: -1, upper: 1 };
  return fit(segment ?? (through && segmentThrough(through)) ?? diagonal(inputs, lower, upper), inputs);
}

function segmentThrough(points: readonly (readonly number[])[]): Segment {
  if (points.length < 2) throw new RangeError('a line needs two points');
  return { from: points[0], to: points[1] };
}

/** Room around the triangle, as a share of its sides. */
const MARGIN = 0.25;

/** The parallelogram with sides along those of the triangle of three points, and some room around it. */
function planeThrough(points: readonly (readonly number[])[]): Parallelogram {
  if (points.length < 3) throw new RangeError('a plane needs three points');
  const [a, b, c] = points;
  const scale = 1 + 2 * MARGIN;
  return {
    origin: a.map((x, i) => x - MARGIN * (b[i] - x + c[i] - x)),
    u: a.map((x, i) => scale * (b[i] - x)),
    v: a.map((x, i) => scale * (c[i] - x)),
  };
}

function part({ origin, u, v }: Parallelogram, window: PlaneWindow | undefined): Parallelogram {
  if (window === undefined) return { origin, u, v };
  const { x, y, size } = window;
  return {
    origin: origin.map((at, i) => at + x * u[i] + y * v[i]),
    u: u.map((length) => length * size),
    v: v.map((length) => length * size),
  };
}

function fit<T extends Segment | Parallelogram>(domain: T, inputs: number): T {
  const vectors: readonly (readonly number[])[] = Object.values(domain);
  if (vectors.some((vector) => vector.length !== inputs || !vector.every(Number.isFinite))) {
    throw new RangeError(`points and directions need ${inputs} finite coordinates, one for each input`);
  }
  const why = 'from' in domain ? whyNoSegment(domain) : whyNoParallelogram(domain);
  if (why !== null) throw new RangeError(`there is nothing to count: ${why}`);
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
