import type { TheoryOptions } from '../bound.ts';
import { throwIfCancelled } from '../cancellation.ts';
import { memoized } from '../context.ts';
import type { WindowGeometry } from '../../network/window.ts';
import { binomialPrefixSum } from '../numbers/binomial.ts';
import { add, larger, magnitudeOf, multiply, one, power, zero, type Magnitude } from '../numbers/magnitude.ts';
import { MAX_TAPS, type PointwiseStage, type Range } from './pointwiseStages.ts';

/** What the constructions may use of a stage: all of it, or what remains beside a unit that holds the constant. */
export interface FoldingStage extends PointwiseStage {
  /** Filters that fold, where another layer comes after. */
  readonly folding: number;
  /** Further regions of every position, opposite the slice on which the first layer's constant is 1. */
  readonly mirrored: Magnitude;
}

/** Stages with biases are used as they are. */
export function biasedStages(stages: readonly PointwiseStage[]): FoldingStage[] {
  return stages.map((stage) => ({ ...stage, folding: stage.filters, mirrored: zero }));
}

/**
 * Layers without biases: one of their input channels holds a constant, which a unit of the layer before makes (with a
 * bias, or by passing on a constant of its own). In the first layer the constant is a coordinate x_c of every position,
 * on the slice x_c = 1; where x_c < 0 there are the cells of the first layer that lie opposite.
 */
export function stagesWithConstants(stages: readonly PointwiseStage[]): FoldingStage[] {
  const mirrored = stages[0].hasBias ? zero : halfOfCentral(stages[0], stages[0].channels);
  return stages.map((stage, l) => {
    const isSplit = l === 0 && !stage.hasBias;
    const holds = isSplit || (l + 1 < stages.length && !stages[l + 1].hasBias);
    return {
      ...stage,
      channels: stage.channels - (stage.hasBias ? 0 : 1),
      filters: stage.filters - (isSplit ? 1 : 0),
      folding: stage.filters - (holds ? 1 : 0),
      mirrored,
    };
  });
}

/** Half of the cells that the units of a layer without biases make of m inputs: hyperplanes through 0. */
function halfOfCentral({ filters }: PointwiseStage, m: number): Magnitude {
  return binomialPrefixSum(filters - 1, m - 1);
}

/**
 * One choice of the folding construction: how many of a position's channels it uses, and whether it folds once more.
 */
interface Folding {
  readonly channels: number;
  /** The sharper construction of Serra et al., for layers of at least three times as many filters as channels used. */
  readonly extra: 0 | 1;
}

/**
 * Regions of all positions together after each stage, by the best choice of folding for each. Using fewer channels than
 * there are is allowed (kernels that ignore the others), and better where layers are narrow.
 */
export function pointwiseRegions(stages: readonly FoldingStage[], options: TheoryOptions): Magnitude[] {
  const cells = positionCells(stages);
  const choices = candidateChannels(stages[0].channels).flatMap((channels): Folding[] => [
    { channels, extra: 0 },
    { channels, extra: 1 },
  ]);
  const estimates = choices.map((choice) => {
    throwIfCancelled(options);
    return foldedLog10(stages, choice, cells);
  });
  const regionsOf = memoized(
    (choice: Folding) => choice,
    (choice) => foldedRegions(stages, choice, cells, options),
  );
  return stages.map((_, l) => {
    const best = choices.reduce((a, _choice, i) => (estimates[i][l] > estimates[a][l] ? i : a), 0);
    return regionsOf(choices[best])[l] ?? one;
  });
}

/** All numbers of channels up to 32, then some in growing steps, and the largest. */
function candidateChannels(most: number): number[] {
  const candidates: number[] = [];
  for (let c = 1; c < most; c = Math.max(c + 1, Math.floor(c * 1.1))) candidates.push(c);
  return [...candidates, most];
}

/** How often a layer folds each of the channels used; 0 where it cannot. */
function foldsOf({ folding }: FoldingStage, { channels, extra }: Folding): number {
  if (channels === 0) return 1;
  if (folding < channels * (extra === 1 ? 3 : 1)) return 0;
  return Math.floor(folding / channels) + extra;
}

/** Doubles close to log10 of `foldedRegions`, to choose by; -Infinity where the construction does not exist. */
function foldedLog10(stages: readonly FoldingStage[], choice: Folding, cells: readonly PositionCells[]): number[] {
  let [folds, lost] = [0, 0];
  return stages.map((stage, l) => {
    if (l > 0) {
      folds += choice.channels * Math.log10(foldsOf(stages[l - 1], choice));
      lost += folds * (stages[l - 1].alive - stage.alive);
    }
    const usable = choice.channels <= stage.channels && (choice.extra === 0 || foldsOf(stage, choice) > 0);
    if (!usable || folds === -Infinity) return -Infinity;
    return lost + stage.alive * (folds + cells[l](choice.channels).log10);
  });
}

