import { kernelVariance } from '../../network/kernelVariance.ts';
import type { Initialization } from '../../network/definition.ts';
import type { Layer } from '../../network/network.ts';
import type { Operation } from '../../network/operation.ts';
import { sizeOf } from '../../network/shape.ts';
import { windowGeometry } from '../../network/window.ts';
import type { LayerPlaces, NetworkPlaces, WindowRows } from './equalPlaces.ts';
import type { Fresh, RandomTensor, Reads, Source, Sources } from './randomTensor.ts';

/** What one draw of a network has in common. */
export interface Draw {
  readonly initialization: Initialization;
  readonly gaussian: () => number;
  readonly sources: Sources;
  readonly places: NetworkPlaces;
  /** How far along the line the origin is; null where the line misses it. */
  readonly origin: number | null;
  /** Called every few milliseconds; throws where the draw is to end. */
  readonly breathe: () => void;
}

/** How outputs read inputs: the same weights at every position, unless `untied`. */
interface Reading {
  readonly positions: number;
  readonly taps: number;
  /** `input[position * taps + tap]` is a position of the input, or -1 for a zero. */
  readonly input: Int32Array;
  readonly inputChannels: number;
  readonly filters: number;
  /** Parts of the channels that have filters of their own. */
  readonly parts: number;
  readonly isUntied: boolean;
  readonly variance: number;
  readonly bias: number;
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
  const depthwise = windowReading(window, input, operation.multiplier * input.channels, input.channels);
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
      return { ...windowReading(window, input, operation.multiplier * input.channels, input.channels), ...laws };
    case 'convolution':
    case 'transposedConvolution':
      return { ...windowReading(window, input, operation.filters, operation.groups), ...laws };
    case 'locallyConnected':
      return { ...windowReading(window, input, operation.filters, 1), ...laws, isUntied: true };
  }
}

type Form = Omit<Reading, 'variance' | 'bias'>;

function pointwise(input: RandomTensor, filters: number): Form {
  const positions = input.values.length / input.channels;
  return {
    positions,
    taps: 1,
    input: Int32Array.from({ length: positions }, (_, p) => p),
    inputChannels: input.channels,
    filters,
    parts: 1,
    isUntied: false,
  };
}

function windowReading(window: WindowRows | null, input: RandomTensor, filters: number, parts: number): Form {
  if (!window) throw new RangeError('a window is needed');
  const { count, taps, input: rows } = window;
  return { positions: count, taps, input: rows, inputChannels: input.channels, filters, parts, isUntied: false };
}

function image(layer: Layer, input: RandomTensor, reading: Reading, draw: Draw): RandomTensor {
  const source = sourceOf(layer, input, reading);
  const { positions, filters, parts } = reading;
  const first = draw.sources.add(source);
  const cells = positions * filters;
  const slots = new Int32Array(cells);
  const perPart = filters / parts;
  for (let cell = 0; cell < cells; cell++) {
    slots[cell] = first + Math.floor(cell / filters) * parts + Math.floor((cell % filters) / perPart);
  }
  const fresh: Fresh = { slots, origins: draw.sources.newOrigins(cells), mean: null };
  const [values, tangents] =
    reading.isUntied || positions === 1 ? jointDraws(source, reading, draw) : productsWithWeights(input, reading, draw);
  return {
    values,
    tangents,
    channels: filters,
    isNonNegative: new Uint8Array(cells),
    fresh,
    last: layer.index,
    before: null,
    greatest: null,
  };
}

