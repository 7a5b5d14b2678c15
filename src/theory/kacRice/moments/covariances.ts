import { bends, type PiecewiseLinearActivation } from '../../../network/activation.ts';
import { type Layer, type Network, type TensorId } from '../../../network/network.ts';
import { initialVariance, isMerge, type MergeOperation, type Operation } from '../../../network/operation.ts';
import { windowGeometry } from '../../../network/window.ts';
import type { Slopes } from '../integrals/bentSum.ts';
import { slicesOf, weightVariance, type Weighted } from './affine.ts';
import { commonBorders } from './cells.ts';
import { copiedCells } from './copiedCells.ts';
import { Identities } from './identities.ts';
import { exchanged, MomentGraph, ZERO, type Moments, type Term } from './momentGraph.ts';
import { positionMix, type PositionMix } from './positionMix.ts';
import { NoClosedForm, type KnownTensor, type RandomTensor, type TensorState } from './state.ts';
import { positionsOfTaps } from './taps.ts';
import { bendsAtZeroOnly } from './unit.ts';

/** A scalar of a tensor, any one of the channels of a group: `position * groups + group`. */
type Cell = number;

/** One tensor and what is known of its pairs of cells, by the identities of both. */
interface Tensor {
  readonly state: KnownTensor | RandomTensor;
  readonly count: number;
  readonly ids: Int32Array;
  readonly found: Map<number, Moments>;
}

/** A tensor that is added to others, its moments times a factor, and its cell for each of the sum. */
interface Summand {
  readonly tensor: TensorId;
  readonly factor: number;
  readonly cellOf: (cell: Cell) => Cell;
}

/** The random weights of a layer. */
interface Weights {
  /** By group of the output: what a neuron reads of each group of the input, times the weights' variance. */
  readonly slices: readonly (readonly number[])[];
  readonly bias: number;
  /** Input position of each tap at each output position, or -1; null where every position reads its own. */
  readonly taps: Int32Array | null;
  /** Taps of one position. */
  readonly size: number;
}

/** How the cells of a layer's output read the cells of its input. */
interface Reading {
  /** By output cell, or -1 for a zero. */
  readonly copy?: (cell: Cell) => Cell;
  readonly mix?: PositionMix;
}

/**
 * Moments of the same channel at two positions, for the pairs of positions that are asked for: back from the units to
 * the input, each pair of different random numbers once. A convolution's weights are independent, so that equal taps of
 * two windows pair; what sums positions pairs all of them.
 */
export class Covariances {
  readonly graph = new MomentGraph();
  private readonly tensors = new Map<TensorId, Tensor>();
  private readonly readings = new Map<number, Reading>();
  private readonly weights = new Map<number, Weights>();
  private steps = 0;

  /**
   * `states`: of every tensor, activated; `sums`: by layer whose units are on a sum of values already bent, the slopes
   * with which these were bent; `spend` counts the steps.
   */
  constructor(
    private readonly network: Network,
    private readonly states: ReadonlyMap<TensorId, TensorState>,
    private readonly sums: ReadonlyMap<number, Slopes>,
    private readonly spend: (steps: number) => void,
  ) {}

  /** Of two pre-activations of a layer, of the same channel; of one with itself by default. */
  ofUnits(layer: number, cell: Cell, other: Cell = cell): Moments {
    return this.preActivation(this.network.layers[layer], cell, other);
  }

  /** The Gaussians, one of which a pre-activation is, with equal probability. */
  sidesOfUnits(layer: number, cell: Cell): Moments[] {
    const slopes = this.sums.get(layer);
    if (!slopes) return [this.ofUnits(layer, cell)];
    const { gaussian, rest } = this.partsOf(this.network.layers[layer], cell);
    return slopes.map((slope) => this.graph.sum([{ moments: gaussian, factor: slope ** 2 }, ...rest]));
  }

  private count(steps: number): void {
    this.steps += steps;
    if (this.steps < 1000) return;
    this.spend(this.steps);
    this.steps = 0;
  }

