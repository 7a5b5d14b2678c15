import { throwIfCancelled } from '../../cancellation.ts';
import type { PiecewiseLinearActivation } from '../../../network/activation.ts';
import { inputTensor, type Layer, type Network, type TensorId } from '../../../network/network.ts';
import { isMerge } from '../../../network/operation.ts';
import { formatShape, sizeOf } from '../../../network/shape.ts';
import { windowGeometry } from '../../../network/window.ts';
import { rowsAndColumns, type Cells } from './cells.ts';
import { Identities, isZero, NoIdentities } from './identities.ts';
import { summedPositions } from './positionMix.ts';
import { mergeTensors } from './merge.ts';
import { affineImage } from './affine.ts';
import { bentValues, reasonAgainst, sidesOf, type BentSum } from './rectified.ts';
import { NoClosedForm, scaled, unknown, type RandomTensor, type TensorState } from './state.ts';
import type { Slopes } from '../integrals/bentSum.ts';
import { bendsAtZeroOnly, zeroBendFactor, type MomentMap } from './unit.ts';

/** What a layer's units get: the moments of their pre-activations, and which of them no earlier unit repeats. */
export interface Bend {
  readonly layer: number;
  readonly activation: PiecewiseLinearActivation;
  readonly input: RandomTensor;
  /** Where the pre-activation holds values already bent. */
  readonly sum: BentSum | null;
  /** Gaussians, one of which each pre-activation is, with equal probability: one, or two where it is a bent sum. */
  readonly sides: readonly Cells[];
  /** By cell (position and group), 1 where no cell before, in this or an earlier layer, has its identity. */
  readonly isNew: Uint8Array;
}

export const tooManyPositions = 'The network has too many different positions for the mean to be computed at once.';

/** Positions that all positions of a layer sum together. */
const MAX_MIXED = 2e6;

/** Numbers that one tensor may have: memory is limited. */
const MAX_VALUES = 5e6;

/** Numbers that the input may have at all nodes together: they are there twice. */
const MAX_INPUT_VALUES = 1.5e7;

/** Throws NoClosedForm where there is no room for this many nodes of an input; to be asked before they are made. */
export function requireRoom(nodes: number, derivatives: number, inputSize: number): void {
  if (nodes * (derivatives + 1) * inputSize > MAX_INPUT_VALUES) throw new NoClosedForm(tooManyPositions);
}

export interface Limits {
  /** How units with breakpoints off zero act on moments; without it such units are refused. */
  readonly momentMap?: MomentMap;
  /**
   * Layers that sum random values of different positions are let through. The values behind them are not moments then:
   * only the form of the tensors and the identities of their cells hold.
   */
  readonly covariances?: boolean;
  /** Work limit in elementary steps. */
  readonly budget: number;
  readonly cancelled?: () => boolean;
}

export interface Propagation extends Limits {
  /** `points[node][k][scalar]`: value (k = 0) and derivatives of the input at each node of the slice. */
  readonly points: readonly (readonly Float64Array[])[];
  /** Called with every tensor that is computed, activated. */
  readonly onTensor?: (tensor: TensorId, state: TensorState) => void;
}

/**
 * Second moments of all pre-activations of a random network at nodes of a slice of its input space, layer by layer, in
 * the limit of wide layers. Throws NoClosedForm.
 */
export function propagate(network: Network, propagation: Propagation): Bend[] {
  return new Propagator(network, propagation, propagation.points[0].length - 1, new Identities()).run();
}

/** What the moments of some units need. */
export interface Needs {
  /** Covariances between positions. */
  readonly covariances: boolean;
  /** Integration along the line: sums that hold bent values have moments that are not quadratic. */
  readonly nodes: boolean;
}

/**
 * Throws NoClosedForm where the form of the network alone says that `propagate` will: no node, no number is looked at.
 * `derivatives`: dimension of the slice.
 */
export function requireClosedForm(network: Network, derivatives: number, limits: Limits): Needs {
  const bends = new Propagator(network, { ...limits, points: [] }, derivatives, new NoIdentities()).run();
  return {
    covariances: bends.some(({ input }) => input.isMixed),
    nodes: bends.some(({ sum }) => sum),
  };
}

