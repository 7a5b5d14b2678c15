import type { PiecewiseLinearActivation } from '../../../network/activation.ts';
import type { Network } from '../../../network/network.ts';
import { constantVariance, excessBehind, MAX_EXCESS, type AlikeUnits } from '../sparseUnits.ts';
import type { Cells } from '../moments/cells.ts';
import { fixedRoot } from './crossing.ts';
import { gaussLegendre } from './gauss.ts';
import { perLayer, type MeanRegions } from '../mean.ts';
import { meanAbsolute, normalDensity, truncatedMoments } from './normal.ts';
import { propagate, requireRoom, type Bend, type Propagation } from '../moments/propagate.ts';
import { NoClosedForm } from '../moments/state.ts';
import { bendsAtZeroOnly, zeroBendFactor, type MomentMap } from '../moments/unit.ts';

const COARSEST_NODES = 24;
const FINEST_NODES = 384;
const TOLERANCE = 1e-6;

/**
 * The mean on the segment `middle + t half`, -1 <= t <= 1, for units with breakpoints anywhere (hard tanh, ReLU6):
 * their moments are no longer quadratic in t, so that the rate of breakpoints is integrated numerically.
 */
export function integrateOverNodes(
  network: Network,
  middle: Float64Array,
  half: Float64Array,
  limits: Pick<Propagation, 'budget' | 'cancelled'>,
): MeanRegions {
  let coarse = integral(network, middle, half, limits, COARSEST_NODES);
  for (let count = 2 * COARSEST_NODES; ; count *= 2) {
    const fine = integral(network, middle, half, limits, count);
    const error = Math.max(...fine.map((value, i) => Math.abs(value - coarse[i]) / value), 1e-9);
    if (error < TOLERANCE || count >= FINEST_NODES) {
      return { perLayer: perLayer(network, (layer) => fine[layer]), relativeError: error };
    }
    coarse = fine;
  }
}

/** Mean regions after each layer with `count` nodes. */
function integral(
  network: Network,
  middle: Float64Array,
  half: Float64Array,
  limits: Pick<Propagation, 'budget' | 'cancelled'>,
  count: number,
): number[] {
  requireRoom(count, 1, middle.length);
  const { times, weights } = nodesAlong(middle, half, network.initialization.biasStddev, count);
  const points = [...times].map((t) => [middle.map((x, i) => x + t * half[i]), half]);
  const bends = propagate(network, { ...limits, points, momentMap: bentMoments });
  const roots: number[] = [];
  /** By what share the breakpoints of the next layer would be too many, at each node. */
  const excess = new Float64Array(count);
  const constants = constantVariance(network);
  let mean = 1;
  let tooMany = 0;
  // Bends come in the order of their layers.
  let next = 0;
  return network.layers.map(({ index, name }) => {
    for (; next < bends.length && bends[next].layer === index; next++) {
      const bend = bends[next];
      const canBeSparse = !bendsAtZeroOnly(bend.activation);
      breakpointsOf(bend, weights).forEach((breakpoints, node) => {
        mean += breakpoints;
        tooMany += Math.min(1, excess[node]) * breakpoints;
        if (canBeSparse) excess[node] += excessBehind(bend.activation, unitsAt(bend.input.cells, node), constants);
      });
      if (tooMany > MAX_EXCESS * mean) throw new NoClosedForm(tooFewActive(name));
      addFixedRoots(bend, times[0], roots);
    }
    return mean + roots.length;
  });
}

/** The units of a layer at one node, position by position. */
function unitsAt({ values, groups, ids }: Cells, node: number): AlikeUnits[][] {
  const count = ids.length;
  return Array.from({ length: count / groups.length }, (_, position) =>
    groups.map((channels, g) => {
      const at = 3 * node * count + position * groups.length + g;
      return { channels, moments: [values[at], values[at + count], values[at + 2 * count]] };
    }),
  );
}

export function tooFewActive(layer: string): string {
  return `Before ${layer} so few units are active that the mean of wide layers may be 10 % too high or more.`;
}

/**
 * Units without biases that bend at zero do so at one place of a segment through the origin, all of them. Their moments
 * at any node `time` tell the place; the rate of breakpoints there is no density.
 */
function addFixedRoots({ activation, sides, isNew }: Bend, time: number, roots: number[]): void {
  if (!activation.breakpoints.includes(0)) return;
  const count = isNew.length;
  for (const { values } of sides) {
    for (let cell = 0; cell < count; cell++) {
      if (isNew[cell] === 0) continue;
      const offset = fixedRoot(values[cell], values[cell + count], values[cell + 2 * count]);
      if (offset === null) continue;
      const root = time + offset;
      if (Math.abs(root) < 1 && !roots.some((other) => Math.abs(other - root) < 1e-9)) roots.push(root);
    }
  }
}

