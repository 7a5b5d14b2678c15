import type { Layer } from '../../network/network.ts';
import { spatialExtents, windowGeometry, type WindowGeometry } from '../../network/window.ts';

/** For every output row (or column): the input rows (or columns) it sees, ascending. Padding is not among them. */
export type AxisFields = readonly (readonly number[])[];

/**
 * How the weights of a layer's neurons are related: the same kernel at every position, free weights, or the product
 * of several affine layers (which ties them in ways of its own).
 */
export type WeightSharing = 'shared' | 'untied' | 'composed';

/** For every output row, which entry of the kernel belongs to each cell of `rows[y]`; columns alike. */
export interface KernelTaps {
  readonly rows: AxisFields;
  readonly columns: AxisFields;
}

/**
 * Which input scalars each neuron of a layer sees, where they form a product: position (y, x) of one group sees the
 * `channels` scalars of every cell in `rows[y]` x `columns[x]`, and `filters` neurons of the group stand there.
 */
export interface ReceptiveFields {
  readonly rows: AxisFields;
  readonly columns: AxisFields;
  readonly groups: number;
  readonly channels: number;
  readonly filters: number;
  /** At most this many normals of one position and group are independent, because an inner tensor is that narrow. */
  readonly rankLimit: number;
  readonly sharing: WeightSharing;
  /** Given for a single convolution, its weights shared or not. */
  readonly taps: KernelTaps | null;
}

/** Channels of one group: `groups` blocks of `input` channels, each seen by a block of `output` channels. */
interface ChannelBlocks {
  readonly groups: number;
  readonly input: number;
  readonly output: number;
}

interface AffineStep {
  readonly rows: AxisFields;
  readonly columns: AxisFields;
  readonly blocks: ChannelBlocks;
  /** `none`: only moves cells and adds constant ones (zero padding). */
  readonly sharing: WeightSharing | 'none';
  readonly taps: KernelTaps | null;
}

/**
 * The receptive fields of the last of these layers in the first one's input; the layers follow one another, and all
 * their operations are affine. Null where the fields have no product structure (dense, flatten, merges, ...).
 */
export function receptiveFieldsOf(layers: readonly Layer[]): ReceptiveFields | null {
  if (!layers.every(hasFields)) return null;
  let steps: AffineStep[] = [];
  for (const layer of layers) {
    steps = steps.concat(stepsOf(layer));
  }
  const [first, ...rest] = steps;
  if (first === undefined || steps.every(({ sharing }) => sharing === 'none')) return null;
  const whole = rest.reduce(
    (inner, step): AffineStep => ({
      rows: composeFields(step.rows, inner.rows),
      columns: composeFields(step.columns, inner.columns),
      blocks: composeBlocks(inner.blocks, step.blocks),
      ...composeWeights(inner, step),
    }),
    first,
  );
  const { rows, columns, blocks, taps } = whole;
  const sharing = whole.sharing === 'none' ? 'composed' : whole.sharing;
  return {
    rows,
    columns,
    groups: blocks.groups,
    channels: blocks.input,
    filters: blocks.output,
    rankLimit: rankLimitOf(steps, blocks.groups),
    sharing,
    taps,
  };
}

/**
 * The normals of one position and group are combinations of what they read of any inner tensor: no more of them are
 * independent than the position's field has cells there, times the channels that the group reads. Inner tensors are
 * those with weights before and after them; zero padding alone narrows nothing.
 */
function rankLimitOf(steps: readonly AffineStep[], groups: number): number {
  const firstWeights = steps.findIndex(({ sharing }) => sharing !== 'none');
  let limit = Infinity;
  let hasWeights = false;
  let fields: Pick<AffineStep, 'rows' | 'columns'> | null = null;
  for (let i = steps.length - 1; i > firstWeights; i--) {
    const { rows, columns, sharing } = steps[i];
    fields = fields
      ? { rows: composeFields(fields.rows, rows), columns: composeFields(fields.columns, columns) }
      : { rows, columns };
    hasWeights ||= sharing !== 'none';
    const { groups: innerGroups, output } = steps[i - 1].blocks;
    const channels = (innerGroups * output) / groups;
    if (hasWeights) limit = Math.min(limit, longest(fields.rows) * longest(fields.columns) * channels);
  }
  return limit;
}

