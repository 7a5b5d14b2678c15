import type { Initialization } from '../../../network/definition.ts';
import { kernelVariance } from '../../../network/kernelVariance.ts';
import type { Layer } from '../../../network/network.ts';
import { initialVariance, type MergeOperation, type Operation } from '../../../network/operation.ts';
import { windowGeometry, type WindowGeometry } from '../../../network/window.ts';
import { Ancestry } from './ancestry.ts';
import { joinChannels, reshapeCells, sumChannels, type Cells } from './cells.ts';
import { isZero, type Identities } from './identities.ts';
import {
  momentsOf,
  multiplied,
  NoClosedForm,
  scaled,
  unknown,
  type KnownTensor,
  type RandomTensor,
  type TensorState,
  type UnknownTensor,
} from './state.ts';
import { mixCells, openSums, positionMix } from './positionMix.ts';
import { timesFactor } from './rectified.ts';
import { gather, tapsOf, windowTaps } from './taps.ts';

export interface LayerContext {
  readonly layer: Layer;
  /** Directions of the slice. */
  readonly derivatives: number;
  readonly identities: Identities;
  readonly initialization: Initialization;
  /** Covariances between positions are computed elsewhere, so that layers may sum positions. */
  readonly covariances: boolean;
}

/** Channels that one neuron reads (channels read in each group) and the number of neurons that do. */
interface Slice {
  readonly weights: readonly number[];
  readonly filters: number;
}

/** What a layer with one input makes of it, before its activation. Throws NoClosedForm for units of another kind. */
export function affineImage(
  operation: Exclude<Operation, MergeOperation>,
  input: TensorState,
  context: LayerContext,
): TensorState {
  const { layer } = context;
  refuseOtherUnits(layer);
  if (input.kind === 'unknown') return input;
  const keepsCells = operation.kind === 'identity' || operation.kind === 'batchNormalization';
  const state = keepsCells || input.kind === 'known' ? input : { ...input, rectified: null };
  if (layer.sharedWith !== undefined) return unknown('the weights of a shared layer tie it to an earlier one.');
  switch (operation.kind) {
    case 'dense':
    case 'convolution':
    case 'depthwiseConvolution':
    case 'separableConvolution':
    case 'transposedConvolution':
    case 'locallyConnected':
      return weighted(operation, state, context);
    case 'graphConvolution':
    case 'averagePooling':
    case 'globalAveragePooling': {
      const mixed = mixedPositions(state, context);
      return mixed.kind === 'unknown' || operation.kind !== 'graphConvolution'
        ? mixed
        : weighted(operation, mixed, context);
    }
    case 'batchNormalization': {
      const factor = 1 / Math.sqrt(initialVariance(operation));
      if (state.kind === 'known') return { ...state, cells: scaled(state.cells, factor) };
      const rectified = state.rectified && timesFactor(state.rectified, factor);
      return { ...state, cells: scaled(state.cells, factor ** 2), rectified };
    }
    case 'flatten':
    case 'reshape': {
      const cells = reshapeCells(state.cells, layer.outputShape, context.identities);
      if (!cells) return unknown('a reshape mixes channels of different origin.');
      return state.kind === 'random' && leavesFew(layer) ? { ...state, cells, isThin: true } : { ...state, cells };
    }
    case 'select':
      return unknown(`${layer.name} selects some of its numbers, and the mean is not followed through that.`);
    case 'zeroPadding': {
      const [[top], [left]] = operation.padding;
      const [height, width] = extents(context);
      const { cells } = state;
      return copied(
        state,
        context,
        height,
        width,
        (y) => y - top,
        (x) => x - left,
        cells,
      );
    }
    case 'upSampling': {
      if (operation.bilinear) return mixedPositions(state, context);
      const [height, width] = extents(context);
      const [fy, fx] = operation.factors;
      return copied(
        state,
        context,
        height,
        width,
        (y) => Math.floor(y / fy),
        (x) => Math.floor(x / fx),
        state.cells,
      );
    }
    case 'maxPooling': {
      // Of windows of one cell: larger ones are refused.
      const window = windowGeometry(layer);
      if (!window) return state;
      const { outH, outW, strides, padTop, padLeft } = window;
      return copied(
        state,
        context,
        outH,
        outW,
        (y) => y * strides[0] - padTop,
        (x) => x * strides[1] - padLeft,
        state.cells,
      );
    }
    case 'identity':
    case 'maxout':
    case 'tropicalDense':
    case 'tropicalConvolution':
    case 'globalMaxPooling':
    case 'notPiecewiseLinear':
    case 'unknown':
      return state;
  }
}

