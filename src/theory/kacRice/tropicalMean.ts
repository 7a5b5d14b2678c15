import { greatestOf, leastOf } from '../../network/extremes.ts';
import { kernelVariance } from '../../network/kernelVariance.ts';
import type { Layer, Network } from '../../network/network.ts';
import { tropicalGeometry } from '../../network/window.ts';
import type { Segment } from '../bound.ts';
import { throwIfCancelled } from '../cancellation.ts';
import { readsInput } from '../theorems/tropical.ts';
import { gaussLegendre } from './integrals/gauss.ts';
import { perLayer, type MeanRegions } from './mean.ts';
import { normalDensity, normalDistribution } from './integrals/normal.ts';
import type { Limits } from './moments/propagate.ts';
import { NoClosedForm } from './moments/state.ts';

/** What the units of one window read along the segment: `start + t speed`. */
interface Reading {
  readonly start: Float64Array;
  readonly speed: Float64Array;
}

/**
 * Mean number of activation regions on a segment for one tropical layer on the input, at the widths it has, over normal
 * weights of deviation s: one more than the mean number of places at which a unit changes its choice. At such a place
 * two arguments are equal, m, and no other is greater:
 *     integral over t, m of sum over i < j of |x_i' - x_j'| f(m - x_i) f(m - x_j) prod over l of F((m - x_l) / s),
 * f the density of a weight, F the standard normal distribution. Null where other units come first. Throws
 * NoClosedForm.
 */
export function tropicalMean(network: Network, segment: Segment, limits: Limits): MeanRegions | null {
  const [layer, next] = network.layers.filter(({ stages }) => stages.length > 0);
  const kind = layer?.operation.kind;
  if ((kind !== 'tropicalDense' && kind !== 'tropicalConvolution') || !readsInput(network, layer)) return null;
  if (next) throw new NoClosedForm(`${next.name}: there is no closed form of the mean behind tropical units.`);
  const { initialization, inputs } = network;
  if (inputs.length > 1) throw new NoClosedForm('The mean for tropical units is for networks with one input.');
  const { kernel } = initialization;
  const deviation = Math.sqrt(kernelVariance(layer, initialization));
  if ((kernel !== 'normal' && !kernel.endsWith('_normal')) || !(deviation > 0))
    throw new NoClosedForm('The mean for tropical units is for weights with a normal law.');
  const distinct = growsAlike(segment) ? [] : distinctReadings(layer, readingsOf(layer, segment, limits));
  charge(workOf(distinct, deviation), limits);
  const { outC } = tropicalGeometry(layer);
  let changes = 0;
  for (const reading of distinct) {
    throwIfCancelled(limits);
    changes += outC * changesOf(reading, deviation);
  }
  return {
    perLayer: perLayer(network, (index) => (index < layer.index ? 1 : 1 + changes)),
    relativeError: 1e-9,
    isAtWidth: true,
  };
}

/** Whether the greatest of any inputs plus weights stays the greatest, as on the diagonal of a cube. */
function growsAlike({ from, to }: Segment): boolean {
  return to.every((x, i) => x - from[i] === to[0] - from[0]);
}

function charge(work: number, { budget }: Limits): void {
  if (work > budget) throw new NoClosedForm('The windows of tropical units are too many for the mean.');
}

/** Of one number: it is read, and its differences are compared with those at other windows. */
const STEPS_TO_READ = 40;

/** Window by window, with the taps in one order. Units that are added up read a channel each. */
function readingsOf(layer: Layer, { from, to }: Segment, limits: Limits): Reading[][] {
  const { operation } = layer;
  const g = tropicalGeometry(layer);
  const [taps, positions] = [g.kernel[0] * g.kernel[1], g.outH * g.outW];
  charge(STEPS_TO_READ * taps * positions * g.inC, limits);
  const isSummed = operation.kind === 'tropicalConvolution' && operation.sumsChannels;
  const sign = 'semiring' in operation && operation.semiring === 'min' ? -1 : 1;
  const parts = isSummed ? g.inC : 1;
  const depth = g.inC / parts;
  const cellOf = (position: number, k: number, part: number): number => {
    const tap = Math.floor(k / depth);
    const row = Math.floor(position / g.outW) * g.strides[0] + Math.floor(tap / g.kernel[1]) * g.dilation[0];
    const column = (position % g.outW) * g.strides[1] + (tap % g.kernel[1]) * g.dilation[1];
    return (row * g.inW + column) * g.inC + part * depth + (k % depth);
  };
  return Array.from({ length: parts }, (_, part) =>
    Array.from({ length: positions }, (__, position) => {
      const cells = Array.from({ length: taps * depth }, (___, k) => cellOf(position, k, part));
      return {
        start: Float64Array.from(cells, (cell) => sign * from[cell]),
        speed: Float64Array.from(cells, (cell) => sign * (to[cell] - from[cell])),
      };
    }),
  );
}

