import { isInput, type Layer, type Network } from '../../network/network.ts';
import { sizeOf, type Shape } from '../../network/shape.ts';
import { windowGeometry, type WindowGeometry } from '../../network/window.ts';
import { hasBias, isConstant } from '../constants.ts';
import { bendsAtZeroOnly } from '../kacRice/moments/unit.ts';
import type { UnitStage } from '../../network/network.ts';

/**
 * One layer of the pointwise construction: its units, and how many positions of the input still reach it along one tap.
 */
export interface PointwiseStage {
  /** Index of the layer that holds the units. */
  readonly layer: number;
  /** At most this many channels reach the units: the layer's input channels, fewer after a narrower affine layer. */
  readonly channels: number;
  readonly filters: number;
  readonly units: UnitStage;
  readonly alive: number;
  /** Null for a dense layer, for several affine maps in a row, and after other units. */
  readonly window: LiveWindow | null;
  readonly hasBias: boolean;
  /** Units of two pieces that meet at zero. */
  readonly isCentral: boolean;
}

/** A window on the input, whose rows and columns outside these ranges come from padding layers. */
export interface LiveWindow {
  readonly geometry: WindowGeometry;
  readonly rows: Range;
  readonly columns: Range;
}

/** Places `from .. to - 1` along an axis. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

type LinearMap = Pick<PointwiseStage, 'channels' | 'filters' | 'window'>;

/** The leading layers that the construction can use: convolutions (or dense layers), each with its units. */
export function pointwiseStagesOf(network: Network): PointwiseStage[] {
  const stages: PointwiseStage[] = [];
  let grid: Grid | null = null;
  let pending: LinearMap | null = null;
  let run: Layer[] = [];
  let places = 0;
  for (const layer of network.layers) {
    const reads =
      layer.inputs.length === 1 && (layer.index === 0 ? isInput(layer.inputs[0]) : layer.inputs[0] === layer.index - 1);
    if (!reads || layer.scope === 'beyond' || network.inputs.length !== 1) break;
    // Weights of an earlier layer cannot be chosen; after a constant there is nothing left to cut.
    if (layer.sharedWith !== undefined || isConstant(layer)) break;
    places += placesOf(layer);
    if (places > MAX_PLACES) break;
    grid ??= wholeGrid(layer);
    const next: Grid | null = grid && passed(layer, grid, stages.length === 0 && pending === null);
    if (!grid || !next) break;
    run.push(layer);
    if (isLinearMap(layer)) {
      const map = linearMapOf(layer, grid, stages.length === 0);
      // Two affine maps in a row are one map, and the narrower one limits the channels.
      pending = pending ? { ...map, channels: Math.min(pending.channels, map.channels), window: null } : map;
    }
    grid = next;
    const [units, ...more] = layer.stages;
    if (units === undefined) continue;
    if (!pending || more.length > 0) break;
    // Beyond the first layer the construction folds, which takes ReLUs.
    if (stages.length > 0 && !(units.isRectifier && units.pieceCount === 2 && stages[0].units.isRectifier)) break;
    const isCentral = layer.activation.kind === 'piecewiseLinear' && bendsAtZeroOnly(layer.activation);
    stages.push({ layer: layer.index, ...pending, units, alive: aliveIn(grid), hasBias: hasBias(run), isCentral });
    pending = null;
    run = [];
  }
  return stages;
}

/** Rows and columns of all layers together: beyond, the construction ends at the layers before. */
const MAX_PLACES = 2 ** 20;

/** Rows and columns that a layer reads and writes. */
function placesOf({ inputShapes: [input], outputShape }: Layer): number {
  const along = (shape: Shape) => shape.slice(0, -1).reduce((sum, extent) => sum + extent, 0);
  return along(input) + along(outputShape);
}

function isLinearMap({ operation }: Layer): boolean {
  return operation.kind === 'dense' || operation.kind === 'convolution';
}

function linearMapOf(layer: Layer, grid: Grid, isFirst: boolean): LinearMap {
  const geometry = windowGeometry(layer);
  if (!geometry) return { channels: grid.channels, filters: sizeOf(layer.outputShape), window: null };
  const window = isFirst ? { geometry, rows: rangeOf(grid.rows), columns: rangeOf(grid.columns) } : null;
  return { channels: grid.channels, filters: geometry.outC, window };
}

/**
 * Along rows and columns: which positions still carry an input position of their own, and how many channels they have.
 */
