import { throwIfCancelled } from '../cancellation.ts';
import type { PiecewiseLinearActivation } from '../../network/activation.ts';
import type { Network, TensorId } from '../../network/network.ts';
import { Covariances } from './moments/covariances.ts';
import { differentUnits } from './moments/differentUnits.ts';
import type { Slopes } from './integrals/bentSum.ts';
import { fixedRoot } from './integrals/crossing.ts';
import { constantVariance, excessBehind, MAX_EXCESS } from './sparseUnits.ts';
import { bentMoments, crossingRate, nodesAlong, tooFewActive } from './integrals/levels.ts';
import { perLayer, type MeanRegions } from './mean.ts';
import { ownMoments, type MomentGraph, type Moments } from './moments/momentGraph.ts';
import { propagate, tooManyPositions, type Bend, type Propagation } from './moments/propagate.ts';
import { NoClosedForm, type TensorState } from './moments/state.ts';
import { unitsBendAtZeroOnly } from './moments/unit.ts';

/** The units of one layer. */
interface Units {
  readonly activation: PiecewiseLinearActivation;
  /** How many of them have which moments, on average. */
  readonly numbers: ReadonlyMap<Moments, number>;
  /** Units at one position. */
  readonly channels: number;
}

const COARSEST_NODES = 24;
const FINEST_NODES = 384;
const TOLERANCE = 1e-5;

/**
 * The mean on the segment `middle + t half`, -1 <= t <= 1, where layers sum random values of different positions
 * (average pooling, bilinear resizing, graph convolutions): from the covariances between positions.
 */
export function integrateOverPooling(
  network: Network,
  middle: Float64Array,
  half: Float64Array,
  limits: Pick<Propagation, 'budget' | 'cancelled'>,
): MeanRegions {
  let steps = 0;
  const spend = (more: number) => {
    throwIfCancelled(limits);
    steps += more;
    if (steps > limits.budget) throw new NoClosedForm(tooManyPositions);
  };
  const states = new Map<TensorId, TensorState>();
  const bends = propagate(network, {
    ...limits,
    points: nodesOfStates(network, middle, half),
    momentMap: bentMoments,
    covariances: true,
    onTensor: (tensor, state) => states.set(tensor, state),
  });
  const covariances = new Covariances(network, states, sumsOf(bends), (more) => spend(STEPS_PER_PAIR * more));
  const layers = new Map<number, Units>();
  for (const bend of bends) layers.set(bend.layer, unitsOf(bend, covariances));
  const { graph } = covariances;
  const measure = (nodes: number): number[] => {
    spend(nodes * graph.work * STEPS_PER_TERM);
    return integral(network, layers, graph, nodesAlong(middle, half, network.initialization.biasStddev, nodes), limits);
  };
  let coarse = measure(COARSEST_NODES);
  for (let count = 2 * COARSEST_NODES; ; count *= 2) {
    const fine = measure(count);
    const error = Math.max(...fine.map((value, i) => Math.abs(value - coarse[i]) / value), 1e-9);
    const isLast = count >= FINEST_NODES || steps + 2 * count * graph.work * STEPS_PER_TERM > limits.budget;
    if (error < TOLERANCE || isLast)
      return { perLayer: perLayer(network, (layer) => fine[layer]), relativeError: error };
    coarse = fine;
  }
}

/** A place of the segment where nothing vanishes but by chance. */
const GENERIC = (Math.sqrt(5) - 1) / 2;

/**
 * Where states are computed, whose cells say what is zero and what is equal: in the middle, and, where units may have
 * a flat piece around zero, at one more place. Without biases all such units are zero where the input is, as it often
 * is in the middle.
 */
function nodesOfStates(network: Network, middle: Float64Array, half: Float64Array): Float64Array[][] {
  const inMiddle = [middle, half];
  return unitsBendAtZeroOnly(network) ? [inMiddle] : [inMiddle, [middle.map((x, i) => x + GENERIC * half[i]), half]];
}

/** A pair of positions takes a microsecond and more, and some hundred bytes: next to one multiplication. */
const STEPS_PER_PAIR = 300;
/** A term of one moment at one node takes a tenth of a microsecond. */
const STEPS_PER_TERM = 10;

function sumsOf(bends: readonly Bend[]): Map<number, Slopes> {
  return new Map(bends.flatMap(({ layer, sum }) => (sum ? [[layer, sum.slopes]] : [])));
}

function unitsOf({ layer, activation, input, isNew }: Bend, covariances: Covariances): Units {
  const { groups } = input.cells;
  const numbers = new Map<Moments, number>();
  const fresh = [...isNew.keys()].filter((cell) => isNew[cell] === 1);
  const different = input.hasMixedSums ? differentUnits({ layer, activation, input }, fresh, covariances) : fresh;
  for (const cell of different) {
    const sides = covariances.sidesOfUnits(layer, cell);
    for (const moments of sides)
      numbers.set(moments, (numbers.get(moments) ?? 0) + groups[cell % groups.length] / sides.length);
  }
  return { activation, numbers, channels: groups.reduce((sum, count) => sum + count, 0) };
}

/** Mean regions after each layer. Throws NoClosedForm where few units are active. */
function integral(
  network: Network,
  layers: ReadonlyMap<number, Units>,
  graph: MomentGraph,
  { times, weights }: { readonly times: Float64Array; readonly weights: Float64Array },
  limits: Pick<Propagation, 'cancelled'>,
): number[] {
  const breakpoints = new Float64Array(network.layers.length);
  const tooMany = new Float64Array(network.layers.length);
  const roots: { readonly layer: number; readonly place: number }[] = [];
  const values = new Float64Array(4 * graph.size);
  const constants = constantVariance(network);
  times.forEach((time, node) => {
    throwIfCancelled(limits);
    graph.evaluate(time, values);
    let excess = 0;
    layers.forEach((units, layer) => {
      const rate = weights[node] * rateOf(units, values);
      breakpoints[layer] += rate;
      tooMany[layer] += Math.min(1, excess) * rate;
      excess += excessOf(units, values, constants);
      if (node === 0 && units.activation.breakpoints.includes(0)) addFixedRoots(units, layer, time);
    });
  });
  let [mean, tooHigh] = [1, 0];
  return network.layers.map(({ index, name }) => {
    mean += breakpoints[index];
    tooHigh += tooMany[index];
    if (tooHigh > MAX_EXCESS * mean) throw new NoClosedForm(tooFewActive(name));
    return mean + roots.filter(({ layer }) => layer <= index).length;
  });

  /** Units without biases that see one direction of the input bend at one place, all of them. */
  function addFixedRoots({ numbers }: Units, layer: number, time: number): void {
    for (const moments of numbers.keys()) {
      const offset = fixedRoot(...ownMoments(values, moments));
      if (offset === null) continue;
      const place = time + offset;
      if (Math.abs(place) < 1 && !roots.some((other) => Math.abs(other.place - place) < 1e-9))
        roots.push({ layer, place });
    }
  }
}

/** Breakpoints for each unit of t. */
function rateOf({ activation, numbers }: Units, values: Float64Array): number {
  let rate = 0;
  for (const [moments, number] of numbers)
    rate += number * crossingRate(activation.breakpoints, ...ownMoments(values, moments));
  return rate;
}

function excessOf({ activation, numbers, channels }: Units, values: Float64Array, constants: number): number {
  const positions = [...numbers.keys()].map((moments) => [{ channels, moments: ownMoments(values, moments) }]);
  return excessBehind(activation, positions, constants);
}
