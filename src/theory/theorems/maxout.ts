import type { TheoryContext } from '../context.ts';
import { leastOf } from '../../network/extremes.ts';
import { binomialPrefixSum } from '../numbers/binomial.ts';
import type { Bound } from '../bound.ts';
import { connected, maxoutChainOf, type Chain, type ChainOrReason, type ChainStage } from './chain.ts';
import { constructionBound, productBound, refused } from './evaluation.ts';
import { magnitudeOf, power, smaller, type Magnitude } from '../numbers/magnitude.ts';
import { narrowLayer, sliceNote } from './folding.ts';
import type { UnitStage } from '../../network/network.ts';

const montufar2014 = { label: 'Montúfar et al. 2014, Proposition 7', url: 'https://arxiv.org/abs/1402.1869' };
const montufarRenZhang2022 = { label: 'Montúfar, Ren, Zhang 2022', url: 'https://arxiv.org/abs/2104.08135' };

/** Chains of maxout layers without other affine layers between them, of one rank throughout, as constructions need. */
function constructibleChain(theory: TheoryContext): ChainOrReason {
  const found = maxoutChainOf(theory);
  if ('reason' in found) return found;
  const { stages } = found.chain;
  if (stages.length === 0) return { reason: 'There are no maxout units.' };
  const rank = stages[0].stage.pieceCount;
  const other = stages.find(({ stage }) => stage.pieceCount !== rank);
  if (other)
    return {
      reason: `The construction is for one rank; ${other.layer.name} has rank ${other.stage.pieceCount}, not ${rank}.`,
    };
  return connected(theory.network, found.chain, 'maxout');
}

function nonEmpty(theory: TheoryContext): ChainOrReason {
  const found = maxoutChainOf(theory);
  if ('reason' in found || found.chain.stages.length > 0) return found;
  return { reason: 'There are no maxout units.' };
}

/** One layer: k^min(n_0, m). Deep: k^(L - 1) k^n_0 for n_l >= n_0, which is wrong for n_0 = 1 and k >= 3. */
export const maxoutMontufar2014Lower: Bound = {
  id: 'maxout-montufar2014-lower',
  kind: 'lower',
  of: 'linear',
  citation: { ...montufar2014, label: 'Montúfar et al. 2014, Theorem 8' },
  latex: String.raw`k^{L-1}\, k^{\min(n_0,\, n_L)}`,
  hypotheses: 'one rank; n_l ≥ n₀; n₀ ≥ 2 or k = 2',
  evaluate(theory) {
    const { network } = theory;
    const found = constructibleChain(theory);
    if ('reason' in found) return refused(found.reason);
    const { chain } = found;
    const rank = chain.stages[0].stage.pieceCount;
    if (chain.stages.length > 1) {
      if (chain.n0 === 1 && rank > 2) {
        return refused(
          'For one input dimension and rank 3 or more the published bound is false: it exceeds what convexity allows.',
        );
      }
      const narrow = narrowLayer(chain, chain.n0);
      if (narrow) return refused(narrow);
    }
    return constructionBound(
      network,
      chain,
      () => magnitudeOf(rank),
      ({ stage }) => power(magnitudeOf(rank), Math.min(chain.n0, stage.neurons)),
      sliceNote(network, chain),
    );
  },
};

/** One layer of m units: min(sum over j <= n_0 of C(k^2 m, j), k^m). */
export const maxoutMontufar2014Upper: Bound = {
  id: 'maxout-montufar2014-upper',
  kind: 'upper',
  of: 'activation',
  citation: montufar2014,
  latex: String.raw`\min\Bigl(\sum_{j=0}^{n_0} \binom{k^2 m}{j},\; k^m\Bigr)`,
  hypotheses: 'one layer of m units of rank k',
  evaluate(theory) {
    const { network } = theory;
    const found = nonEmpty(theory);
    if ('reason' in found) return refused(found.reason);
    const { chain } = found;
    if (chain.stages.length > 1)
      return refused(`The theorem is for one maxout layer; there are ${chain.stages.length}.`);
    return productBound(network, chain, ({ stage, narrowest }) => {
      const { neurons, pieceCount } = stage;
      return smaller(
        binomialPrefixSum(pieceCount * pieceCount * neurons, narrowest),
        power(magnitudeOf(pieceCount), neurons),
      );
    });
  },
};

