import { throwIfCancelled } from '../cancellation.ts';
import { memoized, type TheoryContext } from '../context.ts';
import type { Network } from '../../network/network.ts';
import type { Bound, Evaluation, TheoryOptions } from '../bound.ts';
import { sharedWeightsIn } from '../constants.ts';
import {
  convolutionChainOf,
  fewFilters,
  filtersOf,
  inputChannels,
  type ConvolutionChain,
  type ConvolutionStage,
} from '../convolution/convolutionChain.ts';
import { convolutionSum, DEFAULT_BUDGET } from '../convolution/sums/convolutionSum.ts';
import type { AxisFields, ReceptiveFields } from '../convolution/receptiveFields.ts';
import { sharedWeightSumOf } from '../convolution/sums/sharedWeightSum.ts';
import { theoremEquality } from '../convolution/theoremEquality.ts';
import { refused, spread } from './evaluation.ts';
import { larger, magnitudeOf, multiply, one, power, type Magnitude } from '../numbers/magnitude.ts';

const citation = { label: 'Xiong et al. 2020, Theorem 5', url: 'https://arxiv.org/abs/2006.00978' };

/**
 * Xiong et al. 2020, Theorem 5, lower bound as published: R of N' times the product over l < L of
 * floor(d_l / d_0)^(h_l w_l d_0), where N' is layer L on an input of h_(L-1) x w_(L-1) x d_0. It takes R to be reached,
 * which shared weights need not do: a proven bound only where the note says so.
 */
export const xiong2020Lower: Bound = {
  id: 'xiong2020-lower',
  kind: 'lower',
  of: 'activation',
  citation,
  isProven: false,
  latex: String.raw`R_{\mathcal{N}'} \prod_{l=1}^{L-1} \left\lfloor \frac{d_l}{d_0} \right\rfloor^{h_l w_l d_0}`,
  hypotheses: 'convolutions, at least as many filters as input channels, ReLUs, biases',
  evaluate(theory) {
    return construction(theory, (pattern, part) => {
      const { lower } = convolutionSum(pattern, 2, part);
      return { value: lower, proven: theoremEquality(pattern) === 'exact' };
    });
  },
};

/**
 * The same construction with a proven number for N': the count for shared weights where the budget allows, else the
 * sum for kernels of a single row or column, which equality is proven for.
 */
export const xiong2020LowerCorrected: Bound = {
  id: 'xiong2020-lower-corrected',
  kind: 'lower',
  of: 'activation',
  citation: { ...citation, label: 'Xiong et al. 2020, Theorem 5, with shared weights counted (this tool)' },
  latex: String.raw`\tilde{R}_{\mathcal{N}'} \prod_{l=1}^{L-1} \left\lfloor \frac{d_l}{d_0} \right\rfloor^{h_l w_l d_0}`,
  hypotheses: 'convolutions, at least as many filters as input channels, ReLUs, biases',
  evaluate(theory) {
    return construction(theory, (pattern, part) => ({ value: provenSum(theory, pattern, part), proven: true }));
  },
};

function provenSum(theory: TheoryContext, pattern: ReceptiveFields, options: TheoryOptions): Magnitude {
  if (theoremEquality(pattern) === 'exact') return convolutionSum(pattern, 2, options).lower;
  const counted = sharedWeightSumOf(theory, pattern, 2, options);
  if ('value' in counted) return counted.value;
  return flatKernels(pattern).reduce((best, flat) => larger(best, convolutionSum(flat, 2, options).lower), one);
}

/** The layer with all of its kernel zero but one row, or one column. Positions that see it as padding are left out. */
function flatKernels(pattern: ReceptiveFields): ReceptiveFields[] {
  const { rows, columns, taps } = pattern;
  if (taps === null) return [];
  const middle = (fields: AxisFields) => mostCommon(fields.flat()).value;
  const only = (fields: AxisFields, axis: AxisFields) => {
    const tap = middle(axis);
    return {
      fields: fields.map((field, p) => field.filter((_, k) => axis[p][k] === tap)),
      taps: axis.map((list) => list.filter((each) => each === tap)),
    };
  };
  const row = only(rows, taps.rows);
  const column = only(columns, taps.columns);
  return [
    { ...pattern, rows: row.fields, taps: { ...taps, rows: row.taps } },
    { ...pattern, columns: column.fields, taps: { ...taps, columns: column.taps } },
  ];
}