/** Sums over different positions: of random values, these need covariances. */
function mixedPositions(
  state: KnownTensor | RandomTensor,
  context: LayerContext,
): KnownTensor | RandomTensor | UnknownTensor {
  const { layer, identities, covariances } = context;
  const mix = positionMix(layer);
  if (mix === null) return state;
  if (state.kind === 'random' && !covariances)
    return unknown(`${layer.name} sums different positions, which needs the covariances between them.`);
  const known = state.kind === 'known' ? context.derivatives + 1 : 0;
  const { cells, hasMultiples, isOpen } = mixCells(state.cells, mix, known, identities);
  if (isOpen) return unknown(openSums(layer));
  if (state.kind === 'known') return { ...state, cells };
  const hasMixedSums = state.hasMixedSums || state.hasRays || (state.isTied && state.terms.size > 0);
  return { ...state, cells, isMixed: true, hasMixedSums, hasMultiples: state.hasMultiples || hasMultiples };
}

/** Maxout of rank 1 is a dense layer of its own layout, which is not followed either. */
function refuseOtherUnits(layer: Layer): void {
  const { kind } = layer.operation;
  if (kind !== 'maxout' && layer.stages[0]?.kind !== 'operation') return;
  const isTropical = kind === 'tropicalDense' || kind === 'tropicalConvolution';
  const units = isTropical ? 'tropical units' : kind === 'maxout' ? 'maxout' : 'max pooling';
  throw new NoClosedForm(`${layer.name}: there is no closed form of the mean for ${units}.`);
}

export type Weighted = Extract<
  Operation,
  {
    readonly kind:
      | 'dense'
      | 'convolution'
      | 'depthwiseConvolution'
      | 'separableConvolution'
      | 'transposedConvolution'
      | 'locallyConnected'
      | 'graphConvolution';
  }
>;

/** The image under fresh weights of mean zero: their variance times the sum of the moments they read. */
function weighted(operation: Weighted, state: KnownTensor | RandomTensor, context: LayerContext): RandomTensor {
  const { layer, identities, initialization } = context;
  const input = momentsOf(state, context.derivatives, identities);
  const geometry = windowGeometry(layer);
  const parts = slicesOf(operation, input, geometry).map((slice) => neurons(input, slice, geometry, context));
  const joint = joinChannels(parts);
  const perDerivatives = ((context.derivatives + 1) * (context.derivatives + 2)) / 2;
  const bias = operation.useBias ? initialization.biasStddev ** 2 : 0;
  if (bias > 0) addBias(joint, perDerivatives, bias);
  const positions = joint.height * joint.width;
  const isUntied = operation.kind === 'locallyConnected';
  const named = isUntied ? { ...joint, ids: identities.fresh(joint.ids.length), distinct: true } : joint;
  const hasFew = innerChannels(operation, state, layer) < FEW_CHANNELS;
  const isRandom = state.kind === 'random';
  const readsThin = isRandom && state.isThin;
  return {
    kind: 'random',
    cells: bias > 0 ? named : zerosAsPadding(named),
    terms: new Map([[layer.index, 1]]),
    bent: null,
    rectified: null,
    hasKnown: false,
    ancestors: new Ancestry(layer.index, isRandom ? [state.ancestors] : []),
    isTied: positions > 1 && !isUntied,
    isNarrow:
      readsThin ||
      (isRandom && state.isSingle) ||
      (operation.kind === 'separableConvolution' && hasFew) ||
      readsOneRandomChannel(state, geometry),
    // One channel at several positions holds few random numbers, whatever reads them.
    isThin: readsThin || hasFew || (isRandom && state.isSingle),
    isSingle: layer.outputShape[layer.outputShape.length - 1] === 1,
    isMixed: isRandom && state.isMixed,
    hasMixedSums: isRandom && state.hasMixedSums,
    // A bias is the same at all positions, and moves their breakpoints apart.
    hasMultiples: bias === 0 && (isRandom ? state.hasMultiples : holdsMultiples(state, geometry, context)),
    hasRays: bias === 0 && (isRandom ? state.hasRays : holdsRays(state, geometry)),
  };
}