interface Grid {
  readonly rows: readonly boolean[];
  readonly columns: readonly boolean[];
  readonly channels: number;
}

function aliveIn({ rows, columns }: Pick<Grid, 'rows' | 'columns'>): number {
  return rows.filter(Boolean).length * columns.filter(Boolean).length;
}

/** Where the input itself lies, with or without padding around it. */
function rangeOf(alive: readonly boolean[]): Range {
  const from = alive.indexOf(true);
  return from < 0 ? { from: 0, to: 0 } : { from, to: alive.lastIndexOf(true) + 1 };
}

function wholeGrid(layer: Layer): Grid | null {
  const shape = layer.inputShapes[0];
  if (shape.length === 0 || shape.length > 3) return null;
  const [h, w] = shape.length === 3 ? shape : [1, shape.length === 2 ? shape[0] : 1];
  const channels = shape[shape.length - 1];
  return { rows: Array<boolean>(h).fill(true), columns: Array<boolean>(w).fill(true), channels };
}

/** The grid after a layer, along the tap that keeps most positions; null where the construction ends. */
function passed(layer: Layer, grid: Grid, untouched: boolean): Grid | null {
  const { operation } = layer;
  switch (operation.kind) {
    case 'dense':
      if (grid.rows.length * grid.columns.length !== 1 || layer.inputShapes[0].length !== 1) return null;
      return { ...grid, channels: operation.units };
    case 'flatten':
      // The input itself as one vector, in which padding does not count; later the positions would be mixed.
      return untouched ? { rows: [true], columns: [true], channels: aliveIn(grid) * grid.channels } : null;
    case 'identity':
    case 'batchNormalization':
      return grid;
    case 'zeroPadding': {
      const [[top, bottom], [left, right]] = operation.padding;
      const { rows, columns } = grid;
      return { ...grid, rows: padded(rows, top, bottom), columns: padded(columns, left, right) };
    }
    case 'convolution': {
      if (operation.groups !== 1) return null;
      const g = windowGeometry(layer)!;
      const along = (axis: 0 | 1, alive: readonly boolean[], extent: number, before: number) =>
        bestTap(alive, extent, g.kernel[axis], g.strides[axis], g.dilation[axis], before);
      const rows = along(0, grid.rows, g.outH, g.padTop);
      return { rows, columns: along(1, grid.columns, g.outW, g.padLeft), channels: g.outC };
    }
    case 'depthwiseConvolution':
    case 'separableConvolution':
    case 'transposedConvolution':
    case 'locallyConnected':
    case 'graphConvolution':
    case 'maxout':
    case 'tropicalDense':
    case 'tropicalConvolution':
    case 'maxPooling':
    case 'averagePooling':
    case 'globalMaxPooling':
    case 'globalAveragePooling':
    case 'reshape':
    case 'select':
    case 'upSampling':
    case 'add':
    case 'subtract':
    case 'average':
    case 'maximum':
    case 'concatenate':
    case 'notPiecewiseLinear':
    case 'unknown':
      return null;
  }
}

/** Negative padding cuts off. */
function padded(alive: readonly boolean[], before: number, after: number): boolean[] {
  return Array.from({ length: before + alive.length + after }, (_, place) => alive[place - before] ?? false);
}

function bestTap(
  alive: readonly boolean[],
  extent: number,
  kernel: number,
  stride: number,
  dilation: number,
  before: number,
): boolean[] {
  let best: boolean[] = Array<boolean>(extent).fill(false);
  let most = -1;
  for (const a of middleTaps(kernel)) {
    const kept = Array.from({ length: extent }, (_, o) => alive[o * stride - before + a * dilation] ?? false);
    const count = kept.filter(Boolean).length;
    if (count > most) [best, most] = [kept, count];
  }
  return best;
}

/** The middle tap first: it wins ties. */
function middleTaps(kernel: number): number[] {
  const from = Math.max(0, Math.floor(kernel / 2) - MAX_TAPS);
  const taps = Array.from({ length: Math.min(kernel - from, 2 * MAX_TAPS + 1) }, (_, k) => from + k);
  return taps.sort((a, b) => Math.abs(a - kernel / 2) - Math.abs(b - kernel / 2)).slice(0, MAX_TAPS);
}

/** The outermost taps of larger kernels are skipped: they keep fewer positions than those in the middle. */
export const MAX_TAPS = 16;