class Propagator {
  private readonly states = new Map<TensorId, TensorState>();
  private readonly lastReader: ReadonlyMap<TensorId, number>;
  private readonly bends: Bend[] = [];
  private readonly components: number;
  /** By identity the layer whose units bend it, from 1 on; negative where not at zero alone. */
  private bentBy = new Int32Array(1024);
  /** By identity the layer whose units bend some channels of it. */
  private readonly splitBy = new Map<number, number>();
  /** By what they are sums of. */
  private readonly bentSums = new Map<number, number>();
  private work = 0;

  constructor(
    private readonly network: Network,
    private readonly propagation: Propagation,
    private readonly derivatives: number,
    private readonly identities: Identities,
  ) {
    this.lastReader = new Map(network.layers.flatMap(({ index, inputs }) => inputs.map((tensor) => [tensor, index])));
    this.components = (Math.max(1, propagation.points.length) * (this.derivatives + 1) * (this.derivatives + 2)) / 2;
  }

  run(): Bend[] {
    this.readInputs();
    for (const layer of this.network.layers) {
      if (layer.scope === 'beyond') continue;
      throwIfCancelled(this.propagation);
      this.charge(layer);
      const image = this.image(layer);
      if (image.kind !== 'unknown') this.spend(image.cells.values.length);
      this.set(layer.index, this.activate(layer, image));
      this.release(layer);
    }
    this.requireOwnSums();
    return this.bends;
  }

  /**
   * Where the bent summand of a sum is zero, its units bend where those on what is added to it do: nothing else may
   * bend that.
   */
  private requireOwnSums(): void {
    for (const sum of this.bends) {
      if (!sum.sum) continue;
      const other = this.bends.find((bend) => bend !== sum && sharesTerms(bend, sum));
      if (!other) continue;
      const [a, b] = [sum, other].map(({ layer }) => this.network.layers[layer].name);
      throw new NoClosedForm(`${a} bends a sum that holds bent values, and ${b} bends a part of it.`);
    }
  }

  private set(tensor: TensorId, state: TensorState): void {
    this.states.set(tensor, state);
    this.propagation.onTensor?.(tensor, state);
  }

  /** What no later layer reads is given up: of large tensors there is room for a few. */
  private release({ index, inputs }: Layer): void {
    for (const tensor of [index, ...inputs])
      if ((this.lastReader.get(tensor) ?? -1) <= index) this.states.delete(tensor);
  }

  private readInputs(): void {
    const { points } = this.propagation;
    let offset = 0;
    this.network.inputs.forEach(({ shape }, k) => {
      const size = sizeOf(shape);
      const [height, width] = rowsAndColumns(shape);
      const vectors = points.flatMap((point) => point.map((values) => values.subarray(offset, offset + size)));
      const values = new Float64Array(vectors.length * size);
      vectors.forEach((vector, i) => values.set(vector, i * size));
      const groups = new Array<number>(shape[shape.length - 1]).fill(1);
      const cells: Cells = {
        height,
        width,
        groups,
        components: vectors.length,
        values,
        ids: new Int32Array(0),
        distinct: false,
      };
      this.set(inputTensor(k), { kind: 'known', cells });
      offset += size;
    });
  }

  private image(layer: Layer): TensorState {
    const inputs = layer.inputs.map((tensor) => this.states.get(tensor) ?? unknown('A layer before it is missing.'));
    const { derivatives, identities } = this;
    const covariances = this.propagation.covariances ?? false;
    const context = { layer, derivatives, identities, covariances, initialization: this.network.initialization };
    const { operation } = layer;
    return isMerge(operation) ? mergeTensors(operation, inputs, context) : affineImage(operation, inputs[0], context);
  }

  /** Counts the work of a layer before it is done: nothing large may be allocated for a size typed by mistake. */
  private charge(layer: Layer): void {
    const window = windowGeometry(layer);
    const [height, width] = rowsAndColumns(layer.outputShape);
    const taps = window ? window.kernel[0] + window.kernel[1] : 1;
    const perPosition = this.components * (1 + taps);
    // The columns are summed before the rows, so that all input rows are still there.
    const places = Math.max(height, window?.inH ?? 1) * width;
    this.spend(perPosition * places);
    if (this.components * places > MAX_VALUES || summedPositions(layer) > MAX_MIXED)
      throw new NoClosedForm(tooManyPositions);
    this.spend(this.parts(layer) * this.groupsRead(layer) * places);
  }