/** Whether the layer's receptive fields are a product of rows and columns. */
export function hasFields({ operation: { kind } }: Layer): boolean {
  switch (kind) {
    case 'batchNormalization':
    case 'identity':
    case 'convolution':
    case 'depthwiseConvolution':
    case 'transposedConvolution':
    case 'locallyConnected':
    case 'averagePooling':
    case 'separableConvolution':
    case 'zeroPadding':
    case 'upSampling':
      return true;
    case 'dense':
    case 'graphConvolution':
    case 'maxout':
    case 'tropicalDense':
    case 'tropicalConvolution':
    case 'maxPooling':
    case 'globalMaxPooling':
    case 'globalAveragePooling':
    case 'flatten':
    case 'reshape':
    case 'select':
    case 'add':
    case 'subtract':
    case 'average':
    case 'maximum':
    case 'concatenate':
    case 'notPiecewiseLinear':
    case 'unknown':
      return false;
  }
}

function stepsOf(layer: Layer): AffineStep[] {
  const { operation } = layer;
  switch (operation.kind) {
    case 'convolution':
    case 'depthwiseConvolution':
    case 'transposedConvolution':
      return [windowStep(layer, 'shared')];
    case 'locallyConnected':
      return [windowStep(layer, 'untied')];
    case 'averagePooling':
      return [windowStep(layer, 'composed')];
    case 'separableConvolution':
      return separableSteps(layer, operation.multiplier);
    case 'zeroPadding':
    case 'upSampling':
      return [resamplingStep(layer)];
    case 'batchNormalization':
    case 'identity':
      return [];
    case 'dense':
    case 'graphConvolution':
    case 'maxout':
    case 'tropicalDense':
    case 'tropicalConvolution':
    case 'maxPooling':
    case 'globalMaxPooling':
    case 'globalAveragePooling':
    case 'flatten':
    case 'reshape':
    case 'select':
    case 'add':
    case 'subtract':
    case 'average':
    case 'maximum':
    case 'concatenate':
    case 'notPiecewiseLinear':
    case 'unknown':
      throw new TypeError(`${layer.name} has no receptive fields`);
  }
}

function windowStep(layer: Layer, sharing: WeightSharing): AffineStep {
  const window = windowGeometry(layer);
  if (window === null) throw new Error(`${layer.name} has no window`);
  const axis = (k: 0 | 1, extentIn: number, extentOut: number, before: number): AxisFields =>
    window.transposed
      ? transposedFields(extentIn, extentOut, window.kernel[k], window.strides[k], window.dilation[k], before)
      : slidingFields(extentIn, extentOut, window.kernel[k], window.strides[k], window.dilation[k], before);
  const { groups } = window;
  return {
    rows: axis(0, window.inH, window.outH, window.padTop),
    columns: axis(1, window.inW, window.outW, window.padLeft),
    blocks: { groups, input: window.inC / groups, output: window.outC / groups },
    sharing,
    taps: sharing === 'composed' ? null : tapsOf(window),
  };
}

function tapsOf(window: WindowGeometry): KernelTaps {
  const axis = (k: 0 | 1, extentIn: number, extentOut: number, before: number): AxisFields => {
    const [kernel, stride, dilation] = [window.kernel[k], window.strides[k], window.dilation[k]];
    return Array.from({ length: extentOut }, (_, p) => {
      const taps: number[] = [];
      if (window.transposed) {
        // The cell that reaches p by tap a; a smaller cell has a larger tap.
        const from = Math.max(0, Math.ceil((p + before - (extentIn - 1) * stride) / dilation));
        for (let a = Math.min(kernel - 1, Math.floor((p + before) / dilation)); a >= from; a--) {
          if (Number.isInteger((p + before - a * dilation) / stride)) taps.push(a);
        }
      } else {
        const [first, last] = tapsInside(p * stride - before, extentIn, kernel, dilation);
        for (let a = first; a <= last; a++) taps.push(a);
      }
      return taps;
    });
  };
  return {
    rows: axis(0, window.inH, window.outH, window.padTop),
    columns: axis(1, window.inW, window.outW, window.padLeft),
  };
}

/** The first and the last of a window's taps, `start + a * dilation`, that fall on cells 0 .. extent - 1. */
function tapsInside(start: number, extent: number, kernel: number, dilation: number): [number, number] {
  return [Math.max(0, Math.ceil(-start / dilation)), Math.min(kernel - 1, Math.floor((extent - 1 - start) / dilation))];
}

/** A depthwise convolution, then a pointwise one. */
function separableSteps(layer: Layer, multiplier: number): AffineStep[] {
  const whole = windowStep(layer, 'shared');
  const { input: channels, output: filters } = whole.blocks;
  const depthwise = { ...whole, blocks: { groups: channels, input: 1, output: multiplier } };
  const pointwise: AffineStep = {
    rows: whole.rows.map((_, y) => [y]),
    columns: whole.columns.map((_, x) => [x]),
    blocks: { groups: 1, input: channels * multiplier, output: filters },
    sharing: 'shared',
    taps: null,
  };
  return [depthwise, pointwise];
}

