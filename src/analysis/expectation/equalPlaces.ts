import { bends } from '../../network/activation.ts';
import { windowGeometry } from '../../network/window.ts';
import { inputTensor, shapeOfTensor, type Layer, type Network, type TensorId } from '../../network/network.ts';
import type { Operation } from '../../network/operation.ts';
import { selectedPlaces, type Selection } from '../../network/selection.ts';
import { sizeOf, type Shape } from '../../network/shape.ts';
import type { Segment } from '../../common/place.ts';
import type { SparseMatrix } from '../../counting/program/program.ts';
import { RowBuilder } from '../../counting/program/rowBuilder.ts';
import { Identities } from '../../theory/kacRice/moments/identities.ts';
import { hasOpenMultiples, openSums, positionMix } from '../../theory/kacRice/moments/positionMix.ts';
import { windowTaps } from '../../theory/kacRice/moments/taps.ts';
import { positionMatrix } from './fixedImage.ts';
import { NotDrawn } from './randomTensor.ts';

/**
 * Which positions of a tensor hold equal numbers on a whole segment, whatever the weights are: `of[position]` is the
 * row that is kept of them. Rows are numbered as they first occur.
 */
export interface Places {
  readonly of: Int32Array;
  readonly count: number;
}

/** What each row of an output reads: `input[row * taps + tap]` is a row of the input, or -1 for a zero. */
export interface WindowRows {
  readonly count: number;
  readonly taps: number;
  readonly input: Int32Array;
}

export interface LayerPlaces {
  /** By input: the rows that the layer takes of it; null for all of them in their order. */
  readonly taken: readonly (Int32Array | null)[];
  /** Of layers with a window; global pooling has one over everything. */
  readonly window: WindowRows | null;
  /** Of fixed maps of positions: from rows to rows, the same for each channel. */
  readonly matrix: SparseMatrix | null;
  /** Of choices among cells: by cell of the output rows one of the input rows, or -1 for a zero. */
  readonly cells: Int32Array | null;
  readonly output: Places;
}

export interface NetworkPlaces {
  readonly inputs: readonly Places[];
  /** Layers whose numbers units bend, or pooling compares, before weights are read. */
  readonly bentLater: ReadonlySet<number>;
  /** By index. */
  readonly layers: ReadonlyMap<number, LayerPlaces>;
}

/**
 * Positions with equal numbers on a segment, from the input on: weights are the same at all positions, so that equal
 * windows give equal numbers. On images of one color only the distance from the border tells positions apart.
 */
export function equalPlaces(network: Network, { from, to }: Segment): NetworkPlaces {
  const known = new Map<TensorId, Places>();
  let offset = 0;
  const inputs = network.inputs.map(({ shape }, k) => {
    const places = placesOfNumbers(shape, offset, [from, to]);
    offset += sizeOf(shape);
    known.set(inputTensor(k), places);
    return places;
  });
  const layers = new Map<number, LayerPlaces>();
  for (const layer of network.layers) {
    if (layer.scope === 'beyond') continue;
    const before = layer.inputs.map((tensor) => known.get(tensor) ?? distinct(shapeOfTensor(network, tensor)));
    const places = placesOfLayer(layer, before);
    layers.set(layer.index, places);
    known.set(layer.index, places.output);
  }
  return { inputs, layers, bentLater: bentLater(network) };
}

const withoutWeights: ReadonlySet<Operation['kind']> = new Set([
  'add',
  'subtract',
  'average',
  'concatenate',
  'maxPooling',
  'globalMaxPooling',
  'averagePooling',
  'globalAveragePooling',
  'zeroPadding',
  'upSampling',
  'batchNormalization',
  'flatten',
  'reshape',
  'identity',
  'select',
]);
const comparing: ReadonlySet<Operation['kind']> = new Set(['maxPooling', 'globalMaxPooling']);

