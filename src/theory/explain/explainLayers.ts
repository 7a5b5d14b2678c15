import { formatCount, formatFactor, formatPower, groupDigits } from '../../common/formatFigures.ts';
import { throwIfCancelled } from '../cancellation.ts';
import { memoized, type TheoryContext } from '../context.ts';
import { totalNeurons, type Layer, type UnitStage } from '../../network/network.ts';
import { binomialPrefixSum, exactBinomialTerms } from '../numbers/binomial.ts';
import { tightnessOfLayer } from '../convolution/tightness.ts';
import { dominatorTree, type DominatorNode } from '../recurrence/dominators.ts';
import type { LayerExplanation } from './explanation.ts';
import type { IndependenceNumbers } from '../recurrence/denseIndependence.ts';
import { independenceOf } from '../recurrence/independence.ts';
import { compare, type Magnitude } from '../numbers/magnitude.ts';
import { tightestRule } from '../recurrence/recurrence.ts';
import { recurrenceMemory } from '../recurrence/recurrenceMemory.ts';
import { widened } from './widening.ts';

/** A sum is written out term by term up to this many terms. */
const MAX_TERMS_SHOWN = 6;
/** Numbers from 10 to this power on are written as powers of ten. */
const LONG_NUMBER = 15;
/** Widening is tried while the number of bottlenecks times that of layers is at most this. */
const WIDENING_WORK = 2000;
/** For convolutions, whose independence numbers change with every filter: in networks of up to this many neurons. */
const MAX_NEURONS_WIDENED = 20_000;

/** What a hover says about every layer, by layer index. */
export function explainLayers(theory: TheoryContext): LayerExplanation[] {
  const { network } = theory;
  const { nodes } = dominatorTree(theory);
  const widening = new Widening(theory, nodes.filter((node) => node && isBottleneck(node)).length);
  const sums = prefixSums();
  return network.layers.map((layer) => {
    throwIfCancelled(theory.options);
    const node = nodes[layer.index];
    return node ? explain(theory, layer, node, widening, sums) : unexplained;
  });
}

/** For layers after the piecewise-linear part. */
const unexplained: LayerExplanation = {
  dimensionIn: 0,
  formula: null,
  numbers: null,
  ownLog10: null,
  tightness: null,
  advice: null,
  bottleneck: null,
};

function explain(
  theory: TheoryContext,
  layer: Layer,
  node: DominatorNode,
  widening: Widening,
  sums: PrefixSums,
): LayerExplanation {
  const { dimensionIn, dimension } = node;
  const oneMore = isBottleneck(node) ? widening.gain(layer) : null;
  const bottleneck = isBottleneck(node) ? { from: dimensionIn, to: dimension, oneMore } : null;
  const stages = layer.stages;
  const own = stages.map((stage) => independenceOf(theory).of(theory, layer, stage));
  const factors = stages.map((stage, k) => factorOf(stage, own[k], dimensionIn, sums));
  const [factor] = factors;
  const formula = factors.length > 0 ? factors.map((each) => each.formula).join(' · ') : null;
  const numbers = factors.length === 1 ? factor.numbers : null;
  const tightness = tightnessOfLayer(theory, layer, own[0]?.quality === 'exact');
  const ownLog10 = factors.length > 0 ? factors.reduce((sum, { total }) => sum + total.log10, 0) : null;
  const sentences: string[] = [];
  if (stages.length > 0 && dimension < dimensionIn) {
    const passage = `Inputs vary in up to ${directions(dimensionIn)}; at most ${formatCount(dimension)} survive this layer`;
    sentences.push(bottleneck ? `${passage}.` : `${passage}, and no layer with units follows.`);
  }
  if (oneMore !== null) {
    sentences.push(`${oneMoreUnit(layer)} would raise the network's upper bound ${formatFactor(oneMore)}-fold.`);
  }
  if (formula === 'L') sentences.push(loadVectors);
  if (stages.length === 1) sentences.push(...doubled(layer, stages[0], factor.total, dimensionIn, sums));
  return { dimensionIn, formula, numbers, ownLog10, tightness, advice: sentences.join(' ') || null, bottleneck };
}

const loadVectors = 'L is the number of load vectors: of how many units of the layer each input can be the choice.';

/** The layer passes on fewer dimensions than enter it, and units it dominates come after it. */
function isBottleneck(node: DominatorNode): boolean {
  return node.size < node.dimensionIn && node.children.some(holdsUnits);
}

