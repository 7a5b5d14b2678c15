import { isInput, type Layer, type Network } from '../network/network.ts';
import { sizeOf } from '../network/shape.ts';
import { windowGeometry, type WindowGeometry } from '../network/window.ts';
import { binomialPrefixSum } from './binomial.ts';
import type { Bound } from './bound.ts';
import { inputDimension } from './dominators.ts';
import { refused } from './evaluation.ts';
import { larger, magnitudeOf, multiply, one, power, type Magnitude } from './magnitude.ts';
import { unitStages, type UnitStage } from './units.ts';

/**
 * A lower bound on the activation regions of networks that begin with convolutions (or a dense layer), by two constructions.
 *
 * *Disjoint blocks.* Let the first layer's kernels vanish outside a block of taps. Output positions whose blocks do not
 * overlap see disjoint inputs, so their arrangements multiply: each makes `sum over j <= m of C(d, j) (p - 1)^j` cells from
 * m inputs with d filters of p pieces in general position (Zaslavsky), although all positions share their weights.
 * Further positions and layers only refine the partition.
 *
 * *Pointwise networks.* Let every kernel have a single tap that is not zero. Then each input position passes through one and
 * the same fully connected network c -> d_1 -> d_2 ..., and positions multiply: those that reach layer l make the regions of
 * the folding construction (Montúfar et al. 2014, Theorem 4; Serra et al. 2018, Theorem 6), those that fall off the grid
 * after k layers (stride, missing padding) keep the folds of the first k.
 *
 * The cut after layer l gets the greatest of all these for layers up to l. Proof and bound: this tool.
 */
export const pointwiseLower: Bound = {
  id: 'pointwise-lower',
  kind: 'lower',
  of: 'activation',
  citation: { label: 'Pointwise construction (this tool)', url: 'https://arxiv.org/abs/1402.1869' },
  evaluate(network, options) {
    const stages = constructionOf(network);
    if (stages.length === 0) return refused('The construction begins with a convolution or a dense layer with biases, followed by its units.'); // prettier-ignore
    const k = inputDimension(network, options);
    if (k < network.inputSize) {
      const [first] = stages;
      if (first.window || first.alive > 1)
        return refused('The construction for convolutions needs the whole input space.');
      // A dense layer can make any affine map of the slice: the slice is an input of k dimensions.
      stages[0] = { ...first, channels: Math.min(first.channels, k) };
    }
    const reached = pointwiseRegions(stages);
    reached[0] = larger(reached[0], blockRegions(stages[0]));
    let best = one;
    let next = 0;
    const perLayer = network.layers.map((layer) => {
      for (; next < stages.length && stages[next].layer <= layer.index; next++) best = larger(best, reached[next]);
      return layer.reach === 'beyond' ? null : best;
    });
    return { applies: true, perLayer };
  },
};

/** One layer of the construction: its units, and how many positions of the input still reach it along one tap. */
interface Stage {
  /** Index of the layer that holds the units. */
  readonly layer: number;
  /** Channels that reach the units at most: the layer's input channels, fewer behind a narrower affine layer. */
  readonly channels: number;
  readonly filters: number;
  readonly units: UnitStage;
  readonly alive: number;
  /** Null for a dense layer, and for several affine maps in a row. */
  readonly window: WindowGeometry | null;
}

/** The leading layers that the constructions can use: convolutions (or dense layers) with biases, each with its units. */
function constructionOf(network: Network): Stage[] {
  const stages: Stage[] = [];
  let grid: Grid | null = null;
  let pending: Pick<Stage, 'channels' | 'filters' | 'window'> | null = null;
  for (const layer of network.layers) {
    const reads = layer.inputs.length === 1 && (layer.index === 0 ? isInput(layer.inputs[0]) : layer.inputs[0] === layer.index - 1); // prettier-ignore
    if (!reads || layer.reach === 'beyond' || network.inputs.length !== 1) break;
    grid ??= wholeGrid(layer);
    const next: Grid | null = grid && passed(layer, grid, stages.length === 0 && pending === null);
    if (!next) break;
    if (isLinearMap(layer)) {
      if (!('useBias' in layer.operation && layer.operation.useBias)) break;
      const sizes = sizesOf(layer);
      // Two affine maps in a row are one, of which no more channels pass than the narrower lets through.
      pending = pending ? { ...sizes, channels: Math.min(pending.channels, sizes.channels), window: null } : sizes;
    }
    grid = next;
    const [units, ...more] = unitStages(layer);
    if (units === undefined) continue;
    if (!pending || more.length > 0) break;
    // Beyond the first layer the construction folds, which takes ReLUs.
    if (stages.length > 0 && !(units.drops && units.pieces === 2 && stages[0].units.drops)) break;
    stages.push({ layer: layer.index, ...pending, units, alive: aliveIn(grid) });
    pending = null;
  }
  return stages;
}