function bentLater({ layers }: Network): ReadonlySet<number> {
  const found = new Set<TensorId>();
  for (const { index, inputs, activation, operation } of [...layers].reverse()) {
    const areBent = activation.kind === 'piecewiseLinear' && bends(activation);
    if (areBent) found.add(index);
    if (!withoutWeights.has(operation.kind) || !(found.has(index) || comparing.has(operation.kind))) continue;
    for (const tensor of inputs) found.add(tensor);
  }
  return found;
}

/** The first position of each row. */
export function firstOfEach({ of, count }: Places): Int32Array {
  const first = new Int32Array(count);
  for (let position = of.length - 1; position >= 0; position--) first[of[position]] = position;
  return first;
}

/** Whether tensors are put side by side along their channels, so that positions stay what they are. */
export function joinsChannels(axis: number, { length }: Shape): boolean {
  return (axis + length) % length === length - 1;
}

function placesOfLayer(layer: Layer, inputs: readonly Places[]): LayerPlaces {
  const { operation } = layer;
  const [input] = inputs;
  const asTheyAre = { taken: inputs.map(() => null), window: null, matrix: null, cells: null };
  switch (operation.kind) {
    case 'dense':
    case 'batchNormalization':
    case 'identity':
      return { ...asTheyAre, output: input };
    case 'convolution':
    case 'depthwiseConvolution':
    case 'separableConvolution':
    case 'transposedConvolution':
    case 'maxPooling':
      return { ...asTheyAre, ...seenThrough(windowOf(layer), input) };
    case 'globalMaxPooling':
      return { ...asTheyAre, window: overAll(input), output: distinct(layer.outputShape) };
    case 'averagePooling':
    case 'globalAveragePooling':
    case 'zeroPadding':
    case 'upSampling':
      return { ...asTheyAre, ...mapped(positionMatrix(layer), input) };
    case 'flatten':
    case 'reshape':
      return lastOf(layer.inputShapes[0]) === lastOf(layer.outputShape)
        ? { ...asTheyAre, output: input }
        : eachOnItsOwn(layer, inputs);
    case 'add':
    case 'subtract':
    case 'average':
    case 'maximum':
      return { ...asTheyAre, ...aligned(inputs) };
    case 'concatenate':
      return joinsChannels(operation.axis, layer.outputShape)
        ? { ...asTheyAre, ...aligned(inputs) }
        : eachOnItsOwn(layer, inputs);
    case 'locallyConnected':
      return { ...eachOnItsOwn(layer, inputs), window: windowOf(layer) };
    case 'graphConvolution':
      // Values that agree in their first digits are taken for equal.
      if (hasOpenMultiples(positionMix(layer)!, (position) => input.of[position] + 1))
        throw new NotDrawn(openSums(layer));
      return eachOnItsOwn(layer, inputs);
    case 'select':
      return selected(layer, operation.selection, inputs);
    case 'maxout':
    case 'tropicalDense':
    case 'tropicalConvolution':
    case 'notPiecewiseLinear':
    case 'unknown':
      return eachOnItsOwn(layer, inputs);
  }
}

/** Channels are chosen alike at all positions. */
function selected(layer: Layer, selection: Selection, inputs: readonly Places[]): LayerPlaces {
  const [shape] = layer.inputShapes;
  const [input] = inputs;
  const isOfChannels = selection.by === 'places' && joinsChannels(selection.axis, shape);
  if (!isOfChannels) return { ...eachOnItsOwn(layer, inputs), cells: selectedPlaces(selection, shape) };
  const cells = selectedPlaces({ ...selection, axis: 1 }, [input.count, lastOf(shape)]);
  return { taken: [null], window: null, matrix: null, cells, output: input };
}

function eachOnItsOwn(layer: Layer, inputs: readonly Places[]): LayerPlaces {
  const taken = inputs.map(({ of, count }) => (count === of.length ? null : of));
  return { taken, window: null, matrix: null, cells: null, output: distinct(layer.outputShape) };
}

function distinct(shape: Shape): Places {
  const count = positionsOf(shape);
  return { of: Int32Array.from({ length: count }, (_, position) => position), count };
}

function positionsOf(shape: Shape): number {
  return sizeOf(shape.slice(0, -1));
}

function lastOf(shape: Shape): number {
  return shape[shape.length - 1];
}

