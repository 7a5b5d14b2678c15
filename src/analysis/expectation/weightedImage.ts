import { kernelVariance } from '../../network/kernelVariance.ts';
import type { Chance } from './chance.ts';
import type { Initialization } from '../../network/definition.ts';
import type { Layer } from '../../network/network.ts';
import { isMerge, type Operation } from '../../network/operation.ts';
import { sizeOf } from '../../network/shape.ts';
import { windowGeometry } from '../../network/window.ts';
import type { LayerPlaces, NetworkPlaces, WindowRows } from './equalPlaces.ts';
import { innovationOfSums } from './innovation.ts';
import { traceOfAll, traceOfReading } from './traces.ts';
import { covarianceMatrix, drawnTogether, worksOf, type Reading } from './jointRows.ts';
import type { WideLimit } from './wideLimit.ts';
import type { Course } from './widePlaces.ts';
import type { Fresh, RandomTensor, Source, Trace } from './randomTensor.ts';
import type { Sources } from './sources.ts';
import { productsWithWeights } from './weightProducts.ts';
import { sourceOf } from './weightedSource.ts';

/** What one draw of a network has in common. */
export interface Draw {
  readonly initialization: Initialization;
  readonly chance: Chance;
  readonly sources: Sources;
  readonly places: NetworkPlaces;
  /** How far along the line the origin is; null where the line misses it. */
  readonly origin: number | null;
  readonly course: Course;
  /** In [0, 1): which part of the channels says what all of them do; null where all are looked at. */
  readonly sampled: number | null;
  /** By which surprises are weighed; null where factors are enough. */
  readonly limit: WideLimit | null;
  /** The layer after which it is said what may follow; null for none. There the draw may end. */
  readonly cut: { readonly after: number; readonly ends: boolean } | null;
  /** Called every few milliseconds; throws where the draw is to end. */
  readonly breathe: () => void;
}

export type WeightedOperation = Extract<
  Operation,
  {
    readonly kind:
      | 'dense'
      | 'convolution'
      | 'depthwiseConvolution'
      | 'separableConvolution'
      | 'transposedConvolution'
      | 'locallyConnected'
      | 'graphConvolution'
      | 'maxout';
  }
>;

/** The image of a tensor under fresh normal weights. */
export function weightedImage(
  layer: Layer,
  operation: WeightedOperation,
  input: RandomTensor,
  draw: Draw,
  window: WindowRows | null,
): RandomTensor {
  if (operation.kind === 'graphConvolution') {
    const mixed = overNeighbors(input, operation.adjacency);
    return image(layer, mixed, readingOf(layer, operation, draw.initialization, mixed, window), draw);
  }
  if (operation.kind !== 'separableConvolution')
    return image(layer, input, readingOf(layer, operation, draw.initialization, input, window), draw);
  const { initialization } = draw;
  const depthwise = windowReading(window, input.channels, operation.multiplier * input.channels, input.channels);
  const between = image(
    layer,
    input,
    { ...depthwise, variance: kernelVariance(layer, initialization, 'depthwise_kernel'), bias: 0 },
    draw,
  );
  const variance = kernelVariance(layer, initialization, 'pointwise_kernel');
  const bias = operation.useBias ? initialization.biasStddev ** 2 : 0;
  return image(layer, between, { ...pointwise(between, operation.filters), variance, bias }, draw);
}

function readingOf(
  layer: Layer,
  operation: Exclude<WeightedOperation, { kind: 'separableConvolution' }>,
  initialization: Initialization,
  input: RandomTensor,
  window: WindowRows | null,
): Reading {
  const depthwise = operation.kind === 'depthwiseConvolution';
  const laws = {
    variance: kernelVariance(layer, initialization, depthwise ? 'depthwise_kernel' : 'kernel'),
    bias: operation.kind === 'maxout' || operation.useBias ? initialization.biasStddev ** 2 : 0,
  };
  switch (operation.kind) {
    case 'dense':
    case 'graphConvolution':
      return { ...pointwise(input, operation.units), ...laws };
    case 'maxout':
      return { ...pointwise(input, operation.units * operation.rank), ...laws };
    case 'depthwiseConvolution':
      return {
        ...windowReading(window, input.channels, operation.multiplier * input.channels, input.channels),
        ...laws,
      };
    case 'convolution':
    case 'transposedConvolution':
      return { ...windowReading(window, input.channels, operation.filters, operation.groups), ...laws };
    case 'locallyConnected':
      return { ...windowReading(window, input.channels, operation.filters, 1), ...laws, isUntied: true };
  }
}

type Form = Omit<Reading, 'variance' | 'bias'>;

function atEachOf(positions: number, inputChannels: number, filters: number): Form {
  const input = Int32Array.from({ length: positions }, (_, p) => p);
  return { positions, taps: 1, input, inputChannels, filters, parts: 1, isUntied: false };
}

function pointwise({ values, channels }: RandomTensor, filters: number): Form {
  return atEachOf(values.length / channels, channels, filters);
}

function windowReading(window: WindowRows | null, inputChannels: number, filters: number, parts: number): Form {
  if (!window) throw new RangeError('a window is needed');
  const { count, taps, input } = window;
  return { positions: count, taps, input, inputChannels, filters, parts, isUntied: false };
}

