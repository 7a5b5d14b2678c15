import { kernelVariance } from '../../network/kernelVariance.ts';
import type { Initialization } from '../../network/definition.ts';
import type { Layer } from '../../network/network.ts';
import type { Operation } from '../../network/operation.ts';
import { sizeOf } from '../../network/shape.ts';
import { windowGeometry } from '../../network/window.ts';
import type { LayerPlaces, NetworkPlaces, WindowRows } from './equalPlaces.ts';
import { innovationOfSums } from './innovation.ts';
import { traceOfAll, traceOfReading } from './traces.ts';
import { covarianceMatrix, drawnTogether, worksOf, type Reading } from './jointRows.ts';
import type { Course } from './widePlaces.ts';
import type { Covariance, Fresh, RandomTensor, Reads, Source, Sources, Trace } from './randomTensor.ts';

/** What one draw of a network has in common. */
export interface Draw {
  readonly initialization: Initialization;
  readonly gaussian: () => number;
  readonly sources: Sources;
  readonly places: NetworkPlaces;
  /** How far along the line the origin is; null where the line misses it. */
  readonly origin: number | null;
  readonly course: Course;
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
  const ofOnePlace = reading.isUntied || positions === 1;
  const works = ofOnePlace ? null : worksOf(reading);
  const matrices =
    works && works.together < works.apart
      ? Array.from({ length: parts }, (_, part) => covarianceMatrix(input, reading, part, draw.breathe))
      : null;
  const source = sourceOf(layer, input, reading, matrices);
  const first = draw.sources.add(source);
  const cells = positions * filters;
  const slots = new Int32Array(cells);
  const perPart = filters / parts;
  for (let cell = 0; cell < cells; cell++) {
    slots[cell] = first + Math.floor(cell / filters) * parts + Math.floor((cell % filters) / perPart);
  }
  const fresh: Fresh = { slots, origins: draw.sources.newOrigins(cells), mean: null };
  const [values, tangents] = ofOnePlace
    ? jointDraws(source, reading, draw)
    : ((matrices && drawnTogether(matrices, reading, draw)) ?? productsWithWeights(input, reading, draw));
  return {
    values,
    tangents,
    channels: filters,
    isNonNegative: new Uint8Array(cells),
    fresh,
    last: layer.index,
    before: null,
    greatest: null,
    trace: traceOf(input, reading, draw.sources, draw.course.kept[layer.index]),
  };
}

function traceOf({ trace, ...input }: RandomTensor, reading: Reading, sources: Sources, kept: number): Trace {
  const innovation = trace.innovation ?? innovationOfSums({ ...input, trace }, sources, kept);
  return traceOfReading({ ...trace, innovation }, { ...reading, kept });
}

/** The moments of the sums over what each position reads, for each part of the channels. */
function sourceOf(
  layer: Layer,
  tensor: RandomTensor,
  reading: Reading,
  matrices: readonly Float64Array[] | null,
): Source {
  const { values, tangents } = tensor;
  const { positions, taps, input, inputChannels, parts, variance, bias, isUntied } = reading;
  const depth = inputChannels / parts;
  const size = positions * parts;
  const known = new Map<number, Covariance>();
  const covariance = (a: number, b: number): Covariance => {
    const [p, other] = [Math.floor(a / parts), Math.floor(b / parts)];
    if (a % parts !== b % parts || (isUntied && p !== other)) return [0, 0, 0, 0];
    if (matrices) return entryOf(matrices[a % parts], 2 * positions, p, other);
    // Channels of their own numbers have nothing in common.
    if (parts > 1) return sumsOfProducts(p, other, a % parts);
    const found = known.get(a * size + b) ?? sumsOfProducts(p, other, 0);
    known.set(a * size + b, found);
    return found;
  };
  const [q, c, r] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  for (let at = 0; at < size; at++) [q[at], c[at], , r[at]] = covariance(at, at);
  return {
    layer: layer.index,
    filters: reading.filters,
    q,
    c,
    r,
    covariance,
    reads: (place) => readsOf(tensor, reading, place),
  };

  /** Sums over equal taps of two positions. */
  function sumsOfProducts(p: number, other: number, part: number): Covariance {
    let [both, first, second, slopes] = [0, 0, 0, 0];
    for (let tap = 0; tap < taps; tap++) {
      const [from, to] = [input[p * taps + tap], input[other * taps + tap]];
      if (from < 0 || to < 0) continue;
      const [left, right] = [from * inputChannels + part * depth, to * inputChannels + part * depth];
      for (let k = 0; k < depth; k++) {
        const [x, dx, y, dy] = [values[left + k], tangents[left + k], values[right + k], tangents[right + k]];
        both += x * y;
        first += x * dy;
        second += dx * y;
        slopes += dx * dy;
      }
    }
    return [variance * both + bias, variance * first, variance * second, variance * slopes];
  }
}