  /** Groups of channels that the inputs of a layer have. */
  private groupsRead({ inputs }: Layer): number {
    return inputs.reduce((sum, tensor) => {
      const state = this.states.get(tensor);
      return state && state.kind !== 'unknown' ? sum + state.cells.groups.length : sum;
    }, 0);
  }

  /** How often a layer goes through all of its channels: once for each part of them that has filters of its own. */
  private parts(layer: Layer): number {
    const { operation } = layer;
    if (operation.kind === 'depthwiseConvolution') return this.groupsRead(layer);
    return 'groups' in operation && this.groupsRead(layer) > 1 ? operation.groups : 1;
  }

  private spend(steps: number): void {
    this.work += steps;
    if (this.work <= this.propagation.budget) return;
    throw new NoClosedForm(tooManyPositions);
  }

  private activate(layer: Layer, state: TensorState): TensorState {
    const { activation } = layer;
    if (activation.kind === 'smooth') return state;
    if (activation.slopes.length < 2) return straightened(activation, state);
    const { input, sum } = inputOfUnits(layer, activation, state, this.derivatives);
    const sides = sum ? sidesOf(sum) : [input.cells];
    this.bends.push({
      layer: layer.index,
      activation,
      input,
      sum,
      sides,
      isNew: this.newCells(input.cells, activation, layer),
    });
    const bendsAtZero = bendsAtZeroOnly(activation);
    return {
      ...input,
      // A multiple stays one where units bend at zero alone.
      hasRays: input.hasRays && bendsAtZero,
      cells: sum
        ? { ...input.cells, values: bentValues(sum, slopesOf(activation)) }
        : this.bentCells(activation, input.cells),
      terms: new Map(),
      bent: input.ancestors,
      rectified: bendsAtZero && !sum ? { slopes: slopesOf(activation), gaussian: input.cells, rest: null } : null,
      isTied: false,
    };
  }

  private bentCells(activation: PiecewiseLinearActivation, cells: Cells): Cells {
    if (bendsAtZeroOnly(activation)) {
      return scaled(cells, zeroBendFactor(activation));
    }
    const { momentMap } = this.propagation;
    if (momentMap) {
      const values = momentMap(activation, cells.values, cells.components);
      return { ...cells, values, ids: this.namedApart(cells.ids, values) };
    }
    throw new NoClosedForm(`${activation.name} has breakpoints off zero: no closed form of the mean in a plane.`);
  }

  /** A unit may make of zero another constant, which is not padding any more. */
  private namedApart(ids: Int32Array, values: Float64Array): Int32Array {
    const isOther = (id: number, i: number) => id === 0 && !isZero(values, ids.length, i);
    if (!ids.some(isOther)) return ids;
    const [constant] = this.identities.fresh(1);
    return ids.map((id, i) => (isOther(id, i) ? constant : id));
  }

  /**
   * Units at zero coincide with all earlier ones of the same pre-activation. Throws NoClosedForm where others may, too:
   * at breakpoints off zero, and on another sum of the same numbers.
   */
  private newCells(cells: Cells, activation: PiecewiseLinearActivation, { name, index }: Layer): Uint8Array {
    if (this.bentBy.length < this.identities.count) {
      const grown = new Int32Array(2 * this.identities.count);
      grown.set(this.bentBy);
      this.bentBy = grown;
    }
    const isAtZero = bendsAtZeroOnly(activation);
    const mark = isAtZero ? index + 1 : -index - 1;
    const isNew = new Uint8Array(cells.ids.length);
    for (let cell = 0; cell < isNew.length; cell++) {
      const id = cells.ids[cell];
      const before = this.bentBy[id];
      if (before === mark) continue;
      if (id !== 0 && before !== 0 && !(isAtZero && before > 0))
        throw new NoClosedForm(`${name} bends what other units bend too, and not all of them at zero alone.`);
      if (before === 0) {
        this.requireOneSum(id, name);
        this.requireOneSplit(id, mark, name);
      }
      isNew[cell] = isAtZero && before > 0 ? 0 : 1;
      this.bentBy[id] = mark;
    }
    return isNew;
  }

