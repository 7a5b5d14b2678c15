import { throwIfCancelled } from '../cancellation.ts';
import type { PiecewiseLinearActivation } from '../../network/activation.ts';
import type { Network, TensorId } from '../../network/network.ts';
import { Covariances } from './covariances.ts';
import { fixedRoot } from './crossing.ts';
import { bentMoments, crossingRate, nodesAlong } from './levels.ts';
import { perLayer, type MeanRegions } from './mean.ts';
import type { MomentGraph, Moments } from './momentGraph.ts';
import { propagate, tooManyPositions, type Bend, type Propagation } from './propagate.ts';
import { NoClosedForm, type TensorState } from './state.ts';

/** Units of one layer whose pre-activations have the same moments. */
interface Units {
  readonly activation: PiecewiseLinearActivation;
  readonly moments: Moments;
  number: number;
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
    points: [[middle, half]],
    momentMap: bentMoments,
    covariances: true,
    onTensor: (tensor, state) => states.set(tensor, state),
  });
  const covariances = new Covariances(network, states, (more) => spend(STEPS_PER_PAIR * more));
  const layers = new Map<number, readonly Units[]>();
  for (const bend of bends) layers.set(bend.layer, unitsOf(bend, covariances));
  const { graph } = covariances;
  const measure = (nodes: number): number[] => {
    spend(nodes * graph.work);
    return integral(network, layers, graph, nodesAlong(middle, half, network.initialization.biasStddev, nodes), limits);
  };
  let coarse = measure(COARSEST_NODES);
  for (let count = 2 * COARSEST_NODES; ; count *= 2) {
    const fine = measure(count);
    const error = Math.max(...fine.map((value, i) => Math.abs(value - coarse[i]) / value), 1e-9);
    const isLast = count >= FINEST_NODES || steps + 2 * count * graph.work > limits.budget;
    if (error < TOLERANCE || isLast)
      return { perLayer: perLayer(network, (layer) => fine[layer]), relativeError: error };
    coarse = fine;
  }
}

/** Looking up a pair of positions, next to one multiplication. */
const STEPS_PER_PAIR = 10;

function unitsOf({ layer, activation, input, isNew }: Bend, covariances: Covariances): Units[] {
  const { groups } = input.cells;
  const units = new Map<Moments, Units>();
  isNew.forEach((one, cell) => {
    if (one === 0) return;
    const moments = covariances.ofUnit(layer, cell);
    const found = units.get(moments) ?? { activation, moments, number: 0 };
    found.number += groups[cell % groups.length];
    units.set(moments, found);
  });
  return [...units.values()];
}

/** Mean regions after each layer. */
function integral(
  network: Network,
  layers: ReadonlyMap<number, readonly Units[]>,
  graph: MomentGraph,
  { times, weights }: { readonly times: readonly number[] | Float64Array; readonly weights: Float64Array },
  limits: Pick<Propagation, 'cancelled'>,
): number[] {
  const breakpoints = network.layers.map(() => 0);
  const roots: { readonly layer: number; readonly place: number }[] = [];
  const values = new Float64Array(4 * graph.size);
  times.forEach((time, node) => {
    throwIfCancelled(limits);
    graph.evaluate(time, values);
    layers.forEach((units, layer) => {
      for (const { activation, moments, number } of units) {
        const at = 4 * (moments >> 1);
        const [q, c, r] = [values[at], values[at + 1], values[at + 3]];
        breakpoints[layer] += weights[node] * number * crossingRate(activation.breakpoints, q, c, r);
        if (node === 0 && activation.breakpoints.includes(0)) addFixedRoot(layer, time, fixedRoot(q, c, r));
      }
    });
  });
  let mean = 1;
  return network.layers.map(({ index }) => {
    mean += breakpoints[index];
    return mean + roots.filter(({ layer }) => layer <= index).length;
  });

  /** Units without biases that see one direction of the input bend at one place, all of them. */
  function addFixedRoot(layer: number, time: number, offset: number | null): void {
    if (offset === null) return;
    const place = time + offset;
    if (Math.abs(place) < 1 && !roots.some((other) => Math.abs(other.place - place) < 1e-9))
      roots.push({ layer, place });
  }
}