function mostCommon(values: readonly number[]): { value: number; count: number } {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best = { value: 0, count: 0 };
  for (const [value, count] of counts) if (count > best.count) best = { value, count };
  return best;
}

type LastLayer = (pattern: ReceptiveFields, options: TheoryOptions) => { value: Magnitude; proven: boolean };

function construction(theory: TheoryContext, regions: LastLayer): Evaluation {
  const { network, options } = theory;
  const found = convolutionChainOf(theory);
  if ('reason' in found) return refused(found.reason);
  const obstacle = obstacleTo(network, found);
  if (obstacle) return refused(obstacle);
  const d0 = inputChannels(found);
  const { stages } = found;
  const part = { ...options, budget: (options.budget ?? DEFAULT_BUDGET) / stages.length };
  let folded = one;
  let proven = true;
  // Deep networks repeat their layers, which have one pattern in common.
  const lastLayer = memoized(
    ({ pattern }: ConvolutionStage) => pattern,
    ({ pattern }) =>
      memoized(
        (channels: number) => channels,
        (channels) => regions(channels === pattern.channels ? pattern : { ...pattern, channels }, part),
      ),
  );
  const values = stages.map((stage, l) => {
    throwIfCancelled(options);
    const last = lastLayer(stage)(l === 0 ? stage.pattern.channels : channelsBehind(stage, stages[l - 1], d0));
    proven = last.proven;
    const value = multiply(folded, last.value);
    const pieceCount = Math.floor(filtersOf(stage) / d0);
    folded = multiply(folded, power(magnitudeOf(pieceCount), positionsOf(stage.pattern) * d0));
    return value;
  });
  const note = proven ? undefined : 'as published; not proven, because it takes shared weights for free ones';
  return { applies: true, perLayer: spread(network, found.chain, values), note };
}

/** Layer L on d_0 channels. */
function channelsBehind(stage: ConvolutionStage, before: ConvolutionStage, d0: number): number {
  return stage.dense ? positionsOf(before.pattern) * d0 : d0;
}

function positionsOf({ rows, columns }: ReceptiveFields): number {
  return rows.length * columns.length;
}

/** Why the construction cannot be made, or null. */
function obstacleTo(network: Network, found: ConvolutionChain): string | null {
  if (found.chain.n0 < network.inputSize) return 'The construction is for the whole input space, not for a slice.';
  const narrow = fewFilters(found);
  if (narrow) return narrow;
  const { stages } = found;
  const shared = sharedWeightsIn(network.layers.slice(0, stages[stages.length - 1].layer.index + 1));
  if (shared) return shared;
  for (const [l, stage] of stages.entries()) {
    const { layer, pattern } = stage;
    if (!stage.stage.isRectifier)
      return `The construction is for ReLU units; ${layer.name} has ${layer.activation.name}.`;
    if (!stage.hasBias) return `The construction needs biases; ${layer.name} has none.`;
    if (pattern.sharing === 'composed') {
      return `The construction needs convolutions one by one; several affine layers meet in ${layer.name}.`;
    }
    if (stages.length > 1 && pattern.groups > 1) {
      return `The construction needs filters that see all channels; ${layer.name} has groups.`;
    }
    if (l < stages.length - 1 && !hasCommonTap(pattern)) {
      return `The construction needs an entry of the kernel that never falls on padding; ${layer.name} has none.`;
    }
  }
  return null;
}

/** The layers before the last copy one cell of each window: the same entry of the kernel everywhere. */
function hasCommonTap({ taps }: ReceptiveFields): boolean {
  if (taps === null) return false;
  const common = (axis: AxisFields) => mostCommon(axis.flat()).count === axis.length;
  return common(taps.rows) && common(taps.columns);
}