function isLinearMap({ operation }: Layer): boolean {
  return operation.kind === 'dense' || operation.kind === 'convolution';
}

function sizesOf(layer: Layer): Pick<Stage, 'channels' | 'filters' | 'window'> {
  const window = windowGeometry(layer);
  if (window) return { channels: window.inC, filters: window.outC, window };
  return { channels: sizeOf(layer.inputShapes[0]), filters: sizeOf(layer.outputShape), window: null };
}

/** Along rows and columns: which positions still carry an input position of their own. */
interface Grid {
  readonly rows: readonly boolean[];
  readonly columns: readonly boolean[];
}

function aliveIn({ rows, columns }: Grid): number {
  return rows.filter(Boolean).length * columns.filter(Boolean).length;
}

function wholeGrid(layer: Layer): Grid | null {
  const shape = layer.inputShapes[0];
  if (shape.length === 0 || shape.length > 3) return null;
  const [h, w] = shape.length === 3 ? shape : [1, shape.length === 2 ? shape[0] : 1];
  return { rows: Array<boolean>(h).fill(true), columns: Array<boolean>(w).fill(true) };
}

/** The grid after a layer, along the tap that keeps most positions; null where the constructions end. */
function passed(layer: Layer, grid: Grid, untouched: boolean): Grid | null {
  const { operation } = layer;
  switch (operation.kind) {
    case 'dense':
      return grid.rows.length * grid.columns.length === 1 ? grid : null;
    case 'flatten':
      // The bare input as one vector; later the positions would be mixed.
      return untouched ? { rows: [true], columns: [true] } : null;
    case 'identity':
    case 'batchNormalization':
      return grid;
    case 'zeroPadding': {
      const [[top, bottom], [left, right]] = operation.padding;
      const no = (count: number) => Array<boolean>(Math.max(0, count)).fill(false);
      return { rows: [...no(top), ...grid.rows, ...no(bottom)], columns: [...no(left), ...grid.columns, ...no(right)] };
    }
    case 'convolution': {
      if (operation.groups !== 1) return null;
      const g = windowGeometry(layer)!;
      const along = (axis: 0 | 1, alive: readonly boolean[], extent: number, before: number) =>
        bestTap(alive, extent, g.kernel[axis], g.strides[axis], g.dilation[axis], before);
      return { rows: along(0, grid.rows, g.outH, g.padTop), columns: along(1, grid.columns, g.outW, g.padLeft) };
    }
    default:
      return null;
  }
}

function bestTap(alive: readonly boolean[], extent: number, kernel: number, stride: number, dilation: number, before: number): boolean[] {
  let best: boolean[] = Array<boolean>(extent).fill(false);
  let most = -1;
  // The middle tap first: between equals it is the natural one.
  const taps = Array.from({ length: kernel }, (_, a) => a).sort((a, b) => Math.abs(a - kernel / 2) - Math.abs(b - kernel / 2)); // prettier-ignore
  for (const a of taps.slice(0, MOST_TAPS)) {
    const kept = Array.from({ length: extent }, (_, o) => alive[o * stride - before + a * dilation] ?? false);
    const count = kept.filter(Boolean).length;
    if (count > most) [best, most] = [kept, count];
  }
  return best;
} // prettier-ignore

/** Kernels larger than this have their outermost taps passed over: they keep fewer positions than the middle ones. */
const MOST_TAPS = 16;

/** One choice of the folding construction: how many of a position's channels it uses, and whether it folds once more. */
interface Folding {
  readonly channels: number;
  /** The sharper construction of Serra et al., for layers of at least three times as many filters as channels used. */
  readonly extra: 0 | 1;
}

/**
 * Regions of all positions together after each stage, by the best choice of folding for each. Using fewer channels than
 * there are is allowed (kernels that ignore the others), and better where layers are narrow.
 */
function pointwiseRegions(stages: readonly Stage[]): Magnitude[] {
  const cells = positionCells(stages);
  const choices = candidateChannels(stages[0].channels).flatMap((channels): Folding[] => [
    { channels, extra: 0 },
    { channels, extra: 1 },
  ]);
  const estimates = choices.map((choice) => foldedLog10(stages, choice, cells));
  const exact = new Map<Folding, Magnitude[]>();
  return stages.map((_, l) => {
    const best = choices.reduce((a, _choice, i) => (estimates[i][l] > estimates[a][l] ? i : a), 0);
    const known = exact.get(choices[best]) ?? foldedRegions(stages, choices[best], cells);
    exact.set(choices[best], known);
    return known[l] ?? one;
  });
}