/** Nodes that are dense where the input is small: there the rate of breakpoints peaks. */
export function nodesAlong(middle: Float64Array, half: Float64Array, biasDeviation: number, count: number) {
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const [a2, ab, b2] = [dot(middle, middle), dot(middle, half), dot(half, half)];
  const closest = -ab / b2;
  const variance = (a2 * b2 - ab * ab) / (b2 * b2) + (biasDeviation ** 2 * middle.length) / (2 * b2);
  if (!(variance > 1e-12)) throw new NoClosedForm('Without biases all breakpoints of the first layer coincide.');
  const width = Math.sqrt(variance);
  const [from, to] = [Math.atan((-1 - closest) / width), Math.atan((1 - closest) / width)];
  const rule = gaussLegendre(count);
  const angles = rule.nodes.map((x) => (from + to) / 2 + (x * (to - from)) / 2);
  return {
    times: angles.map((angle) => closest + width * Math.tan(angle)),
    weights: rule.weights.map((weight, i) => (weight * width * (to - from)) / 2 / Math.cos(angles[i]) ** 2),
  };
}

/** Mean number of breakpoints near each node. */
function breakpointsOf({ activation, sides, isNew }: Bend, weights: Float64Array): Float64Array {
  const count = isNew.length;
  return weights.map((weight, node) => {
    let sum = 0;
    for (const { values, groups } of sides) {
      for (let cell = 0; cell < count; cell++) {
        if (isNew[cell] === 0) continue;
        const at = 3 * node * count + cell;
        const rate = crossingRate(activation.breakpoints, values[at], values[at + count], values[at + 2 * count]);
        sum += (weight * groups[cell % groups.length] * rate) / sides.length;
      }
    }
    return sum;
  });
}

/** Below this share of E z'^2, what does not follow z is what rounding left of nothing. */
const ROUNDING = 1e-12;

/** Rice's formula: density of z at each level times E|z'| there, for Gaussian (z, z') of mean zero. */
export function crossingRate(levels: readonly number[], q: number, c: number, r: number): number {
  if (q <= 0 || r <= 0) return 0;
  const deviation = Math.sqrt(q);
  const difference = r - (c * c) / q;
  const spread = difference > ROUNDING * r ? Math.sqrt(difference) : 0;
  let rate = 0;
  for (const level of levels) {
    rate += (normalDensity(level / deviation) / deviation) * meanAbsolute((c * level) / q, spread);
  }
  return rate;
}

/** Moments of phi(z) and phi'(z) z' from those of z and z' (components q, c, r in turn at each node). */
export const bentMoments: MomentMap = (activation, moments, components) => {
  const bent = new Float64Array(moments.length);
  const count = moments.length / components;
  if (bendsAtZeroOnly(activation)) return moments.map((value) => zeroBendFactor(activation) * value);
  for (let from = 0; from < moments.length; from += 3 * count) {
    for (let i = from; i < from + count; i++) {
      const [q, c, r] = bentAt(activation, moments[i], moments[i + count], moments[i + 2 * count]);
      bent[i] = q;
      bent[i + count] = c;
      bent[i + 2 * count] = r;
    }
  }
  return bent;
};

export function bentAt(
  activation: PiecewiseLinearActivation,
  q: number,
  c: number,
  r: number,
): [number, number, number] {
  const { breakpoints, slopes, intercepts } = activation;
  const piece = breakpoints.filter((breakpoint) => breakpoint < 0).length;
  if (q <= 0) return [intercepts[piece] ** 2, 0, 0];
  const deviation = Math.sqrt(q);
  let [square, product, slopeSquare, slopeProduct] = [0, 0, 0, 0];
  slopes.forEach((slope, k) => {
    const [e0, e1, e2] = truncatedMoments(breakpoints[k - 1] ?? -Infinity, breakpoints[k] ?? Infinity, deviation);
    square += slope ** 2 * e2 + 2 * slope * intercepts[k] * e1 + intercepts[k] ** 2 * e0;
    product += slope * (slope * e2 + intercepts[k] * e1);
    slopeSquare += slope ** 2 * e0;
    slopeProduct += slope ** 2 * e2;
  });
  return [square, (product * c) / q, (r - (c * c) / q) * slopeSquare + (c / q) ** 2 * slopeProduct];
}
