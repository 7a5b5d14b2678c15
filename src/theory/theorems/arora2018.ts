import type { TheoryContext } from '../context.ts';
import { binomialPrefixSum } from '../numbers/binomial.ts';
import type { Bound, Evaluation } from '../bound.ts';
import { fullyConnectedReluChainOf, type Chain } from './chain.ts';
import { refused, spread } from './evaluation.ts';
import { magnitudeOf, multiply, power, type Magnitude } from '../numbers/magnitude.ts';
import { sliceNote } from './folding.ts';

/**
 * 2 sum over j < n_0 of C(m - 1, j) times w^(L - 1), for a first layer of 2m neurons and w in each further one:
 * the vertices of a zonotope of m segments, folded by L - 1 sawtooths.
 */
export const arora2018Lower: Bound = {
  id: 'arora2018-lower',
  kind: 'lower',
  of: 'linear',
  citation: { label: 'Arora et al. 2018, Theorem 2.11', url: 'https://arxiv.org/abs/1611.01491' },
  latex: String.raw`2 \sum_{j=0}^{n_0-1} \binom{m-1}{j} \; w^{L-1},\quad n_1 = 2m,\; w = \min(n_2, \dots, n_L)`,
  hypotheses: 'fully connected, ReLUs, at least 2 a layer',
  evaluate: (theory) => zonotopeBound(theory, 0),
};

/** The same construction with sawtooths of w + 1 pieces, for w >= 2. */
export const serra2018SizeLower: Bound = {
  id: 'serra2018-size-lower',
  kind: 'lower',
  of: 'linear',
  citation: { label: 'Serra et al. 2018, Theorem 7', url: 'https://arxiv.org/abs/1711.02114' },
  latex: String.raw`2 \sum_{j=0}^{n_0-1} \binom{m-1}{j} \; (w+1)^{L-1},\quad n_1 = 2m,\; w = \min(n_2, \dots, n_L)`,
  hypotheses: 'fully connected, ReLUs, at least 2 a layer',
  evaluate: (theory) => zonotopeBound(theory, 1),
};

/** Neurons beyond an even number in the first layer, and beyond the narrowest later layer, are left unused. */
function zonotopeBound(theory: TheoryContext, extraPieces: 0 | 1): Evaluation {
  const { network } = theory;
  const found = fullyConnectedReluChainOf(theory);
  if ('reason' in found) return refused(found.reason);
  const { chain } = found;
  const [first] = chain.stages;
  if (!first || first.stage.neurons < 2) {
    return refused(
      `The construction needs at least 2 neurons in the first layer${first ? `; ${first.layer.name} has 1` : ''}.`,
    );
  }
  const narrow = chain.stages.slice(1).find(({ stage }) => stage.neurons < 2);
  if (narrow) return refused(`The construction needs at least 2 neurons in every layer; ${narrow.layer.name} has 1.`);
  return {
    applies: true,
    perLayer: spread(network, chain, zonotopeCounts(chain, extraPieces)),
    note: sliceNote(network, chain),
  };
}

/** The zonotope's vertices times pieces^folds, for the narrowest width so far at every depth. */
function zonotopeCounts(chain: Chain, extraPieces: 0 | 1): Magnitude[] {
  const m = Math.floor(chain.stages[0].stage.neurons / 2);
  const vertices = multiply(magnitudeOf(2), binomialPrefixSum(m - 1, chain.n0 - 1));
  let count = vertices;
  let before = Infinity;
  return narrowestSoFar(chain).map((width, folds) => {
    if (folds === 0) return count;
    const pieces = magnitudeOf(width + extraPieces);
    count = folds > 1 && width === before ? multiply(count, pieces) : multiply(vertices, power(pieces, folds));
    before = width;
    return count;
  });
}

/** For each layer the smallest width of the second to this one (of no use for the first). */
function narrowestSoFar(chain: Chain): number[] {
  let width = Infinity;
  return chain.stages.map(({ stage }, i) => (i === 0 ? Infinity : (width = Math.min(width, stage.neurons))));
}