/** All numbers of channels up to 32, then some in growing steps, and the largest. */
function candidateChannels(most: number): number[] {
  const candidates: number[] = [];
  for (let c = 1; c < most; c = Math.max(c + 1, Math.floor(c * 1.1))) candidates.push(c);
  return [...candidates, most];
}

/** How often a layer folds each of the channels used; 0 where it cannot. */
function foldsOf({ filters }: Stage, { channels, extra }: Folding): number {
  if (filters < channels * (extra === 1 ? 3 : 1)) return 0;
  return Math.floor(filters / channels) + extra;
}

/** Doubles close to log10 of `foldedRegions`, to choose by; -Infinity where the construction is not to be had. */
function foldedLog10(stages: readonly Stage[], choice: Folding, cells: readonly PositionCells[]): number[] {
  let [folds, lost] = [0, 0];
  return stages.map((stage, l) => {
    if (l > 0) {
      folds += choice.channels * Math.log10(foldsOf(stages[l - 1], choice));
      lost += folds * (stages[l - 1].alive - stage.alive);
    }
    const usable = choice.channels <= stage.channels && (choice.extra === 0 || foldsOf(stage, choice) > 0);
    if (!usable || folds === -Infinity) return -Infinity;
    return lost + stage.alive * (folds + cells[l].in(choice.channels).log10);
  });
}

/** Regions after each stage, up to the first at which the construction ends. */
function foldedRegions(stages: readonly Stage[], choice: Folding, cells: readonly PositionCells[]): Magnitude[] {
  let [folds, lost]: Magnitude[] = [one, one];
  const regions: Magnitude[] = [];
  for (const [l, stage] of stages.entries()) {
    if (choice.channels > stage.channels) break;
    if (l > 0) {
      const factor = foldsOf(stages[l - 1], choice);
      if (factor === 0) break;
      folds = multiply(folds, power(magnitudeOf(factor), choice.channels));
      const fallen = stages[l - 1].alive - stage.alive;
      if (fallen > 0) lost = multiply(lost, power(folds, fallen));
    }
    regions.push(multiply(lost, power(multiply(folds, cells[l].in(choice.channels)), stage.alive)));
  }
  return regions;
}

/** Cells of one position's arrangement: `filters` bundles of parallel hyperplanes in general position in R^m. */
class PositionCells {
  private readonly known: Magnitude[] = [];

  constructor(
    private readonly filters: number,
    private readonly pieces: number,
  ) {}

  in(m: number): Magnitude {
    return (this.known[m] ??= binomialPrefixSum(this.filters, m, this.pieces - 1));
  }
}

/** By stage. Deep networks repeat their layers: those of one width share their sums. */
function positionCells(stages: readonly Stage[]): PositionCells[] {
  const known = new Map<string, PositionCells>();
  return stages.map(({ filters, units }) => {
    const key = `${filters} ${units.pieces}`;
    const cells = known.get(key) ?? new PositionCells(filters, units.pieces);
    known.set(key, cells);
    return cells;
  });
}

/** Regions of the first layer when its kernels are blocks that do not overlap from one used position to the next. */
function blockRegions(stage: Stage): Magnitude {
  const g = stage.window;
  if (!g) return one;
  const [cells] = positionCells([stage]);
  let best: Magnitude = one;
  for (let height = 1; height <= Math.min(g.kernel[0], MOST_TAPS); height++) {
    if (height > 1 && g.dilation[0] > 1) break;
    for (let width = 1; width <= Math.min(g.kernel[1], MOST_TAPS); width++) {
      if (width > 1 && g.dilation[1] > 1) break;
      const rows = blocksAlong(height, g.inH, g.outH, g.kernel[0], g.strides[0], g.padTop);
      const columns = blocksAlong(width, g.inW, g.outW, g.kernel[1], g.strides[1], g.padLeft);
      best = larger(best, power(cells.in(height * width * g.inC), rows * columns));
    }
  }
  return best;
}

/** How many output positions along an axis can use a block of `size` neighbouring taps without overlap or padding. */
function blocksAlong(size: number, inputs: number, outputs: number, kernel: number, stride: number, before: number): number {
  const spacing = Math.ceil(size / stride);
  let most = 0;
  for (let tap = 0; tap + size <= kernel; tap++) {
    const first = Math.max(0, Math.ceil((before - tap) / stride));
    const last = Math.min(outputs - 1, Math.floor((inputs - size + before - tap) / stride));
    most = Math.max(most, Math.floor((last - first) / spacing) + 1);
  }
  return Math.max(0, most);
} // prettier-ignore
