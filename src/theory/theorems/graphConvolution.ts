import { throwIfCancelled } from '../cancellation.ts';
import type { Layer } from '../../network/network.ts';
import { exactBinomialTerms, binomialPrefixSum } from '../numbers/binomial.ts';
import type { Bound } from '../bound.ts';
import { refused } from './evaluation.ts';
import { bendsAtZeroOnly } from '../kacRice/moments/unit.ts';
import { denseIndependence, type IndependenceNumbers } from '../recurrence/denseIndependence.ts';
import { magnitudeOf, multiply, one, power, zero, type Magnitude } from '../numbers/magnitude.ts';
import { rankOverPrimes } from '../numbers/matrixRank.ts';

/** Largest degree of the polynomial that is written out, and largest matrix whose rank is computed. */
const MAX_DEGREE = 400;
const MAX_MATRIX_SIZE = 300;

/**
 * One graph convolution ReLU(A X W + b) of n nodes, d_0 to d_1 features, A invertible: the maximum is exactly
 * (sum over j <= d_0 of C(d_1, j))^n, without a bias (2 sum over j < d_0 of C(d_1 - 1, j))^n.
 */
export const gcnOneLayerExact: Bound = {
  id: 'gcn-one-layer-exact',
  kind: 'exact',
  of: 'activation',
  citation: {
    label: 'One graph convolution as n separate layers (this tool)',
    url: 'https://arxiv.org/abs/1609.02907',
  },
  latex: String.raw`\Bigl(\sum_{j=0}^{d_0} \binom{d_1}{j}\Bigr)^{\!n}`,
  hypotheses: 'one graph convolution d₀ → d₁ of ReLUs, n nodes, invertible matrix',
  evaluate(theory) {
    const { network, options } = theory;
    const withUnits = network.layers.filter((layer) => layer.stages.length > 0);
    const [layer] = withUnits;
    if (!layer || layer.operation.kind !== 'graphConvolution')
      return refused('The statement is for a graph convolution with ReLU.');
    if (withUnits.length > 1)
      return refused(`The statement is for one layer of units; ${withUnits[1].name} has units too.`);
    if (layer.inputs[0] >= 0) return refused(`${layer.name} does not read the input itself.`);
    if (layer.pieceCount !== 2)
      return refused(`The statement is for units of two pieces; ${layer.name} has ${layer.pieceCount}.`);
    const isCentral = layer.activation.kind === 'piecewiseLinear' && bendsAtZeroOnly(layer.activation);
    if (!layer.operation.useBias && !isCentral)
      return refused(`Without biases the statement is for units that bend at zero; those of ${layer.name} do not.`);
    if ((options.sliceDimension ?? Infinity) < network.inputSize)
      return refused('The statement is for the whole input space.');
    const { adjacency, units, useBias } = layer.operation;
    const nodes = adjacency.length;
    if (nodes > MAX_MATRIX_SIZE)
      return refused(`Whether the adjacency matrix of ${nodes} nodes is invertible is not computed.`);
    if (rankOverPrimes(adjacency, () => throwIfCancelled(options)) < nodes)
      return refused('The adjacency matrix is not invertible: there are fewer regions.');
    const features = layer.inputShapes[0][1];
    const perNode = useBias
      ? binomialPrefixSum(units, features)
      : multiply(magnitudeOf(2), binomialPrefixSum(units - 1, features - 1));
    const value = power(perNode, nodes);
    const perLayer = network.layers.map((l) => (l.scope === 'beyond' ? null : l.index < layer.index ? one : value));
    return { applies: true, perLayer, note: 'The maximum over all weights, reached by almost all.' };
  },
};

/**
 * A node's units see only the d_0 mixed features of that node: at most d_0 of them are independent. These numbers
 * are those of an invertible A; any other has fewer.
 */
export function graphConvolutionIndependence(layer: Layer, neurons: number, pieceCount: number): IndependenceNumbers {
  const { operation } = layer;
  if (operation.kind !== 'graphConvolution') throw new TypeError(`${layer.name} is not a graph convolution`);
  const nodes = operation.adjacency.length;
  const features = layer.inputShapes[0][1];
  const most = Math.min(features, operation.units);
  if (nodes * most > MAX_DEGREE) return denseIndependence(neurons, nodes * features, pieceCount, 'upper');
  const maxSize = nodes * most;
  const terms = polynomialPower(exactBinomialTerms(operation.units, most, pieceCount - 1), nodes);
  const prefixes: bigint[] = [];
  terms.forEach((term, j) => prefixes.push(term + (prefixes[j - 1] ?? 0n)));
  return {
    maxSize,
    quality: 'upper',
    at: (j): Magnitude => (j > maxSize ? zero : magnitudeOf(terms[j])),
    prefixSum: (j) => magnitudeOf(prefixes[Math.min(j, maxSize)]),
  };
}

function polynomialPower(base: readonly bigint[], exponent: number): bigint[] {
  let result = [1n];
  for (let i = 0; i < exponent; i++) {
    const next = Array<bigint>(result.length + base.length - 1).fill(0n);
    result.forEach((a, j) => base.forEach((b, k) => (next[j + k] += a * b)));
    result = next;
  }
  return result;
}
