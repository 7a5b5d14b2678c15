import type { TheoryContext } from '../context.ts';
import type { Layer } from '../../network/network.ts';
import type { Bound } from '../bound.ts';
import { chainOf, connected } from './chain.ts';
import { constantIn } from '../constants.ts';
import type { StageRule } from '../recurrence/dimensionRecurrence.ts';
import { inputDimension } from '../recurrence/dominators.ts';
import { refused } from './evaluation.ts';
import { magnitudeOf, multiply, one, smaller, type Magnitude } from '../numbers/magnitude.ts';
import { tightestRule } from '../recurrence/recurrence.ts';
import { recurrenceMemory } from '../recurrence/recurrenceMemory.ts';
import type { UnitStage } from '../../network/network.ts';

/**
 * Networks without biases whose units bend at zero: at most 2 f(n_0 - 1; n_1 - 1, n_2, ..., n_L) regions, f the
 * dimension recurrence.
 *
 * All values are positively homogeneous in the input, so that regions are cones. Let z be the pre-activation of one of
 * the first units, a linear form. No region has points on both sides of z = 0, and those of a side correspond to the
 * regions on the affine slice z = 1 or z = -1, of n_0 - 1 dimensions, on which the unit of z is constant: n_1 - 1 units
 * are left that bend, or vary at all. Where z = 0 for all inputs another unit takes its place, or no unit of the layer
 * bends.
 */
export const homogeneousUpper: Bound = {
  id: 'homogeneous-upper',
  kind: 'upper',
  of: 'activation',
  citation: { label: 'Networks without biases (this tool)', url: 'https://arxiv.org/abs/1711.02114' },
  latex: String.raw`2\, f(n_0 - 1;\; n_1 - 1,\, n_2, \dots, n_L)`,
  hypotheses: 'no constant before the last units, which all bend at zero only',
  evaluate(theory) {
    const { network } = theory;
    const withUnits = network.layers.filter((layer) => layer.stages.length > 0);
    const [first] = withUnits;
    if (withUnits.length === 0) return refused('There are no units.');
    // Constants after the last units cut nothing.
    for (const layer of network.layers.slice(0, withUnits[withUnits.length - 1].index + 1)) {
      const constant = constantIn(layer);
      if (constant) return refused(`The statement is for networks without constants; ${constant}.`);
    }
    if (inputDimension(theory) < network.inputSize)
      return refused('The statement is for the whole input space, not for a slice.');
    const cuts = cutsOfSides(theory, first);
    const perLayer = cuts.map((cut, i) => cut && (i < first.index ? one : multiply(magnitudeOf(2), cut)));
    return {
      applies: true,
      perLayer,
      note: isMaximum(theory) ? 'The exact maximum for one layer.' : undefined,
    };
  },
};

/** Regions on the slice z = 1, which has a dimension less. */
function cutsOfSides(theory: TheoryContext, first: Layer): readonly (Magnitude | null)[] {
  const { inputSize, layers } = theory.network;
  if (inputSize === 1) return layers.map(({ scope }) => (scope === 'beyond' ? null : one));
  const side = theory.onSlice(inputSize - 1);
  const memory = recurrenceMemory(theory);
  const rule = tightestRule(theory);
  const whole = memory.regions(side, rule);
  const [stage] = first.stages;
  if (stage.kind !== 'activation' || stage.neurons < 2) return whole;
  const others: UnitStage = { ...stage, neurons: stage.neurons - 1 };
  const rest = memory.tightestTransition(memory.denseNumbers(others.neurons, stage.pieceCount), others);
  const withoutOne: StageRule = (layer, each) => (layer === first && each === stage ? rest : rule(layer, each));
  const fewer = memory.regions(side, withoutOne);
  return whole.map((cut, i) => cut && smaller(cut, fewer[i] ?? cut));
}

/** One dense layer: hyperplanes through 0 in general position make as many cells. */
function isMaximum(theory: TheoryContext): boolean {
  const found = chainOf(theory);
  if ('reason' in found || found.chain.stages.length !== 1) return false;
  return !('reason' in connected(theory.network, found.chain, 'dense', false));
}