/** From this many numbers on, the variance that they pass to the next layer counts as averaged out. */
const FEW_CHANNELS = 16;

/** Whether a reshape makes positions of what were channels, so that few are left to average out. */
function leavesFew({ inputShapes: [from], outputShape }: Layer): boolean {
  const channels = outputShape[outputShape.length - 1];
  return channels < from[from.length - 1] && channels < FEW_CHANNELS;
}

/**
 * Channels that random kernels make of a known input one by one, before anything mixes them: as many as the input and
 * the multiplier say, however wide the network is. Infinity for other layers.
 */
function innerChannels(operation: Weighted, state: TensorState, { inputShapes: [shape] }: Layer): number {
  const isByChannel = operation.kind === 'depthwiseConvolution' || operation.kind === 'separableConvolution';
  return isByChannel && state.kind === 'known' ? shape[shape.length - 1] * operation.multiplier : Infinity;
}

function readsOneRandomChannel(state: TensorState, geometry: WindowGeometry | null): boolean {
  return state.kind === 'random' && geometry !== null && geometry.groups > 1 && geometry.groups === geometry.inC;
}

/**
 * Whether units that read one position each see known multiples of one another; `counts` says at which positions, by
 * the numbers of all channels.
 */
function holdsRays(
  { cells }: KnownTensor,
  geometry: WindowGeometry | null,
  counts: (vector: readonly number[]) => boolean = () => true,
): boolean {
  const { height, width, groups, values, components } = cells;
  const positions = height * width;
  if (positions === 1 || (geometry && geometry.kernel[0] * geometry.kernel[1] > 1)) return false;
  const byDirection = new Map<string, string>();
  for (let p = 0; p < positions; p++) {
    const vector = Array.from({ length: components * groups.length }, (_, i) => {
      const [component, group] = [Math.floor(i / groups.length), i % groups.length];
      return values[(component * positions + p) * groups.length + group];
    });
    const pivot = greatest(vector);
    if (pivot === 0 || !counts(vector)) continue;
    const text = (factor: number) => vector.map((x) => (x / factor).toPrecision(9)).join();
    const [direction, whole] = [text(pivot), text(1)];
    if ((byDirection.get(direction) ?? whole) !== whole) return true;
    byDirection.set(direction, whole);
  }
  return false;
}

function greatest(vector: readonly number[]): number {
  return vector.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
}

/**
 * Whether they do so along a line, but for positions whose numbers all vanish at one place: there their units bend, and
 * breakpoints at fixed places are told apart by these.
 */
function holdsMultiples(state: KnownTensor, geometry: WindowGeometry | null, { derivatives }: LayerContext): boolean {
  const channels = state.cells.groups.length;
  if (derivatives !== 1 || channels === 1) return false;
  return holdsRays(state, geometry, (vector) => {
    const [at, speed] = [vector.slice(0, channels), vector.slice(channels, 2 * channels)];
    const least = PARALLEL * greatest([...at, ...speed]) ** 2;
    return at.some((x, i) => Math.abs(x * speed[0] - at[0] * speed[i]) > least);
  });
}

const PARALLEL = 1e-12;

/** Without biases the image of zeros is zero, as padding is. */
function zerosAsPadding(cells: Cells): Cells {
  const isPadding = (i: number) => isZero(cells.values, cells.ids.length, i);
  if (!cells.ids.some((_, i) => isPadding(i))) return cells;
  return { ...cells, ids: cells.ids.map((id, i) => (isPadding(i) ? 0 : id)), distinct: false };
}