/** Regions after each stage, up to the first at which the construction ends. */
function foldedRegions(
  stages: readonly FoldingStage[],
  choice: Folding,
  cells: readonly PositionCells[],
  options: TheoryOptions,
): Magnitude[] {
  let [folds, lost]: Magnitude[] = [one, one];
  const regions: Magnitude[] = [];
  for (const [l, stage] of stages.entries()) {
    throwIfCancelled(options);
    if (choice.channels > stage.channels) break;
    if (l > 0) {
      const factor = foldsOf(stages[l - 1], choice);
      if (factor === 0) break;
      folds = multiply(folds, power(magnitudeOf(factor), choice.channels));
      const fallen = stages[l - 1].alive - stage.alive;
      if (fallen > 0) lost = multiply(lost, power(add(folds, stage.mirrored), fallen));
    }
    const ofPosition = add(multiply(folds, cells[l](choice.channels)), stage.mirrored);
    regions.push(multiply(lost, power(ofPosition, stage.alive)));
  }
  return regions;
}

/** Cells of one position's arrangement in R^m: `filters` bundles of parallel hyperplanes in general position. */
type PositionCells = (m: number) => Magnitude;

/** By stage. Deep networks repeat their layers: those of one width share their sums. */
function positionCells(stages: readonly PointwiseStage[]): PositionCells[] {
  const cellsOf = memoized(
    ({ filters, units }: PointwiseStage) => `${filters} ${units.pieceCount}`,
    ({ filters, units }): PositionCells =>
      memoized(
        (m) => m,
        (m) => binomialPrefixSum(filters, m, units.pieceCount - 1),
      ),
  );
  return stages.map(cellsOf);
}

/** Regions of the first layer when its kernels are blocks that do not overlap from one used position to the next. */
export function blockRegions(stage: PointwiseStage): Magnitude {
  if (!stage.window) return one;
  const { geometry: g, rows, columns } = stage.window;
  const [cells] = positionCells([stage]);
  const cellsIn = (m: number) => (stage.hasBias ? cells(m) : multiply(magnitudeOf(2), halfOfCentral(stage, m)));
  let best: Magnitude = one;
  for (let height = 1; height <= Math.min(g.kernel[0], MAX_TAPS); height++) {
    if (height > 1 && g.dilation[0] > 1) break;
    for (let width = 1; width <= Math.min(g.kernel[1], MAX_TAPS); width++) {
      if (width > 1 && g.dilation[1] > 1) break;
      const blocks = blocksAlong(height, rows, axisOf(g, 0)) * blocksAlong(width, columns, axisOf(g, 1));
      best = larger(best, power(cellsIn(height * width * g.inC), blocks));
    }
  }
  return best;
}

interface AxisWindow {
  readonly outputs: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

function axisOf(g: WindowGeometry, axis: 0 | 1): AxisWindow {
  const [outputs, before] = axis === 0 ? [g.outH, g.padTop] : [g.outW, g.padLeft];
  return { outputs, taps: g.kernel[axis], stride: g.strides[axis], dilation: g.dilation[axis], before };
}

/** Only the middle taps of larger kernels are tried: blocks there fit at most positions. */
const MAX_STARTS = 1024;

/** How many output positions along an axis can use a block of `size` neighboring taps without overlap or padding. */
function blocksAlong(size: number, { from, to }: Range, axis: AxisWindow): number {
  const { outputs, taps, stride, dilation, before } = axis;
  const spacing = Math.ceil(size / stride);
  let most = 0;
  // At other taps no position's block lies within the range.
  const lowest = Math.max(0, Math.ceil((from + before - (outputs - 1) * stride) / dilation));
  const highest = Math.min(taps - size, Math.floor((to - size + before) / dilation));
  const start = Math.max(lowest, Math.floor((lowest + highest - MAX_STARTS) / 2));
  for (let tap = start; tap <= Math.min(highest, start + MAX_STARTS); tap++) {
    // Position p sees the cells p * stride + offset and the `size - 1` after it.
    const offset = tap * dilation - before;
    const first = Math.max(0, Math.ceil((from - offset) / stride));
    const last = Math.min(outputs - 1, Math.floor((to - size - offset) / stride));
    most = Math.max(most, Math.floor((last - first) / spacing) + 1);
  }
  return Math.max(0, most);
}