  /** Of two cells of one group of a tensor. */
  private pair(tensor: TensorId, a: Cell, b: Cell): Moments {
    const { ids, found, state } = this.tensor(tensor);
    const [i, j] = [ids[a], ids[b]];
    if (i === 0 || j === 0) return ZERO;
    if (j < i) return exchanged(this.pair(tensor, b, a));
    const key = i * 2 ** 26 + j;
    const known = found.get(key);
    if (known !== undefined) return known;
    const moments =
      state.kind === 'known'
        ? this.product(state, a, b)
        : this.activated(this.network.layers[tensor], a, i === j ? a : b);
    found.set(key, moments);
    return moments;
  }

  private tensor(tensor: TensorId): Tensor {
    const known = this.tensors.get(tensor);
    if (known) return known;
    const state = this.states.get(tensor);
    if (!state || state.kind === 'unknown') throw new NoClosedForm('A layer before it is missing.');
    const { values, ids, groups } = state.cells;
    const made: Tensor = {
      state,
      count: groups.length,
      ids: state.kind === 'known' ? new Identities().ofTuples(values, values.length / state.cells.components).ids : ids,
      found: new Map(),
    };
    this.tensors.set(tensor, made);
    return made;
  }

  /** The first node of the states is the middle of the segment. */
  private product({ cells }: KnownTensor, a: Cell, b: Cell): Moments {
    const count = cells.values.length / cells.components;
    this.count(1);
    return this.graph.product(cells.values[a], cells.values[count + a], cells.values[b], cells.values[count + b]);
  }

  private activated(layer: Layer, a: Cell, b: Cell): Moments {
    const { activation } = layer;
    const slopes = this.sums.get(layer.index);
    if (slopes && activation.kind !== 'smooth') return this.bentSum(layer, activation, slopes, a, b);
    const pair = this.preActivation(layer, a, b);
    if (activation.kind === 'smooth' || !bends(activation)) return pair;
    return this.bent(layer, activation, pair, a, b);
  }

  private bent(layer: Layer, activation: PiecewiseLinearActivation, pair: Moments, a: Cell, b: Cell): Moments {
    if (a !== b && !bendsAtZeroOnly(activation)) {
      throw new NoClosedForm(
        `${layer.name}: covariances behind units with breakpoints off zero (${activation.name}) have no closed form.`,
      );
    }
    const [left, right] = [this.preActivation(layer, a, a), this.preActivation(layer, b, b)];
    this.count(1);
    return this.graph.bend(activation, pair, left, right);
  }

  private bentSum(layer: Layer, { slopes }: PiecewiseLinearActivation, inner: Slopes, a: Cell, b: Cell): Moments {
    if (a !== b)
      throw new NoClosedForm(
        `${layer.name}: covariances behind units on a sum that holds bent values have no closed form.`,
      );
    const { gaussian, rest } = this.partsOf(layer, a);
    this.count(1);
    return this.graph.bendSum(inner, [slopes[0], slopes[1]], gaussian, this.graph.sum(rest));
  }

  /** Of a sum that holds values already bent: the Gaussian that was bent, and what is added. */
  private partsOf(layer: Layer, cell: Cell): { readonly gaussian: Moments; readonly rest: Term[] } {
    let gaussian = ZERO;
    const rest: Term[] = [];
    for (const { tensor, factor, cellOf } of this.summands(layer)) {
      const state = this.states.get(tensor);
      const from = cellOf(cell);
      if (state?.kind !== 'random' || !state.bent) rest.push({ moments: this.pair(tensor, from, from), factor });
      else if (bends(this.network.layers[tensor].activation))
        gaussian = this.preActivation(this.network.layers[tensor], from, from);
      else {
        const inner = this.partsOf(this.network.layers[tensor], from);
        gaussian = inner.gaussian;
        rest.push(...inner.rest.map((term) => ({ moments: term.moments, factor: factor * term.factor })));
      }
    }
    return { gaussian, rest };
  }

