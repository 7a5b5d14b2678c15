import type { TheoryContext } from '../context.ts';
import type { Bound, Evaluation } from '../bound.ts';
import { inputDimension } from '../recurrence/dominators.ts';
import { refused } from './evaluation.ts';
import { larger, one } from '../numbers/magnitude.ts';
import {
  biasedStages,
  blockRegions,
  pointwiseRegions,
  stagesWithConstants,
  type FoldingStage,
} from './pointwiseRegions.ts';
import { pointwiseStagesOf, type PointwiseStage } from './pointwiseStages.ts';

/**
 * A lower bound on the activation regions of networks that begin with convolutions (or a dense layer), by two
 * constructions.
 *
 * *Disjoint blocks.* Let the first layer's kernels vanish outside a block of taps. Output positions whose blocks do not
 * overlap see disjoint inputs, so their arrangements multiply: each makes `sum over j <= m of C(d, j) (p - 1)^j` cells
 * from m inputs with d filters of p pieces in general position (Zaslavsky), although all positions share their weights.
 * Further positions and layers only refine the partition.
 *
 * *Pointwise networks.* Let every kernel have a single tap that is not zero. Then each input position passes through
 * one and the same fully connected network c -> d_1 -> d_2 ..., and positions multiply: those that reach layer l make
 * the regions of the folding construction (Montúfar et al. 2014, Theorem 4; Serra et al. 2018, Theorem 6), those that
 * fall off the grid after k layers (stride, missing padding) keep the folds of the first k.
 *
 * The cut after layer l gets the greatest of all these for layers up to l, as far as the layers have biases. Proof and
 * bound: this tool.
 */
export const pointwiseLower: Bound = {
  id: 'pointwise-lower',
  kind: 'lower',
  of: 'activation',
  citation: { label: 'Pointwise construction (this tool)', url: 'https://arxiv.org/abs/1402.1869' },
  latex: String.raw`\max\Bigl(\prod_{\text{blocks}} \sum_{j=0}^{m} \binom{d}{j} (p-1)^j,\; \prod_{\text{positions}} R_{\text{dense}}\Bigr)`,
  hypotheses: 'begins with convolutions (or dense layers) with biases',
  evaluate(theory) {
    const { network } = theory;
    const all = pointwiseStagesOf(network);
    const stages = all.slice(
      0,
      countWhile(all, ({ hasBias }) => hasBias),
    );
    if (stages.length === 0)
      return refused('The construction begins with a convolution or a dense layer with biases, followed by its units.');
    const k = inputDimension(theory);
    if (k < network.inputSize) {
      const [first] = stages;
      if (network.layers.slice(0, first.layer + 1).some(({ operation }) => 'window' in operation))
        return refused('The construction for convolutions needs the whole input space.');
      // A dense layer can make any affine map of the slice: the slice is an input of k dimensions.
      stages[0] = { ...first, channels: Math.min(first.channels, k) };
    }
    return greatestSoFar(theory, biasedStages(stages), stages[0]);
  },
};

/**
 * The same constructions where layers have no biases. At every position one channel holds a constant, on the slice
 * where that of the input is 1, and one unit of a layer passes it on; the others make the regions of the folding
 * construction for one channel and one filter less. Opposite, where the channel is negative, are half of the cells of
 * the first layer, `sum over j < c of C(d - 1, j)`; for a single layer both sides have as many, which is its maximum.
 */
export const homogeneousLower: Bound = {
  id: 'homogeneous-lower',
  kind: 'lower',
  of: 'activation',
  citation: { label: 'Constructions without biases (this tool)', url: 'https://arxiv.org/abs/1402.1869' },
  latex: String.raw`R(n_0 - 1;\; n_1 - 1, \dots, n_{L-1} - 1,\, n_L) + \sum_{j=0}^{n_0-1} \binom{n_1 - 1}{j}`,
  hypotheses: 'begins with convolutions (or dense layers), some without biases',
  evaluate(theory) {
    const { network } = theory;
    const all = pointwiseStagesOf(network);
    const stages = all.slice(
      0,
      countWhile(all, ({ hasBias, isCentral }) => hasBias || isCentral),
    );
    if (stages.length === 0)
      return refused('The construction begins with a convolution or a dense layer, followed by its units.');
    if (stages.every(({ hasBias }) => hasBias)) return refused('The construction is for layers without biases.');
    if (isSliced(theory)) return refused('The construction needs the whole input space.');
    return greatestSoFar(theory, stagesWithConstants(stages), stages[0]);
  },
};

function isSliced(theory: TheoryContext): boolean {
  return inputDimension(theory) < theory.network.inputSize;
}

/** How many of the first items pass. */
function countWhile<T>(items: readonly T[], passes: (item: T) => boolean): number {
  const end = items.findIndex((item) => !passes(item));
  return end < 0 ? items.length : end;
}

function greatestSoFar(theory: TheoryContext, stages: readonly FoldingStage[], first: PointwiseStage): Evaluation {
  const reached = pointwiseRegions(stages, theory.options);
  reached[0] = larger(reached[0], blockRegions(first));
  let best = one;
  let next = 0;
  const perLayer = theory.network.layers.map((layer) => {
    for (; next < stages.length && stages[next].layer <= layer.index; next++) best = larger(best, reached[next]);
    return layer.scope === 'beyond' ? null : best;
  });
  return { applies: true, perLayer };
}