/** Differences that agree up to the greatest number divided by this are taken for equal. */
const RESOLUTION = 1e9;

/**
 * Units of one filter at different windows have the same weights: where all differences of what they read are the same
 * they change together and count once. Throws NoClosedForm where only some are, since some changes coincide then.
 */
function distinctReadings(layer: Layer, byPart: readonly (readonly Reading[])[]): Reading[] {
  return byPart.flatMap((readings) => {
    const scale = greatestOf(
      readings.map(({ start, speed }) => Math.max(greatestSize(start), greatestSize(speed))),
      1e-300,
    );
    const key = ({ start, speed }: Reading, i: number, j: number): string =>
      [start[i] - start[j], speed[i] - speed[j]].map((x) => Math.round((x / scale) * RESOLUTION)).join();
    const byForm = new Map<string, Reading>();
    for (const reading of readings) {
      if (!changes(reading)) continue;
      byForm.set(Array.from(reading.start, (_, i) => key(reading, i, 0)).join(' '), reading);
    }
    const distinct = [...byForm.values()];
    refuseCommonPairs(layer, distinct, key);
    return distinct;
  });
}

function greatestSize(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function changes({ speed }: Reading): boolean {
  return speed.some((each) => each !== speed[0]);
}

/** Pairs of taps that are looked at, one window after the other. */
const MAX_PAIRS = 4e6;

function refuseCommonPairs(
  { name }: Layer,
  readings: readonly Reading[],
  key: (reading: Reading, i: number, j: number) => string,
): void {
  if (readings.length < 2) return;
  const taps = readings[0].start.length;
  if (readings.length * taps ** 2 > MAX_PAIRS)
    throw new NoClosedForm('The windows of tropical units are too many for the mean.');
  for (let i = 0; i < taps; i++) {
    for (let j = 0; j < i; j++) {
      const moving = readings.filter(({ speed }) => speed[i] !== speed[j]);
      if (new Set(moving.map((reading) => key(reading, i, j))).size < moving.length)
        throw new NoClosedForm(`${name}: units at several windows change at the same places of this segment.`);
    }
  }
}

/** Nodes along a part of the segment in which no argument gains more than a deviation on another. */
const NODES = 10;
/** Deviations of a weight beyond which it is not looked for. */
const REACH = 8.5;

function partsOf({ speed }: Reading, deviation: number): number {
  return Math.max(1, Math.ceil((greatestOf(speed) - leastOf(speed)) / deviation));
}

/** Equally spaced sums are exact to 1e-11: the integrand is entire, and grows off the axis with the number of taps. */
function stepOf(taps: number): number {
  return Math.min(0.25, 0.85 / Math.sqrt(taps));
}

/** Elementary steps of all windows: a distribution function is some ten. */
function workOf(readings: readonly Reading[], deviation: number): number {
  const each = (reading: Reading) =>
    (partsOf(reading, deviation) * NODES * 10 * reading.speed.length * 2 * REACH) / stepOf(reading.speed.length);
  return readings.reduce((sum, reading) => sum + each(reading), 0);
}

/** Mean number of changes of one unit along the segment. */
function changesOf(reading: Reading, deviation: number): number {
  const order = Array.from(reading.speed.keys()).sort((i, j) => reading.speed[i] - reading.speed[j]);
  const [start, speed] = [reading.start, reading.speed].map((values) =>
    Float64Array.from(order, (i) => values[i] / deviation),
  );
  const parts = partsOf(reading, deviation);
  const { nodes, weights } = gaussLegendre(NODES);
  let sum = 0;
  for (let part = 0; part < parts; part++)
    nodes.forEach((node, k) => {
      const t = (part + (1 + node) / 2) / parts;
      sum +=
        (weights[k] / (2 * parts)) *
        rateAt(
          start.map((x, i) => x + t * speed[i]),
          speed,
        );
    });
  return sum;
}

/** Changes for each unit of the line, in deviations of a weight; speeds ascend. */
function rateAt(values: Float64Array, speeds: Float64Array): number {
  const top = greatestOf(values);
  const step = stepOf(values.length);
  let sum = 0;
  for (let z = -REACH; z <= REACH; z += step) sum += densityAt(top + z, values, speeds);
  return step * sum;
}

function densityAt(m: number, values: Float64Array, speeds: Float64Array): number {
  let [below, hazard, moved, sum] = [1, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const distribution = normalDistribution(m - values[i]);
    const ratio = normalDensity(m - values[i]) / distribution;
    below *= distribution;
    sum += ratio * (speeds[i] * hazard - moved);
    hazard += ratio;
    moved += ratio * speeds[i];
  }
  return below * sum;
}