  private preActivation(layer: Layer, a: Cell, b: Cell): Moments {
    const { operation } = layer;
    if (isMerge(operation)) return this.merged(layer, operation, a, b);
    switch (operation.kind) {
      case 'dense':
      case 'convolution':
      case 'depthwiseConvolution':
      case 'separableConvolution':
      case 'transposedConvolution':
      case 'locallyConnected':
      case 'graphConvolution':
        return this.weighted(layer, operation, a, b);
      case 'batchNormalization':
        return this.graph.sum([{ moments: this.pair(layer.inputs[0], a, b), factor: 1 / initialVariance(operation) }]);
      case 'flatten':
      case 'reshape':
        return this.reshaped(layer, a, b);
      case 'zeroPadding':
      case 'upSampling':
      case 'maxPooling':
      case 'averagePooling':
      case 'globalAveragePooling':
        return this.read(layer, a, b);
      case 'identity':
        return this.pair(layer.inputs[0], a, b);
      case 'select':
      case 'maxout':
      case 'tropicalDense':
      case 'tropicalConvolution':
      case 'globalMaxPooling':
      case 'notPiecewiseLinear':
      case 'unknown':
        throw new NoClosedForm(`${layer.name}: there is no closed form of the mean for such a layer.`);
    }
  }

  private groups(tensor: TensorId): readonly number[] {
    return this.tensor(tensor).state.cells.groups;
  }

  /** The weights of two positions are the same ones: equal taps pair, different ones are uncorrelated. */
  private weighted(layer: Layer, operation: Weighted, a: Cell, b: Cell): Moments {
    if (a !== b && operation.kind === 'locallyConnected') return ZERO;
    const [input] = layer.inputs;
    const { slices, bias, taps, size } = this.weightsOf(layer, operation);
    const slice = slices[a % slices.length];
    this.count(size * slice.length);
    const mix = operation.kind === 'graphConvolution' ? this.reading(layer).mix : undefined;
    const terms: Term[] = [];
    const [p, q] = [Math.floor(a / slices.length), Math.floor(b / slices.length)];
    for (let tap = 0; tap < size; tap++) {
      const [from, other] = taps ? [taps[p * size + tap], taps[q * size + tap]] : [p, q];
      if (from < 0 || other < 0) continue;
      for (let g = 0; g < slice.length; g++) {
        if (slice[g] === 0) continue;
        const [left, right] = [from * slice.length + g, other * slice.length + g];
        const moments = mix ? this.mixed(input, mix, left, right) : this.pair(input, left, right);
        terms.push({ moments, factor: slice[g] });
      }
    }
    return this.graph.sum(terms, bias);
  }

  private weightsOf(layer: Layer, operation: Weighted): Weights {
    const known = this.weights.get(layer.index);
    if (known) return known;
    const { initialization } = this.network;
    const geometry = windowGeometry(layer);
    if (geometry) {
      const { kernel, outH, outW } = geometry;
      this.count((outH * outW * kernel[0] * kernel[1]) / TAPS_PER_STEP);
    }
    const variance = weightVariance(layer, initialization);
    const { cells } = this.tensor(layer.inputs[0]).state;
    const taps = geometry && positionsOfTaps(geometry);
    const made: Weights = {
      slices: slicesOf(operation, cells, geometry).map(({ weights }) => weights.map((weight) => weight * variance)),
      bias: operation.useBias ? initialization.biasStddev ** 2 : 0,
      taps,
      size: geometry ? geometry.kernel[0] * geometry.kernel[1] : 1,
    };
    this.weights.set(layer.index, made);
    return made;
  }

  private read(layer: Layer, a: Cell, b: Cell): Moments {
    const { copy, mix } = this.reading(layer);
    const [input] = layer.inputs;
    if (!copy) return this.mixed(input, mix, a, b);
    const [from, other] = [copy(a), copy(b)];
    return from < 0 || other < 0 ? ZERO : this.pair(input, from, other);
  }

  private reading(layer: Layer): Reading {
    const known = this.readings.get(layer.index) ?? this.readingOf(layer);
    this.readings.set(layer.index, known);
    return known;
  }

  private readingOf(layer: Layer): Reading {
    const mix = positionMix(layer);
    return mix ? { mix } : { copy: copiedCells(layer, this.groups(layer.inputs[0]).length) };
  }