  /** Some channels of a tensor have units in common with the tensor itself, and with others that overlap them. */
  private requireOneSplit(id: number, mark: number, layer: string): void {
    const whole = this.identities.wholeOf(id);
    const split = this.splitBy.get(whole ?? id);
    const isShared =
      whole === undefined ? split !== undefined : this.bentBy[whole] !== 0 || (split !== undefined && split !== mark);
    if (isShared) throw new NoClosedForm(`${layer} bends some channels of a tensor that other units bend too.`);
    if (whole !== undefined) this.splitBy.set(whole, mark);
  }

  private requireOneSum(id: number, layer: string): void {
    if (!this.identities.isSum(id)) return;
    const summands = this.identities.summandsOf(id);
    const other = this.bentSums.get(summands);
    if (other !== undefined && other !== id)
      throw new NoClosedForm(`${layer} bends a sum of tensors, and other units bend a sum of the same ones.`);
    this.bentSums.set(summands, id);
  }
}

function sharesTerms({ input: { terms } }: Bend, { input }: Bend): boolean {
  return [...input.terms.keys()].some((layer) => terms.has(layer));
}

/** Without breakpoints: the identity, or a straight line that changes the moments. */
function straightened({ slopes, intercepts }: PiecewiseLinearActivation, state: TensorState): TensorState {
  if (slopes[0] === 1 && intercepts[0] === 0) return state;
  return unknown('constants that multiply or are added to a tensor are not followed.');
}

function breakpointsOffZero({ breakpoints }: PiecewiseLinearActivation): number {
  return breakpoints.filter((breakpoint) => breakpoint !== 0).length;
}

function slopesOf({ slopes: [below, above] }: PiecewiseLinearActivation): Slopes {
  return [below, above];
}

/** The pre-activation of a layer's units, when it is Gaussian of mean zero in the wide limit, or a first bent sum. */
function inputOfUnits(
  layer: Layer,
  activation: PiecewiseLinearActivation,
  state: TensorState,
  derivatives: number,
): { readonly input: RandomTensor; readonly sum: BentSum | null } {
  const where = `${layer.name} (${layer.activation.name} on ${formatShape(layer.outputShape)})`;
  if (state.kind === 'unknown') throw new NoClosedForm(`${where}: ${state.reason}`);
  if (state.kind === 'known') throw new NoClosedForm(`${where} bends the input itself, at places that are not random.`);
  if (state.hasKnown) throw new NoClosedForm(`${where} bends a sum or a list that holds the input itself.`);
  if (state.hasMultiples)
    throw new NoClosedForm(`${where} has no biases, and positions before it may hold multiples of one another.`);
  if (state.hasRays && breakpointsOffZero(activation) > 1)
    throw new NoClosedForm(`${where} has no biases, and its breakpoints may coincide where positions are multiples.`);
  if (state.isThin && state.isNarrow) {
    throw new NoClosedForm(
      `${where} reads few random channels only: they do not average out, however wide the layers.`,
    );
  }
  if (state.isNarrow) {
    throw new NoClosedForm(`${where} reads one random channel only: that does not average out in the wide limit.`);
  }
  return { input: state, sum: state.bent && bentSum(where, activation, state, derivatives) };
}

/** Throws NoClosedForm where values already bent are in no sum that has one. */
function bentSum(
  where: string,
  activation: PiecewiseLinearActivation,
  { rectified, cells, hasRays, hasMixedSums }: RandomTensor,
  derivatives: number,
): BentSum {
  const refused = (why: string) => new NoClosedForm(`${where} bends a sum or a list that ${why}`);
  if (derivatives !== 1) throw refused('holds bent values, which has no closed form in a plane.');
  if (!rectified?.rest)
    throw refused(
      'holds bent values: that has a closed form only for a first sum, of units that bend at zero and of layers with own weights.',
    );
  const { rest } = rectified;
  if (!bendsAtZeroOnly(activation)) throw refused('holds bent values, at breakpoints off zero.');
  if (hasRays || hasMixedSums)
    throw refused('holds bent values, and positions before it may hold multiples or sums of one another.');
  const why = reasonAgainst({ ...rectified, rest }, cells.ids);
  if (why) throw refused(why);
  return { ...rectified, rest };
}
