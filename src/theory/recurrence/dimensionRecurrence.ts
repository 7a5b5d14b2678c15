import type { TheoryOptions } from '../bound.ts';
import { throwIfCancelled } from '../cancellation.ts';
import type { TheoryContext } from '../context.ts';
import { leastOf } from '../../network/extremes.ts';
import type { Layer, Network, UnitStage } from '../../network/network.ts';
import { dominatorTree, type DominatorNode } from './dominators.ts';
import type { DimensionHistogram } from './histogram.ts';
import type { HistogramSteps } from './histogramSteps.ts';
import { ChangingProduct } from '../numbers/changingProduct.ts';
import { multiply, one, product, sum, type Magnitude } from '../numbers/magnitude.ts';
import type { Transition } from './transition.ts';
import { innerWidth } from '../units.ts';

/** Nested branches are followed to this depth. */
const MAX_NESTING = 16;

/** The transition of one stage of units. */
export type StageRule = (layer: Layer, stage: UnitStage) => Transition;

/** By layer index: what its stages of units do, in the order they act. */
export type LayerTransitions = readonly (readonly Transition[])[];

export function transitionsBy(rule: StageRule, network: Network): LayerTransitions {
  return network.layers.map((layer) => layer.stages.map((stage) => rule(layer, stage)));
}

/** Exact integers may cost about this many products of machine words before logarithms take over. */
const EXACT_WORK = 2e6;

/** The first layers, up to this many, are always computed in integers. */
const MIN_PREDICTED_DIMENSION = 64;

/**
 * Side branches are evaluated for at most this many entering dimensions, fewer where a branch is large; other
 * dimensions are rounded up to these.
 */
const BRANCH_DIMENSIONS = 48;
const BRANCH_WORK = 400_000;

/** After this many evaluations of branches (deep nesting) every dimension is rounded up to the largest. */
const BRANCH_EVALUATIONS = 10_000;

/**
 * The dimension recurrence (this tool; Serra et al. 2018, Theorem 1, for dense chains): an upper bound on the number
 * of regions of the network's layers 0 .. i for every i, by layer index, null beyond the piecewise-linear part.
 *
 * On a region where tensor t has dimension d, the layers that t dominates make at most F_t(d) regions, and
 * F_t(d) is the product over t's children c in the dominator tree of
 *     sum over j <= e of I_c(j) F_c(min(e, r_c(j))),   e = min(d, smallest vertex cut between t and c),
 * because a child's subtree depends on no later child's. For a chain this is the recurrence over layers; a residual
 * branch becomes a factor of its own and the stream leaves with the dimension it came with.
 */
export function dimensionRecurrence(
  theory: TheoryContext,
  transitions: LayerTransitions,
  steps: HistogramSteps,
): (Magnitude | null)[] {
  const { root } = dominatorTree(theory);
  const perLayer = theory.network.layers.map((): Magnitude | null => null);
  const recurrence = new Recurrence(transitions, steps, theory.options);
  for (const { index, regions } of recurrence.cutsFrom(root)) perLayer[index] = regions;
  return perLayer;
}

interface Cut {
  readonly index: number;
  readonly regions: Magnitude;
}

class Recurrence {
  private readonly branches = new Map<DominatorNode, Map<number, Cut[]>>();
  private evaluations = 0;

  constructor(
    private readonly transitions: LayerTransitions,
    private readonly steps: HistogramSteps,
    private readonly options: TheoryOptions,
  ) {}

  cutsFrom(root: DominatorNode): Cut[] {
    return this.below(root, this.steps.single(root.dimension, EXACT_WORK));
  }