/** Zero padding and up-sampling copy or mix cells within a channel. */
function resamplingStep(layer: Layer): AffineStep {
  const { operation } = layer;
  if (operation.kind !== 'zeroPadding' && operation.kind !== 'upSampling') throw new Error('not a resampling layer');
  const [inH, inW, channels] = spatialExtents(layer.inputShapes[0], operation.rank);
  const [outH, outW] = spatialExtents(layer.outputShape, operation.rank);
  const axis = (k: 0 | 1, extentIn: number, extentOut: number): AxisFields => {
    if (operation.kind === 'zeroPadding') return slidingFields(extentIn, extentOut, 1, 1, 1, operation.padding[k][0]);
    return upSampledFields(extentIn, extentOut, operation.factors[k], operation.bilinear);
  };
  return {
    rows: axis(0, inH, outH),
    columns: axis(1, inW, outW),
    blocks: { groups: channels, input: 1, output: 1 },
    sharing: operation.kind === 'zeroPadding' ? 'none' : 'composed',
    taps: null,
  };
}

function slidingFields(
  extentIn: number,
  extentOut: number,
  kernel: number,
  stride: number,
  dilation: number,
  before: number,
): AxisFields {
  return Array.from({ length: extentOut }, (_, p) => {
    const start = p * stride - before;
    const [first, last] = tapsInside(start, extentIn, kernel, dilation);
    const seen: number[] = [];
    for (let a = first; a <= last; a++) seen.push(start + a * dilation);
    return seen;
  });
}

function transposedFields(
  extentIn: number,
  extentOut: number,
  kernel: number,
  stride: number,
  dilation: number,
  before: number,
): AxisFields {
  const fields: number[][] = Array.from({ length: extentOut }, () => []);
  for (let cell = 0; cell < extentIn; cell++) {
    const start = cell * stride - before;
    const [first, last] = tapsInside(start, extentOut, kernel, dilation);
    for (let a = first; a <= last; a++) fields[start + a * dilation].push(cell);
  }
  return fields;
}

/** Nearest: every cell is repeated `factor` times. Bilinear: half-pixel centers, a mix of the two nearest cells. */
function upSampledFields(extentIn: number, extentOut: number, factor: number, bilinear: boolean): AxisFields {
  return Array.from({ length: extentOut }, (_, y) => {
    if (!bilinear) return [Math.floor(y / factor)];
    const center = (y + 0.5) / factor - 0.5;
    const lower = Math.min(extentIn - 1, Math.max(0, Math.floor(center)));
    const upper = Math.min(extentIn - 1, Math.max(0, Math.ceil(center)));
    return lower === upper ? [lower] : [lower, upper];
  });
}

function composeFields(outer: AxisFields, inner: AxisFields): AxisFields {
  return outer.map((field) => [...new Set(field.flatMap((cell) => inner[cell]))].sort((a, b) => a - b));
}

/** A convolution with zero padding before or after it is still one convolution. */
function composeWeights(inner: AffineStep, outer: AffineStep): Pick<AffineStep, 'sharing' | 'taps'> {
  if (inner.sharing !== 'none' && outer.sharing !== 'none') return { sharing: 'composed', taps: null };
  const sharing = inner.sharing === 'none' ? outer.sharing : inner.sharing;
  if (inner.taps) {
    const moved = (fields: AxisFields, taps: AxisFields) => fields.map((field) => field.flatMap((cell) => taps[cell]));
    return {
      sharing,
      taps: { rows: moved(outer.rows, inner.taps.rows), columns: moved(outer.columns, inner.taps.columns) },
    };
  }
  if (!outer.taps) return { sharing, taps: null };
  const kept = (fields: AxisFields, taps: AxisFields, inside: AxisFields) =>
    taps.map((list, p) => list.filter((_, k) => inside[fields[p][k]].length > 0));
  return {
    sharing,
    taps: {
      rows: kept(outer.rows, outer.taps.rows, inner.rows),
      columns: kept(outer.columns, outer.taps.columns, inner.columns),
    },
  };
}

/**
 * Where the blocks of the two layers do not nest, every channel is assumed to see every other one: that only adds
 * freedom.
 */
function composeBlocks(inner: ChannelBlocks, outer: ChannelBlocks): ChannelBlocks {
  if (inner.output % outer.input === 0) {
    return { groups: inner.groups, input: inner.input, output: (outer.output * inner.output) / outer.input };
  }
  if (outer.input % inner.output === 0) {
    return { groups: outer.groups, input: (inner.input * outer.input) / inner.output, output: outer.output };
  }
  return { groups: 1, input: inner.groups * inner.input, output: outer.groups * outer.output };
}

function longest(fields: AxisFields): number {
  return fields.reduce((most, field) => Math.max(most, field.length), 0);
}
