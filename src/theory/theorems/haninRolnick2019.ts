import { greatestOf } from '../../network/extremes.ts';
import type { Bound } from '../bound.ts';
import { lnFactorial, weightedBinomial } from '../numbers/binomial.ts';
import { chainOf, connected, maxoutChainOf, type Chain } from './chain.ts';
import { refused, spread } from './evaluation.ts';
import {
  log10ErrorOf,
  magnitudeOf,
  magnitudeOfLog10,
  multiply,
  power,
  UNIT_ROUNDOFF,
  type Magnitude,
} from '../numbers/magnitude.ts';

/**
 * (T N)^n_0 / n_0! with T = 1 for N >= n_0, else 2^N: the order of the mean number of regions per unit volume at
 * initialization. The theorem's constant T depends on the distribution of the weights.
 */
export const haninRolnick2019Scale: Bound = {
  id: 'hanin-rolnick2019-scale',
  kind: 'scale',
  of: 'activation',
  citation: { label: 'Hanin, Rolnick 2019', url: 'https://arxiv.org/abs/1906.00904' },
  latex: null,
  hypotheses: 'fully connected, units of two pieces, independent weights and biases',
  evaluate(theory) {
    const { network } = theory;
    const found = chainOf(theory);
    if ('reason' in found) return refused(found.reason);
    const other = found.chain.stages.find(({ stage }) => stage.pieceCount !== 2 || stage.kind !== 'activation');
    if (other) return refused(`The theorem is for one-input units of two pieces; ${other.layer.name} has others.`);
    const dense = connected(network, found.chain, 'dense');
    if ('reason' in dense)
      return refused('The theorem is for independent weights and biases in fully connected layers.');
    return {
      applies: true,
      perLayer: spread(
        network,
        found.chain,
        cumulative(found.chain).map((neurons) => growth(neurons, found.chain.n0)),
      ),
      note: 'An order of growth per unit volume at initialization, with the constant T = 1; neither a bound nor a mean.',
    };
  },
};

/** (K N)^n_0 C(n_0 K, 2 n_0) / n_0!, again with T = 1, for maxout units of rank K (Tseran and Montúfar 2021). */
export const tseranMontufar2021Scale: Bound = {
  id: 'tseran-montufar2021-scale',
  kind: 'scale',
  of: 'activation',
  citation: { label: 'Tseran, Montúfar 2021', url: 'https://arxiv.org/abs/2107.00379' },
  latex: null,
  hypotheses: 'maxout layers, at least as many units as input dimensions',
  evaluate(theory) {
    const { network } = theory;
    const found = maxoutChainOf(theory);
    if ('reason' in found) return refused(found.reason);
    const { chain } = found;
    if (chain.stages.length === 0) return refused('There are no maxout units.');
    const rank = greatestOf(chain.stages.map(({ stage }) => stage.pieceCount));
    const total = cumulative(chain).at(-1) ?? 0;
    if (total < chain.n0)
      return refused(
        `The theorem is for at least as many units as input dimensions; there are ${total} for ${chain.n0}.`,
      );
    return {
      applies: true,
      perLayer: spread(
        network,
        chain,
        cumulative(chain).map((neurons) => maxoutGrowth(neurons, chain.n0, rank)),
      ),
      note: 'An order of growth per unit volume at initialization, with the constant T = 1; neither a bound nor a mean.',
    };
  },
};

function cumulative(chain: Chain): number[] {
  let neurons = 0;
  return chain.stages.map(({ stage }) => (neurons += stage.neurons));
}

/** N^n / n!, or 2^N for N < n. */
export function growth(neurons: number, dimension: number): Magnitude {
  if (neurons < dimension) return power(magnitudeOf(2), neurons);
  return dividedByFactorial(power(magnitudeOf(neurons), dimension), dimension);
}

export function maxoutGrowth(neurons: number, dimension: number, rank: number): Magnitude {
  const units = power(magnitudeOf(rank * neurons), dimension);
  const choices = weightedBinomial(dimension * rank, 2 * dimension);
  return dividedByFactorial(multiply(units, choices), dimension);
}

/** Exact where the quotient is an integer. */
function dividedByFactorial(a: Magnitude, n: number): Magnitude {
  if (a.exact !== null) {
    let factorial = 1n;
    for (let i = 2; i <= n; i++) factorial *= BigInt(i);
    if (a.exact % factorial === 0n) return magnitudeOf(a.exact / factorial);
  }
  const factorial = lnFactorial(n);
  const error =
    log10ErrorOf(a) + factorial.error * Math.LOG10E + 4 * UNIT_ROUNDOFF * (Math.abs(a.log10) + factorial.ln);
  return magnitudeOfLog10(a.log10 - factorial.ln * Math.LOG10E, error);
}