/** Sums the moments that the neurons of a slice read, times the variance of their weights. */
function neurons(input: Cells, slice: Slice, geometry: WindowGeometry | null, context: LayerContext): Cells {
  const { layer, identities, initialization } = context;
  const channels = sumChannels(input, slice.weights, identities);
  const columns = geometry ? gather(channels, 1, windowTaps(geometry, 1), identities) : channels;
  const sums = geometry ? gather(columns, 0, windowTaps(geometry, 0), identities) : columns;
  const variance = weightVariance(layer, initialization);
  const ids = sums.distinct ? identities.fresh(sums.ids.length) : renamed(sums.ids, identities);
  return { ...sums, groups: [slice.filters], values: multiplied(sums.values, variance), ids };
}

/** Variance of the weight of one number that a neuron reads. */
export function weightVariance(layer: Layer, initialization: Initialization): number {
  const { operation } = layer;
  const variance = (name: string) => kernelVariance(layer, initialization, name);
  if (operation.kind !== 'separableConvolution')
    return variance(operation.kind === 'depthwiseConvolution' ? 'depthwise_kernel' : 'kernel');
  return operation.multiplier * variance('depthwise_kernel') * variance('pointwise_kernel');
}

/** New identities, one for each old one. */
function renamed(ids: Int32Array, identities: Identities): Int32Array {
  if (ids.length === 1) return identities.fresh(1);
  const pairs = identities.pairs();
  // What reads zeros alone may have a bias, and so is not a zero.
  return ids.map((id) => pairs.id(id, 1));
}

/** Which channels the neurons of a layer read, group by group of its output. */
export function slicesOf(operation: Weighted, input: Cells, geometry: WindowGeometry | null): Slice[] {
  if (operation.kind === 'depthwiseConvolution') {
    return input.groups.map((count, g) => ({
      weights: input.groups.map((_, other) => (other === g ? 1 : 0)),
      filters: count * operation.multiplier,
    }));
  }
  const filters = 'units' in operation ? operation.units : operation.filters;
  const parts = 'groups' in operation ? operation.groups : 1;
  if (parts === 1 || geometry === null) return [{ weights: input.groups, filters }];
  // All channels alike: so are the neurons of all parts.
  if (input.groups.length === 1) return [{ weights: [input.groups[0] / parts], filters }];
  const perPart = geometry.inC / parts;
  return Array.from({ length: parts }, (_, part) => ({
    weights: overlaps(input.groups, part * perPart, (part + 1) * perPart),
    filters: filters / parts,
  }));
}

/** How many channels of each group lie in the range `from .. to - 1`. */
function overlaps(groups: readonly number[], from: number, to: number): number[] {
  let start = 0;
  return groups.map((count) => {
    const overlap = Math.min(start + count, to) - Math.max(start, from);
    start += count;
    return Math.max(0, overlap);
  });
}

function addBias(cells: Cells, stride: number, variance: number): void {
  const perComponent = cells.values.length / cells.components;
  for (let component = 0; component < cells.components; component += stride) {
    const from = component * perComponent;
    for (let i = from; i < from + perComponent; i++) cells.values[i] += variance;
  }
}

function extents({ layer }: LayerContext): [number, number] {
  const shape = layer.outputShape;
  return shape.length === 2 ? [1, shape[0]] : [shape[0], shape[1]];
}

/** Output place (y, x) is a copy of the input's (row(y), column(x)), or zero outside it. */
function copied(
  state: KnownTensor | RandomTensor,
  { identities }: LayerContext,
  height: number,
  width: number,
  row: (y: number) => number,
  column: (x: number) => number,
  cells: Cells,
): TensorState {
  const within = (place: number, extent: number): number => (place >= 0 && place < extent ? place : -1);
  const columns = gather(
    cells,
    1,
    tapsOf(width, 1, (x) => within(column(x), cells.width)),
    identities,
  );
  const rows = gather(
    columns,
    0,
    tapsOf(height, 1, (y) => within(row(y), cells.height)),
    identities,
  );
  return { ...state, cells: rows };
}