function placesOfNumbers(shape: Shape, offset: number, ends: readonly (readonly number[])[]): Places {
  const channels = lastOf(shape);
  if (positionsOf(shape) === 1) return distinct(shape);
  const keys = Array.from({ length: positionsOf(shape) }, (_, position) => {
    const start = offset + position * channels;
    return ends.map((end) => end.slice(start, start + channels).join()).join(';');
  });
  return numbered(keys);
}

function numbered(keys: ArrayLike<string | number>): Places {
  const rows = new Map<string | number, number>();
  const of = Int32Array.from(keys, (key) => {
    const row = rows.get(key) ?? rows.size;
    rows.set(key, row);
    return row;
  });
  return { of, count: rows.size };
}

/** What each position reads, by positions of the input. */
function windowOf(layer: Layer): WindowRows {
  const geometry = windowGeometry(layer);
  if (!geometry) throw new RangeError(`${layer.name}: a window is needed`);
  const [rows, columns] = [windowTaps(geometry, 0), windowTaps(geometry, 1)];
  const { outH, outW, inW } = geometry;
  const taps = rows.size * columns.size;
  const input = new Int32Array(outH * outW * taps);
  for (let at = 0; at < input.length; at++) {
    const [position, tap] = [Math.floor(at / taps), at % taps];
    const [y, x] = [Math.floor(position / outW), position % outW];
    const row = rows.source[y * rows.size + Math.floor(tap / columns.size)];
    const column = columns.source[x * columns.size + (tap % columns.size)];
    input[at] = row < 0 || column < 0 ? -1 : row * inW + column;
  }
  return { count: outH * outW, taps, input };
}

function overAll({ count }: Places): WindowRows {
  return { count: 1, taps: count, input: Int32Array.from({ length: count }, (_, row) => row) };
}

/** Windows that read equal rows are one. */
function seenThrough(window: WindowRows, input: Places): { window: WindowRows; output: Places } {
  const { count, taps } = window;
  const rows = window.input.map((position) => (position < 0 ? -1 : input.of[position]));
  const pairs = new Identities().pairs();
  const ids = Int32Array.from({ length: count }, (_, p) => rows[p * taps] + 1);
  for (let tap = 1; tap < taps; tap++) {
    for (let p = 0; p < count; p++) ids[p] = pairs.id(ids[p], rows[p * taps + tap] + 1);
  }
  const output = numbered(ids);
  const kept = new Int32Array(output.count * taps);
  firstOfEach(output).forEach((p, row) => kept.set(rows.subarray(p * taps, (p + 1) * taps), row * taps));
  return { window: { count: output.count, taps, input: kept }, output };
}

function mapped(matrix: SparseMatrix, { of, count }: Places): { matrix: SparseMatrix; output: Places } {
  const rows = Array.from({ length: matrix.rows }, (_, row) => {
    const weights = new Map<number, number>();
    for (let e = matrix.start[row]; e < matrix.end[row]; e++) {
      const from = of[matrix.base[row] + matrix.offset[e]];
      weights.set(from, (weights.get(from) ?? 0) + matrix.value[e]);
    }
    return [...weights].sort(([a], [b]) => a - b);
  });
  const output = numbered(rows.map((row) => row.join(';')));
  const builder = new RowBuilder();
  for (const position of firstOfEach(output)) {
    for (const [from, weight] of rows[position]) builder.entry(from, weight);
    builder.endRow();
  }
  return { matrix: builder.matrix(count), output };
}

/** Of several tensors of one shape: positions that are equal in all of them. */
function aligned(inputs: readonly Places[]): { taken: (Int32Array | null)[]; output: Places } {
  const pairs = new Identities().pairs();
  const output = inputs.reduce((before, { of }) =>
    before.of === of ? before : numbered(before.of.map((row, position) => pairs.id(row + 1, of[position] + 1))),
  );
  const first = firstOfEach(output);
  const taken = inputs.map(({ of, count }) => (count === output.count ? null : first.map((position) => of[position])));
  return { taken, output };
}