function image(layer: Layer, input: RandomTensor, reading: Reading, draw: Draw): RandomTensor {
  const { positions, filters, parts } = reading;
  const { chance, breathe } = draw;
  const ofOnePlace = reading.isUntied || positions === 1;
  const works = ofOnePlace ? null : worksOf(reading);
  const matrices =
    works && works.together < works.apart
      ? Array.from({ length: parts }, (_, part) => covarianceMatrix(input, reading, part, chance, breathe))
      : null;
  const source = sourceOf(layer, input, reading, matrices);
  const first = draw.sources.add(source);
  const cells = positions * filters;
  const slots = new Int32Array(cells);
  const perPart = filters / parts;
  for (let place = 0; place < positions * parts; place++)
    slots.fill(first + place, place * perPart, (place + 1) * perPart);
  const fresh: Fresh = { slots, origins: draw.sources.newOrigins(cells), mean: null };
  const [values, tangents] = ofOnePlace
    ? jointDraws(source, reading, draw)
    : ((matrices && drawnTogether(matrices, reading, chance, breathe)) ??
      productsWithWeights(input, reading, chance, breathe));
  return {
    values,
    tangents,
    channels: filters,
    isNonNegative: new Uint8Array(cells),
    fresh,
    last: layer.index,
    before: null,
    greatest: null,
    trace: draw.limit
      ? traceOfAll(input.trace, positions)
      : traceOf(input, reading, draw.sources, draw.course.kept[layer.index]),
  };
}

function traceOf({ trace, ...input }: RandomTensor, reading: Reading, sources: Sources, kept: number): Trace {
  const innovation = trace.innovation ?? innovationOfSums({ ...input, trace }, sources, kept);
  return traceOfReading({ ...trace, innovation }, { ...reading, kept });
}

/** Where every neuron has weights of its own, its value and derivative are two normal numbers: no weights are drawn. */
function jointDraws(source: Source, { positions, filters, parts }: Reading, { chance }: Draw) {
  const [values, tangents] = [new Float64Array(positions * filters), new Float64Array(positions * filters)];
  for (let cell = 0; cell < values.length; cell++) {
    const slot = Math.floor(cell / filters) * parts + Math.floor(((cell % filters) * parts) / filters);
    const deviation = Math.sqrt(source.q[slot]);
    if (deviation === 0) continue;
    const x = chance.gaussian();
    const slope = source.c[slot] / deviation;
    const spread = Math.sqrt(Math.max(0, source.r[slot] - slope * slope));
    values[cell] = deviation * x;
    tangents[cell] = slope * x + (spread > 0 ? spread * chance.gaussian() : 0);
  }
  return [values, tangents];
}

function overNeighbors(tensor: RandomTensor, adjacency: readonly (readonly number[])[]): RandomTensor {
  const { channels } = tensor;
  const sum = (from: Float64Array): Float64Array => {
    const to = new Float64Array(adjacency.length * channels);
    adjacency.forEach((row, node) =>
      row.forEach((weight, other) => {
        for (let k = 0; k < channels; k++) to[node * channels + k] += weight * from[other * channels + k];
      }),
    );
    return to;
  };
  const isNonNegative = new Uint8Array(adjacency.length * channels);
  adjacency.forEach((row, node) => {
    for (let k = 0; k < channels; k++) {
      const all = row.every(
        (weight, other) => weight === 0 || (weight > 0 && tensor.isNonNegative[other * channels + k]),
      );
      isNonNegative[node * channels + k] = all ? 1 : 0;
    }
  });
  const [values, tangents] = [sum(tensor.values), sum(tensor.tangents)];
  return {
    ...tensor,
    values,
    tangents,
    isNonNegative,
    fresh: null,
    before: null,
    greatest: null,
    trace: traceOfAll(tensor.trace, adjacency.length),
  };
}

/** Comparing two numbers of a window takes about as long as this many multiplications. */
const WORK_OF_PAIR = 150;

/** Pairs of different rows in windows. */
function pairsIn({ count, taps, input }: WindowRows): number {
  let pairs = 0;
  for (let at = 0; at < count; at++) {
    const covered = new Set(input.subarray(at * taps, (at + 1) * taps));
    covered.delete(-1);
    pairs += (covered.size * (covered.size - 1)) / 2;
  }
  return pairs;
}

/** Multiplications that one draw of a layer takes, about. */
export function workOf(layer: Layer, { window, output }: LayerPlaces): number {
  const { operation, inputShapes, outputShape } = layer;
  // Every two of a unit's arguments are compared.
  if (operation.kind === 'tropicalDense' || operation.kind === 'tropicalConvolution')
    return layer.neurons * layer.pieceCount * (layer.pieceCount + 1);
  const [inC, outC] = [inputShapes[0], outputShape].map((shape) => shape[shape.length - 1]);
  const least = (form: Form): number => Math.min(...Object.values(worksOf(form)));
  // Equal rows are computed once.
  if (isMerge(operation) || operation.kind === 'batchNormalization' || operation.kind === 'identity')
    return output.count * (inC + outC);
  if (window && (operation.kind === 'maxPooling' || operation.kind === 'globalMaxPooling'))
    return outC * (window.input.length + WORK_OF_PAIR * pairsIn(window));
  if (operation.kind === 'dense' && output.count > 1) return least(atEachOf(output.count, inC, outC));
  const geometry = windowGeometry(layer);
  if (!geometry || !window || operation.kind === 'locallyConnected')
    return sizeOf(inputShapes[0]) + output.count * outC * (window?.taps ?? 1);
  if (operation.kind !== 'separableConvolution') return least(windowReading(window, inC, outC, geometry.groups));
  const between = inC * operation.multiplier;
  return least(windowReading(window, inC, between, inC)) + least(atEachOf(output.count, between, outC));
}
