import type { TheoryContext } from '../context.ts';
import type { Bound } from '../bound.ts';
import type { StageRule } from './dimensionRecurrence.ts';
import type { IndependenceNumbers } from './denseIndependence.ts';
import { independenceOf } from './independence.ts';
import { recurrenceMemory, type RecurrenceMemory } from './recurrenceMemory.ts';

/** Independence numbers of every layer's own sparsity, with Hinz's histograms where those are tighter. */
export function tightestRule(theory: TheoryContext): StageRule {
  const memory = recurrenceMemory(theory);
  const independence = independenceOf(theory);
  return (layer, stage) => memory.tightestTransition(uncapped(independence.of(theory, layer, stage), memory), stage);
}

/**
 * No more dimensions enter a dense layer than it has inputs, so that the limit which its inputs put on independent sets
 * never acts: without it layers of one width are one transition.
 */
function uncapped(numbers: IndependenceNumbers, memory: RecurrenceMemory): IndependenceNumbers {
  const { binomial, quality, maxSize } = numbers;
  if (!binomial || quality !== 'exact' || maxSize === binomial.count) return numbers;
  return memory.denseNumbers(binomial.count, binomial.weight + 1);
}

/** The dimension recurrence for any piecewise-linear network; see `dimensionRecurrence.ts` for statement and proof. */
export const recurrenceUpper: Bound = {
  id: 'recurrence-upper',
  kind: 'upper',
  of: 'activation',
  citation: { label: 'Dimension recurrence (this tool)', url: 'https://arxiv.org/abs/1711.02114' },
  latex: String.raw`f_1(n_0),\quad f_l(d) = \sum_{j=0}^{d} I_l(j)\, f_{l+1}\bigl(\min(d,\, r_l(j))\bigr),\quad f_{L+1} = 1`,
  hypotheses: 'none',
  isGeneral: true,
  evaluate: (theory) => ({ applies: true, perLayer: recurrenceMemory(theory).regions(theory, tightestRule(theory)) }),
};