  /** Regions after every layer that `node` dominates, by layer index, from a histogram of the dimensions at `node`. */
  private below(node: DominatorNode, entering: DimensionHistogram, depth = 0): Cut[] {
    if (depth > MAX_NESTING) return this.factorsBelow(node, entering);
    const cuts: Cut[] = [];
    let at = node;
    let histogram = entering;
    while (at.children.length > 0) {
      const [only] = at.children;
      const main = at.children.length === 1 ? only : at.children.reduce((a, b) => (b.last > a.last ? b : a));
      if (at.children.length > 1) {
        const sides = at.children.filter((child) => child !== main);
        // Where the last child starts before the others end, none can be taken to be the continuation.
        const interleaved = sides.some((side) => side.last > firstIndex(main));
        const abreast = interleaved ? at.children : sides;
        histogram = histogram.coarsened(this.resolution(histogram.top));
        for (const cut of this.merged(abreast, histogram, depth)) cuts.push(cut);
        if (interleaved) return cuts;
        histogram = histogram.weighted((d) => product(sides.map((side) => lastRegions(this.branch(side, d, depth)))));
      }
      at = main;
      histogram = this.through(at, histogram);
      const done = (at.layer?.index ?? 0) + 1;
      if (depth === 0 && done > MIN_PREDICTED_DIMENSION) histogram = histogram.demoteIfCostly(done / (node.last + 1));
      if (at.layer) cuts.push({ index: at.layer.index, regions: histogram.total() });
    }
    return cuts;
  }

  private resolution(top: number): number {
    if (this.evaluations > BRANCH_EVALUATIONS) return 1;
    return Math.max(1, Math.min(BRANCH_DIMENSIONS, Math.floor(BRANCH_WORK / (top + 1))));
  }

  /** The cuts of a child and all below it from one region of dimension d at its parent. */
  private branch(child: DominatorNode, d: number, depth: number): Cut[] {
    const known = this.branches.get(child) ?? new Map<number, Cut[]>();
    this.branches.set(child, known);
    let cuts = known.get(d);
    if (!cuts) {
      this.evaluations++;
      const entered = this.through(child, this.steps.single(d, EXACT_WORK / BRANCH_DIMENSIONS));
      const own = child.layer ? [{ index: child.layer.index, regions: entered.total() }] : [];
      cuts = [...own, ...this.below(child, entered, depth + 1)];
      known.set(d, cuts);
    }
    return cuts;
  }

  /** Parallel branches: after each of their layers, the product of the regions of every branch, summed over d. */
  private merged(branches: readonly DominatorNode[], histogram: DimensionHistogram, depth: number): Cut[] {
    const entries = histogram.entries().map(({ dimension, mass }) => ({
      mass,
      cuts: branches.map((branch) => this.branch(branch, dimension, depth)),
      reached: new ChangingProduct(branches.length),
    }));
    const events = entries[0].cuts
      .flatMap((cuts, branch) => cuts.map(({ index }, position) => ({ index, branch, position })))
      .sort((a, b) => a.index - b.index);
    return events.map(({ index, branch, position }) => {
      for (const { cuts, reached } of entries) reached.set(branch, cuts[branch][position].regions);
      return { index, regions: sum(entries.map(({ mass, reached }) => multiply(mass, reached.value))) };
    });
  }

  /** For very deep nesting: every stage of units by itself, on the dimensions that can enter it. */
  private factorsBelow(node: DominatorNode, entering: DimensionHistogram): Cut[] {
    const nodes: DominatorNode[] = [];
    const pending = [...node.children];
    for (let next = pending.pop(); next; next = pending.pop()) {
      nodes.push(next);
      for (const child of next.children) pending.push(child);
    }
    let regions = entering.total();
    return nodes
      .flatMap(({ layer, dimensionIn }) => (layer ? [{ layer, dimensionIn }] : []))
      .sort((a, b) => a.layer.index - b.layer.index)
      .map(({ layer, dimensionIn }) => {
        for (const transition of this.transitions[layer.index]) {
          regions = multiply(regions, transition.total(dimensionIn));
        }
        return { index: layer.index, regions };
      });
  }

  /** The histogram at a layer's output, from that at its parent in the dominator tree. */
  private through({ layer, cut, size }: DominatorNode, histogram: DimensionHistogram): DimensionHistogram {
    const { steps } = this;
    throwIfCancelled(this.options);
    if (!layer) return steps.capped(histogram, size);
    let after = steps.capped(histogram, Math.min(cut, innerWidth(layer)));
    for (const transition of this.transitions[layer.index]) after = steps.stepped(after, transition);
    return steps.capped(after, size);
  }
}

function firstIndex(node: DominatorNode): number {
  return node.layer ? node.layer.index : leastOf(node.children.map(firstIndex));
}

function lastRegions(cuts: readonly Cut[]): Magnitude {
  return cuts.length > 0 ? cuts[cuts.length - 1].regions : one;
}