  private mixed(input: TensorId, mix: PositionMix | undefined, a: Cell, b: Cell): Moments {
    const count = this.groups(input).length;
    if (!mix) return this.graph.sum([]);
    const group = a % count;
    const [left, right] = [a, b].map((cell) => mix.sums[Math.floor(cell / count)]);
    this.count(left.positions.length * right.positions.length);
    const divisor = left.divisor * right.divisor;
    const terms = left.positions.flatMap((p, k) =>
      right.positions.map((q, l): Term => ({
        moments: this.pair(input, p * count + group, q * count + group),
        factor: (left.weights[k] * right.weights[l]) / divisor,
      })),
    );
    return this.graph.sum(terms);
  }

  private reshaped(layer: Layer, a: Cell, b: Cell): Moments {
    const [input] = layer.inputs;
    const [from, to] = [this.tensor(input).state.cells, this.states.get(layer.index)];
    const size = from.groups.length * from.height * from.width;
    const isRelabeled =
      to && to.kind !== 'unknown' && to.cells.groups.length * to.cells.height * to.cells.width === size;
    if (isRelabeled && (a === b || (to.cells.groups.length === from.groups.length && sameChannels(layer))))
      return this.pair(input, a, b);
    throw new NoClosedForm(`${layer.name}: a reshape to other channels is not followed where positions are summed.`);
  }

  private merged(layer: Layer, operation: MergeOperation, a: Cell, b: Cell): Moments {
    if (operation.kind === 'maximum')
      throw new NoClosedForm(`${layer.name}: there is no closed form of the mean for a maximum of tensors.`);
    if (operation.kind === 'concatenate') return this.joined(layer, operation.axis, a, b);
    if (layer.inputs.filter((tensor) => this.tensor(tensor).state.kind === 'known').length > 1)
      throw new NoClosedForm(`${layer.name}: a sum of several inputs is not followed where positions are summed.`);
    const terms = this.summands(layer).map(({ tensor, factor, cellOf }) => ({
      moments: this.pair(tensor, cellOf(a), cellOf(b)),
      factor,
    }));
    return this.graph.sum(terms);
  }

  /** What a layer that adds up tensors, or multiplies one, sums. */
  private summands({ operation, inputs }: Layer): Summand[] {
    const borders = commonBorders(inputs.map((tensor) => this.tensor(tensor).state.cells));
    return inputs.map((tensor) => {
      const groups = this.groups(tensor);
      return {
        tensor,
        factor: varianceFactor(operation, inputs.length),
        cellOf: (of) => Math.floor(of / borders.length) * groups.length + groupAt(groups, borders, of),
      };
    });
  }

  private joined(layer: Layer, axis: number, a: Cell, b: Cell): Moments {
    const rank = layer.outputShape.length;
    if ((axis < 0 ? rank + axis : axis) !== rank - 1)
      throw new NoClosedForm(`${layer.name}: positions one after another are not followed where positions are summed.`);
    const counts = layer.inputs.map((tensor) => this.groups(tensor).length);
    const count = counts.reduce((sum, groups) => sum + groups, 0);
    let group = a % count;
    let k = 0;
    while (group >= counts[k]) group -= counts[k++];
    const cell = (of: Cell) => Math.floor(of / count) * counts[k] + group;
    return this.pair(layer.inputs[k], cell(a), cell(b));
  }
}

/** What the moments of each summand are multiplied by. */
function varianceFactor(operation: Operation, summands: number): number {
  if (operation.kind === 'batchNormalization') return 1 / initialVariance(operation);
  return operation.kind === 'average' ? 1 / summands ** 2 : 1;
}

/** Reading a tap of a window, next to a pair of positions. */
const TAPS_PER_STEP = 100;

function sameChannels({ inputShapes: [from], outputShape: to }: Layer): boolean {
  return from[from.length - 1] === to[to.length - 1];
}

/** The group of a tensor that the group of a sum, which ends at one of these borders, lies in. */
function groupAt(groups: readonly number[], borders: readonly number[], cell: Cell): number {
  const border = borders[cell % borders.length];
  let end = groups[0];
  let g = 0;
  while (end < border) end += groups[++g];
  return g;
}
