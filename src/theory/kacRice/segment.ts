import { type Network } from '../../network/network.ts';
import type { Segment, TheoryOptions } from '../bound.ts';
import { crossingProbability, fixedRoot } from './integrals/crossing.ts';
import { bentMoments, integrateOverNodes } from './integrals/levels.ts';
import { DEFAULT_BUDGET, perLayer, unlessRefused, type MeanRegions } from './mean.ts';
import { integrateOverPooling } from './pooledMean.ts';
import { regionsThroughOrigin } from './throughOrigin.ts';
import { propagate, requireClosedForm, type Bend } from './moments/propagate.ts';
import { tropicalMean } from './tropicalMean.ts';
import { unitsBendAtZeroOnly } from './moments/unit.ts';

/**
 * Mean number of activation regions on a segment of the input space, over weights drawn as `network.initialization`
 * says, in the limit of wide layers: one more than the mean number of different breakpoints (Kac-Rice formula). Weights
 * in the network are not looked at.
 */
export function meanRegionsOnSegment(network: Network, segment: Segment, options: TheoryOptions = {}): MeanRegions {
  if (![segment.from, segment.to].every((point) => isPointOf(network, point)))
    return { reason: `The segment's ends must have ${network.inputSize} coordinates each.` };
  if (segment.from.every((x, i) => x === segment.to[i])) return { reason: 'The segment has no length.' };
  const throughOrigin = regionsThroughOrigin(network, segment);
  if (throughOrigin) return throughOrigin;
  return unlessRefused(() => {
    const limits = { budget: options.budget ?? DEFAULT_BUDGET, cancelled: options.cancelled };
    const tropical = tropicalMean(network, segment, limits);
    if (tropical) return tropical;
    const isHomogeneous = unitsBendAtZeroOnly(network);
    const momentMap = isHomogeneous ? undefined : bentMoments;
    const needs = requireClosedForm(network, 1, { ...limits, momentMap, covariances: true });
    const [middle, half] = [new Float64Array(network.inputSize), new Float64Array(network.inputSize)];
    for (let i = 0; i < middle.length; i++) {
      middle[i] = (segment.from[i] + segment.to[i]) / 2;
      half[i] = (segment.to[i] - segment.from[i]) / 2;
    }
    if (needs.covariances) return integrateOverPooling(network, middle, half, limits);
    if (!isHomogeneous || needs.nodes) return integrateOverNodes(network, middle, half, limits);
    const found = propagate(network, { ...limits, points: [[middle, half]] });
    return { perLayer: cumulativeBreakpoints(network, found), relativeError: 1e-9 };
  });
}

/** Images have so many coordinates that a function call for each is felt. */
function isPointOf({ inputSize }: Network, point: readonly number[]): boolean {
  if (point.length !== inputSize) return false;
  for (const x of point) if (!Number.isFinite(x)) return false;
  return true;
}

function cumulativeBreakpoints(network: Network, found: readonly Bend[]): (number | null)[] {
  const roots: number[] = [];
  let mean = 1;
  // Bends come in the order of their layers.
  let next = 0;
  return perLayer(network, (layer) => {
    for (; next < found.length && found[next].layer === layer; next++) mean += breakpointsOf(found[next], roots);
    return mean + roots.length;
  });
}

/** Mean number of breakpoints at random places; those at places that are not random go to `roots`, once each. */
function breakpointsOf({ input, isNew }: Bend, roots: number[]): number {
  const { values, groups } = input.cells;
  const count = isNew.length;
  let sum = 0;
  for (let cell = 0; cell < count; cell++) {
    if (isNew[cell] === 0) continue;
    const [a2, ab, b2] = [values[cell], values[count + cell], values[2 * count + cell]];
    const root = fixedRoot(a2, ab, b2);
    if (root === null) sum += groups[cell % groups.length] * crossingProbability(a2, ab, b2);
    else if (Math.abs(root) < 1 && !roots.some((other) => Math.abs(other - root) < 1e-9)) roots.push(root);
  }
  return sum;
}