/** The moments of the sums over what each position reads, for each part of the channels. */
function sourceOf(layer: Layer, tensor: RandomTensor, reading: Reading): Source {
  const { values, tangents } = tensor;
  const { positions, taps, input, inputChannels, parts, variance, bias, isUntied } = reading;
  const depth = inputChannels / parts;
  const size = positions * parts;
  const [q, c, r] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  const sums = new Float64Array(4);
  for (let position = 0; position < positions; position++) {
    for (let part = 0; part < parts; part++) {
      sums.fill(0);
      addProducts(position, position, part);
      const at = position * parts + part;
      q[at] = variance * sums[0] + bias;
      c[at] = variance * sums[1];
      r[at] = variance * sums[3];
    }
  }
  const covariance = (a: number, b: number): readonly [number, number, number, number] => {
    const [p, other] = [Math.floor(a / parts), Math.floor(b / parts)];
    if (a % parts !== b % parts || (isUntied && p !== other)) return [0, 0, 0, 0];
    sums.fill(0);
    addProducts(p, other, a % parts);
    return [variance * sums[0] + bias, variance * sums[1], variance * sums[2], variance * sums[3]];
  };
  return { layer: layer.index, q, c, r, covariance, reads: (place) => readsOf(tensor, reading, place) };

  /** Sums over equal taps of two positions. */
  function addProducts(p: number, other: number, part: number): void {
    for (let tap = 0; tap < taps; tap++) {
      const [from, to] = [input[p * taps + tap], input[other * taps + tap]];
      if (from < 0 || to < 0) continue;
      const [left, right] = [from * inputChannels + part * depth, to * inputChannels + part * depth];
      for (let k = 0; k < depth; k++) {
        const [x, dx, y, dy] = [values[left + k], tangents[left + k], values[right + k], tangents[right + k]];
        sums[0] += x * y;
        sums[1] += x * dy;
        sums[2] += dx * y;
        sums[3] += dx * dy;
      }
    }
  }
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

function productsWithWeights(tensor: RandomTensor, reading: Reading, { gaussian, breathe }: Draw) {
  const { positions, taps, input, inputChannels, filters, parts, variance, bias } = reading;
  const [depth, perPart] = [inputChannels / parts, filters / parts];
  const deviation = Math.sqrt(variance);
  const kernel = new Float64Array(taps * depth * filters);
  for (let i = 0; i < kernel.length; i++) kernel[i] = deviation * gaussian();
  const biases = new Float64Array(filters);
  if (bias > 0) for (let f = 0; f < filters; f++) biases[f] = Math.sqrt(bias) * gaussian();
  const [values, tangents] = [new Float64Array(positions * filters), new Float64Array(positions * filters)];
  for (let position = 0; position < positions; position++) {
    breathe();
    const to = position * filters;
    values.set(biases, to);
    for (let tap = 0; tap < taps; tap++) {
      const place = input[position * taps + tap];
      if (place < 0) continue;
      for (let channel = 0; channel < inputChannels; channel++) {
        const [x, dx] = [
          tensor.values[place * inputChannels + channel],
          tensor.tangents[place * inputChannels + channel],
        ];
        if (x === 0 && dx === 0) continue;
        const part = Math.floor(channel / depth);
        const from = (tap * depth + (channel - part * depth)) * filters;
        for (let f = part * perPart, last = f + perPart; f < last; f++) {
          values[to + f] += x * kernel[from + f];
          tangents[to + f] += dx * kernel[from + f];
        }
      }
    }
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
  return { ...tensor, values, tangents, isNonNegative, fresh: null, before: null, greatest: null };
}

/** Multiplications that one draw of a layer takes, about. */
export function workOf(layer: Layer, { window, output }: LayerPlaces): number {
  const { operation, inputShapes, outputShape } = layer;
  // Every two of a unit's arguments are compared.
  if (operation.kind === 'tropicalDense' || operation.kind === 'tropicalConvolution')
    return layer.neurons * layer.pieceCount * (layer.pieceCount + 1);
  const [inC, outC] = [inputShapes[0], outputShape].map((shape) => shape[shape.length - 1]);
  if (operation.kind === 'dense' && output.count > 1) return 2 * output.count * inC * outC;
  const geometry = windowGeometry(layer);
  if (!geometry || !window || operation.kind === 'maxPooling') return sizeOf(inputShapes[0]) + output.count * outC;
  const reads = window.input.reduce((sum, row) => (row < 0 ? sum : sum + 1), 0);
  if (operation.kind === 'separableConvolution')
    return 2 * inC * operation.multiplier * (reads + output.count * operation.filters);
  return (2 * reads * inC * outC) / geometry.groups;
}