/** prod over l of sum over j <= d_l of C(n_l k (k - 1) / 2, j), d_l the narrowest of all before layer l. */
export const maxoutSerra2018Upper: Bound = {
  id: 'maxout-serra2018-upper',
  kind: 'upper',
  of: 'activation',
  citation: { label: 'Serra et al. 2018, Theorem 8', url: 'https://arxiv.org/abs/1711.02114' },
  latex: String.raw`\prod_{l=1}^{L} \sum_{j=0}^{d_l} \binom{n_l\, k(k-1)/2}{j}`,
  hypotheses: 'maxout layers',
  evaluate(theory) {
    const { network } = theory;
    const found = nonEmpty(theory);
    if ('reason' in found) return refused(found.reason);
    return productBound(network, found.chain, ({ stage, narrowest }) =>
      binomialPrefixSum(((stage.pieceCount * (stage.pieceCount - 1)) / 2) * stage.neurons, narrowest),
    );
  },
};

/** prod over l of sum over j <= min(n_0, ..., n_(l-1)) of C(n_l, j) (k - 1)^j: the exact maximum for one layer. */
export const maxoutMrz2022Upper: Bound = {
  id: 'maxout-mrz2022-upper',
  kind: 'upper',
  of: 'activation',
  citation: montufarRenZhang2022,
  latex: String.raw`\prod_{l=1}^{L} \sum_{j=0}^{d_l} \binom{n_l}{j} (k-1)^j,\quad d_l = \min(n_0, \dots, n_{l-1})`,
  hypotheses: 'maxout layers',
  evaluate(theory) {
    const { network } = theory;
    const found = nonEmpty(theory);
    if ('reason' in found) return refused(found.reason);
    const { chain } = found;
    const isReached = chain.stages.length === 1 && !('reason' in connected(network, chain, 'maxout'));
    const note = isReached ? 'The exact maximum for one layer.' : undefined;
    const factor = ({ stage, narrowest }: ChainStage): Magnitude =>
      binomialPrefixSum(stage.neurons, narrowest, stage.pieceCount - 1);
    return productBound(network, chain, factor, note);
  },
};

/** prod over l of (n_l (k - 1) / n + 1)^n for the best n <= n_0; n_l counts units up to an even multiple of n. */
export const maxoutMrz2022Lower: Bound = {
  id: 'maxout-mrz2022-lower',
  kind: 'lower',
  of: 'linear',
  citation: montufarRenZhang2022,
  latex: String.raw`\max_{n \le n_0} \prod_{l=1}^{L} \left(\frac{n_l (k-1)}{n} + 1\right)^{n}`,
  hypotheses: 'one rank, at least 2 units a layer',
  evaluate(theory) {
    const { network } = theory;
    const found = constructibleChain(theory);
    if ('reason' in found) return refused(found.reason);
    const { chain } = found;
    const widths = chain.stages.map(({ stage }) => stage.neurons);
    const most = Math.min(chain.n0, Math.floor(leastOf(widths) / 2));
    if (most < 1) return refused('The construction needs at least 2 units in every layer.');
    const best = bestFolding(chain, most);
    return productBound(
      network,
      chain,
      ({ stage }) => power(magnitudeOf(foldedPieces(stage, best)), best),
      sliceNote(network, chain),
    );
  },
};

function bestFolding(chain: Chain, most: number): number {
  let best = { n: 1, log: 0 };
  for (const n of foldingCandidates(most)) {
    const log = chain.stages.reduce((total, { stage }) => total + n * Math.log(foldedPieces(stage, n)), 0);
    if (log > best.log) best = { n, log };
  }
  return best.n;
}

/** All numbers of dimensions up to a few hundred, then ever fewer, and the largest. */
function foldingCandidates(most: number): number[] {
  const candidates: number[] = [];
  for (let n = 1; n < most; n += Math.ceil(n / 256)) candidates.push(n);
  return [...candidates, most];
}

function foldedPieces({ neurons, pieceCount }: UnitStage, n: number): number {
  return 2 * Math.floor(neurons / (2 * n)) * (pieceCount - 1) + 1;
}