function holdsUnits(node: DominatorNode): boolean {
  const pending = [node];
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (next.layer && next.layer.stages.length > 0) return true;
    for (const child of next.children) pending.push(child);
  }
  return false;
}

function factorOf(
  { neurons, pieceCount }: UnitStage,
  numbers: IndependenceNumbers,
  dimension: number,
  sums: PrefixSums,
): { formula: string; numbers: string | null; total: Magnitude } {
  const most = Math.min(dimension, neurons);
  const { binomial, maxSize } = numbers;
  if (!binomial) {
    const sum = numbers.prefixSum(most);
    return { formula: `Σ_{j≤${most}} I(j)`, numbers: short(sum), total: sum };
  }
  const total = sums([binomial.count, Math.min(most, maxSize), binomial.weight]);
  if (numbers.most && numbers.mostFormula !== undefined && compare(numbers.most, total) < 0)
    return { formula: numbers.mostFormula, numbers: short(numbers.most), total: numbers.most };
  if (most === neurons) return { formula: `${pieceCount}^${neurons}`, numbers: short(total), total };
  const weight = pieceCount === 2 ? '' : ` ${pieceCount - 1}^j`;
  const formula = `Σ_{j≤${most}} C(${neurons}, j)${weight}`;
  if (most >= MAX_TERMS_SHOWN || total.log10 > 12) return { formula, numbers: short(total), total };
  const terms = exactBinomialTerms(neurons, most, pieceCount - 1).map((term) => groupDigits(term.toString()));
  return { formula, numbers: `${terms.join(' + ')} = ${write(total)}`, total };
}

/** What the sum would be with twice the units, for layers whose width is written as a number. */
function doubled(
  { operation, activation }: Layer,
  { neurons, pieceCount }: UnitStage,
  now: Magnitude,
  dimension: number,
  sums: PrefixSums,
): string[] {
  if (operation.kind !== 'dense' && operation.kind !== 'maxout') return [];
  const factor = sums([2 * neurons, Math.min(dimension, 2 * neurons), pieceCount - 1]);
  const unit = operation.kind === 'maxout' && activation.name === 'linear' ? 'units' : 'neurons';
  return [`With ${formatCount(2 * neurons)} ${unit} it would be ${write(factor)} (now ${write(now)}).`];
}

/** `binomialPrefixSum` by count, last term and weight; deep networks repeat their layers, so that few are different. */
type PrefixSums = (terms: readonly [count: number, most: number, weight: number]) => Magnitude;

function prefixSums(): PrefixSums {
  return memoized(
    (terms) => terms.join(),
    (terms) => binomialPrefixSum(...terms),
  );
}

/** How much the network's bound grows with one more unit in one layer. */
class Widening {
  private readonly neurons: number;
  private total: Magnitude | null | undefined;

  constructor(
    private readonly theory: TheoryContext,
    private readonly bottlenecks: number,
  ) {
    this.neurons = totalNeurons(theory.network.layers);
  }

  /** log10 of the factor by which the bound grows; null where it would take too long. */
  gain(layer: Layer): number | null {
    const { network } = this.theory;
    if (this.bottlenecks * network.layers.length > WIDENING_WORK) return null;
    if ('filters' in layer.operation && this.neurons > MAX_NEURONS_WIDENED) return null;
    const wider = widened(network, layer.index);
    if (!wider) return null;
    this.total ??= regionsOf(this.theory);
    const more = regionsOf(this.theory.variation(wider));
    return this.total && more ? Math.max(0, more.log10 - this.total.log10) : null;
  }
}

function regionsOf(theory: TheoryContext): Magnitude | null {
  const cuts = recurrenceMemory(theory).regions(theory, tightestRule(theory));
  return cuts.findLast((cut) => cut !== null) ?? null;
}

function oneMoreUnit({ operation }: Layer): string {
  return 'filters' in operation ? 'One more filter' : 'One more neuron';
}

function directions(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'direction' : 'directions'}`;
}

function short(value: Magnitude): string | null {
  return value.log10 < LONG_NUMBER ? write(value) : null;
}

function write(value: Magnitude): string {
  return value.exact !== null && value.log10 < LONG_NUMBER
    ? groupDigits(value.exact.toString())
    : formatPower(value.log10);
}