function entryOf(matrix: Float64Array, side: number, p: number, other: number): Covariance {
  const at = 2 * p * side + 2 * other;
  return [matrix[at], matrix[at + 1], matrix[at + side], matrix[at + side + 1]];
}

function readsOf(tensor: RandomTensor, reading: Reading, place: number): Reads {
  const { taps, input, inputChannels, parts, bias } = reading;
  const [position, part] = [Math.floor(place / parts), place % parts];
  const depth = inputChannels / parts;
  const size = taps * depth + 1;
  const [values, tangents] = [new Float64Array(size), new Float64Array(size)];
  const keepsSign = new Uint8Array(size).fill(1);
  const { before } = tensor;
  const bendsAtZero = before?.activation.breakpoints.includes(0) === true;
  values[size - 1] = bias > 0 ? 1 : 0;
  for (let k = 0; k < size - 1; k++) {
    const from = input[position * taps + Math.floor(k / depth)];
    if (from < 0) continue;
    const cell = from * inputChannels + part * depth + (k % depth);
    values[k] = tensor.values[cell];
    tangents[k] = tensor.tangents[cell];
    keepsSign[k] = bendsAtZero ? 1 : tensor.isNonNegative[cell];
  }
  return { values, tangents, keepsSign };
}

/** Where every neuron has weights of its own, its value and derivative are two normal numbers: no weights are drawn. */
function jointDraws(source: Source, { positions, filters, parts }: Reading, { gaussian }: Draw) {
  const [values, tangents] = [new Float64Array(positions * filters), new Float64Array(positions * filters)];
  for (let cell = 0; cell < values.length; cell++) {
    const slot = Math.floor(cell / filters) * parts + Math.floor(((cell % filters) * parts) / filters);
    const deviation = Math.sqrt(source.q[slot]);
    if (deviation === 0) continue;
    const x = gaussian();
    const slope = source.c[slot] / deviation;
    const spread = Math.sqrt(Math.max(0, source.r[slot] - slope * slope));
    values[cell] = deviation * x;
    tangents[cell] = slope * x + (spread > 0 ? spread * gaussian() : 0);
  }
  return [values, tangents];
}

/** Filters whose weights stay in a processor's cache while all positions are read. */
const TILE = 64;

function productsWithWeights(tensor: RandomTensor, reading: Reading, draw: Draw) {
  const { positions, filters, parts, bias } = reading;
  const perPart = filters / parts;
  const values = new Float64Array(positions * filters);
  const tangents = new Float64Array(positions * filters);
  for (let f = 0; f < filters && bias > 0; f++) {
    const shift = Math.sqrt(bias) * draw.gaussian();
    for (let at = f; at < values.length; at += filters) values[at] = shift;
  }
  for (let part = 0; part < parts; part++) {
    for (let first = 0; first < perPart; first += TILE) {
      const count = Math.min(TILE, perPart - first);
      addFilters(values, tangents, tensor, reading, part, part * perPart + first, count, draw);
    }
  }
  return [values, tangents];
}

/** Draws the weights of some filters of a part, and adds what they make of each position. */
function addFilters(
  values: Float64Array,
  tangents: Float64Array,
  tensor: RandomTensor,
  { positions, taps, input, inputChannels, filters, parts, variance }: Reading,
  part: number,
  first: number,
  count: number,
  { gaussian, breathe }: Draw,
): void {
  const depth = inputChannels / parts;
  const deviation = Math.sqrt(variance);
  const kernel = new Float64Array(taps * depth * count);
  for (let i = 0; i < kernel.length; i++) kernel[i] = deviation * gaussian();
  const used = new Int32Array(depth);
  for (let position = 0; position < positions; position++) {
    breathe();
    for (let tap = 0; tap < taps; tap++) {
      const place = input[position * taps + tap];
      if (place < 0) continue;
      const from = place * inputChannels + part * depth;
      let size = 0;
      for (let k = 0; k < depth; k++)
        if (tensor.values[from + k] !== 0 || tensor.tangents[from + k] !== 0) used[size++] = k;
      const to = position * filters + first;
      const weights = kernel.subarray(tap * depth * count, (tap + 1) * depth * count);
      addProducts(values, tangents, to, tensor, from, used.subarray(0, size), weights, count);
    }
  }
}

/** Adds rows of weights, each times a number and times its derivative; four rows at a time. */
function addProducts(
  values: Float64Array,
  tangents: Float64Array,
  to: number,
  { values: numbers, tangents: slopes }: Pick<RandomTensor, 'values' | 'tangents'>,
  from: number,
  used: Int32Array,
  weights: Float64Array,
  count: number,
): void {
  let k = 0;
  for (; k + 3 < used.length; k += 4) {
    const [a, b, c, d] = [used[k], used[k + 1], used[k + 2], used[k + 3]];
    const [x0, x1, x2, x3] = [numbers[from + a], numbers[from + b], numbers[from + c], numbers[from + d]];
    const [y0, y1, y2, y3] = [slopes[from + a], slopes[from + b], slopes[from + c], slopes[from + d]];
    const [r0, r1, r2, r3] = [a * count, b * count, c * count, d * count];
    for (let f = 0; f < count; f++) {
      const w0 = weights[r0 + f];
      const w1 = weights[r1 + f];
      const w2 = weights[r2 + f];
      const w3 = weights[r3 + f];
      values[to + f] += x0 * w0 + x1 * w1 + x2 * w2 + x3 * w3;
      tangents[to + f] += y0 * w0 + y1 * w1 + y2 * w2 + y3 * w3;
    }
  }
  for (; k < used.length; k++) {
    const [x, y, row] = [numbers[from + used[k]], slopes[from + used[k]], used[k] * count];
    for (let f = 0; f < count; f++) {
      values[to + f] += x * weights[row + f];
      tangents[to + f] += y * weights[row + f];
    }
  }
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

/** Multiplications that one draw of a layer takes, about. */
export function workOf(layer: Layer, { window, output }: LayerPlaces): number {
  const { operation, inputShapes, outputShape } = layer;
  // Every two of a unit's arguments are compared.
  if (operation.kind === 'tropicalDense' || operation.kind === 'tropicalConvolution')
    return layer.neurons * layer.pieceCount * (layer.pieceCount + 1);
  const [inC, outC] = [inputShapes[0], outputShape].map((shape) => shape[shape.length - 1]);
  const least = (form: Form): number => Math.min(...Object.values(worksOf(form)));
  if (operation.kind === 'dense' && output.count > 1) return least(atEachOf(output.count, inC, outC));
  const geometry = windowGeometry(layer);
  if (!geometry || !window || operation.kind === 'maxPooling' || operation.kind === 'locallyConnected')
    return sizeOf(inputShapes[0]) + output.count * outC * (window?.taps ?? 1);
  if (operation.kind !== 'separableConvolution') return least(windowReading(window, inC, outC, geometry.groups));
  const between = inC * operation.multiplier;
  return least(windowReading(window, inC, between, inC)) + least(atEachOf(output.count, between, outC));
}
