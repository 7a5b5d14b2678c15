import type { PiecewiseLinearActivation } from '../../network/activation.ts';
import { leastOf } from '../../network/extremes.ts';
import type { Layer } from '../../network/network.ts';
import type { Bound, Evaluation } from '../bound.ts';
import type { TheoryContext } from '../context.ts';
import { throwIfCancelled } from '../cancellation.ts';
import { binomialPrefixSum } from '../numbers/binomial.ts';
import { magnitudeOf, power } from '../numbers/magnitude.ts';
import { rankOverPrimes } from '../numbers/matrixRank.ts';
import { chainOf, connected, maxoutChainOf, type Chain, type ChainStage } from './chain.ts';
import { constructionBound, refused } from './evaluation.ts';
import { sliceNote } from './folding.ts';

/** What the units of one layer can do to a cube of d dimensions. */
interface CubeUnits {
  /** Units of one copy of the cube. */
  readonly units: number;
  /** Into how many pieces they cut an edge, each of which covers it again. */
  folds(d: number): number;
  /** Parallel hyperplanes that one unit cuts with, as the last layer. */
  readonly cuts: number;
  /** Whether a unit has a flat piece. */
  readonly flattens: boolean;
}

/**
 * All layers but the last fold a cube of d dimensions onto itself, for the best d; the last one cuts every copy as one
 * layer in general position does: sum over j <= d of C(n_L, j) cuts^j. All of it `copies` times, side by side.
 */
function foldedCube(
  { network }: TheoryContext,
  chain: Chain,
  inputs: number,
  unitsOf: (stage: ChainStage) => CubeUnits,
  copies = 1,
): Evaluation {
  const layers = chain.stages.map(unitsOf);
  const most = leastOf([inputs, ...layers.slice(0, -1).map(({ units }) => units)]);
  const d = bestDimension(layers, most);
  const evaluation = constructionBound(
    network,
    chain,
    (stage) => power(magnitudeOf(unitsOf(stage).folds(d)), d * copies),
    (stage) => {
      const { units, cuts } = unitsOf(stage);
      return power(binomialPrefixSum(units, d, cuts), copies);
    },
    sliceNote(network, chain),
  );
  return layers.every((layer) => keepsCopiesApart(layer, d)) ? evaluation : { ...evaluation, of: 'activation' };
}

/**
 * Whether copies of the cube that meet differ as functions all over their common face. Where all units of the last
 * layer are flat they do not. More units with one bend than dimensions can be turned such that they never all are.
 */
function keepsCopiesApart({ units, cuts, flattens }: CubeUnits, d: number): boolean {
  return !flattens || (cuts === 1 && units > d);
}

/** All dimensions up to this one are tried, and of larger ones those at which some layer folds fewer times. */
const MAX_TRIED = 4096;
const MAX_FOLDS_TRIED = 64;

/** The best dimension: every one up to `most` gives a bound. */
function bestDimension(layers: readonly CubeUnits[], most: number): number {
  const { units, cuts } = layers[layers.length - 1];
  const inner = layers.slice(0, -1);
  let best = { d: 1, ln: -Infinity };
  const consider = (d: number, lnOfCells: number) => {
    const ln = inner.reduce((total, layer) => total + d * Math.log(layer.folds(d)), lnOfCells);
    if (ln > best.ln) best = { d, ln };
  };
  // Logarithms of C(units, d) cuts^d and of the sum up to it.
  let [term, sum] = [0, 0];
  for (let d = 1; d <= Math.min(most, MAX_TRIED); d++) {
    if (d <= units) {
      term += Math.log(((units - d + 1) / d) * cuts);
      const larger = Math.max(term, sum);
      sum = larger + Math.log(Math.exp(term - larger) + Math.exp(sum - larger));
    }
    consider(d, sum);
  }
  for (const d of largeDimensions(inner, most)) consider(d, Math.LN10 * binomialPrefixSum(units, d, cuts).log10);
  return best.d;
}

function largeDimensions(inner: readonly CubeUnits[], most: number): number[] {
  if (most <= MAX_TRIED) return [];
  const turns = inner.flatMap(({ units }) =>
    Array.from({ length: MAX_FOLDS_TRIED }, (_, k) => Math.floor(units / (k + 1))),
  );
  return [most, ...turns.filter((d) => d > MAX_TRIED && d < most)];
}

/** p units fold an edge p times; three or more rectifiers, of which some look back, once more. */
function rectifierFolds(units: number, d: number): number {
  return Math.floor(units / d) + (units >= 3 * d ? 1 : 0);
}

/** Units on a layer's affine map, where each has a bend; null where none is continuous. */
function bendingUnits({ activation }: Layer, isRectifier: boolean, units: number): CubeUnits | null {
  if (activation.kind !== 'piecewiseLinear') return null;
  const bends = bendsOf(activation);
  if (!bends.some((k) => isContinuousAt(activation, k))) return null;
  return {
    units,
    folds: (d) => (isRectifier ? rectifierFolds(units, d) : Math.floor(units / d)),
    cuts: bends.length,
    flattens: activation.slopes.includes(0),
  };
}

function bendsOf({ breakpoints, slopes }: PiecewiseLinearActivation): number[] {
  return breakpoints.flatMap((_, k) => (slopes[k] === slopes[k + 1] ? [] : [k]));
}

function isContinuousAt({ breakpoints, slopes, intercepts }: PiecewiseLinearActivation, k: number): boolean {
  const [left, right] = [k, k + 1].map((piece) => slopes[piece] * breakpoints[k] + intercepts[piece]);
  return Math.abs(left - right) <= 1e-12 * (Math.abs(left) + Math.abs(right));
}

const url = 'https://arxiv.org/abs/1402.1869';

/**
 * Montúfar et al. 2014 for every unit with a bend between slopes a and b: with thresholds i / p and weights
 * c_i = (s_i - s_(i-1)) / (b - a), where s_i = ±p in turn and s_(-1) = (a / b) s_(p-1), p of them fold [0, 1] p times.
 * (For b = 0 they look back.) Of a unit with several bends a small interval around one is used, but in the last layer.
 */
export const foldingLower: Bound = {
  id: 'folding-lower',
  kind: 'lower',
  of: 'linear',
  citation: { label: 'Folds of a cube by any unit with a bend (this tool, after Montúfar et al. 2014)', url },
  latex: String.raw`\max_{d \le n_0,\, n_l}\; \Bigl(\prod_{l=1}^{L-1} \left\lfloor \frac{n_l}{d} \right\rfloor^{d}\Bigr) \sum_{j=0}^{d} \binom{n_L}{j} (k_L - 1)^j`,
  hypotheses: 'fully connected, units with a bend',
  evaluate(theory) {
    const found = chainOf(theory);
    if ('reason' in found) return refused(found.reason);
    const { chain } = found;
    if (chain.stages.length === 0) return refused('There are no units.');
    const dense = connected(theory.network, chain, 'dense');
    if ('reason' in dense) return refused(dense.reason);
    const unitsOf = ({ layer, stage }: ChainStage) => bendingUnits(layer, stage.isRectifier, stage.neurons);
    const straight = chain.stages.find((stage) => unitsOf(stage) === null);
    if (straight) return refused(`The units of ${straight.layer.name} have no continuous bend.`);
    return foldedCube(theory, chain, chain.n0, (stage) => unitsOf(stage)!);
  },
};

/** A maxout unit of any rank can be a ReLU, so that ReLUs' folds hold as well as those of Montúfar, Ren, Zhang 2022. */
export const maxoutFoldingLower: Bound = {
  id: 'maxout-folding-lower',
  kind: 'lower',
  of: 'linear',
  citation: {
    label: 'Folds of a cube by maxout units (this tool, after Montúfar, Ren, Zhang 2022)',
    url: 'https://arxiv.org/abs/2104.08135',
  },
  latex: String.raw`\max_{d \le n_0,\, n_l}\; \Bigl(\prod_{l=1}^{L-1} p_l^{\,d}\Bigr) \sum_{j=0}^{d} \binom{n_L}{j} (k_L - 1)^j,\quad p_l = \max\Bigl(\left\lfloor \tfrac{n_l}{d} \right\rfloor + [n_l \ge 3d],\; 2 \left\lfloor \tfrac{n_l}{2d} \right\rfloor (k_l - 1) + 1\Bigr)`,
  hypotheses: 'maxout layers, n_l ≥ d',
  evaluate(theory) {
    const found = maxoutChainOf(theory);
    if ('reason' in found) return refused(found.reason);
    const { chain } = found;
    if (chain.stages.length === 0) return refused('There are no maxout units.');
    const maxout = connected(theory.network, chain, 'maxout');
    if ('reason' in maxout) return refused(maxout.reason);
    const flat = chain.stages.find(({ stage }) => stage.pieceCount < 2);
    if (flat) return refused(`The units of ${flat.layer.name} have one piece.`);
    return foldedCube(theory, chain, chain.n0, ({ stage: { neurons, pieceCount } }) => ({
      units: neurons,
      folds: (d) => Math.max(rectifierFolds(neurons, d), 2 * Math.floor(neurons / (2 * d)) * (pieceCount - 1) + 1),
      cuts: pieceCount - 1,
      flattens: false,
    }));
  },
};

/** Largest matrix whose rank is computed. */
const MAX_NODES = 300;

/**
 * Graph convolutions of n nodes with invertible matrices: A X takes all values, and every node folds its own. What A
 * makes of the cube that the nodes' values cover holds a smaller cube around A (1/2, ..., 1/2), the same place for all
 * nodes where the rows of A have equal sums (for the first layer they need not): with the same weights and thresholds
 * for all nodes, the next layer folds that one.
 */
export const gcnFoldingLower: Bound = {
  id: 'gcn-folding-lower',
  kind: 'lower',
  of: 'linear',
  citation: { label: 'Folds of a cube at every node of a graph (this tool)', url: 'https://arxiv.org/abs/2206.00228' },
  latex: String.raw`\max_{d \le d_0,\, d_l}\; \Bigl[\Bigl(\prod_{l=1}^{L-1} \left\lfloor \frac{d_l}{d} \right\rfloor^{d}\Bigr) \sum_{j=0}^{d} \binom{d_L}{j} (k_L - 1)^j\Bigr]^{n}`,
  hypotheses:
    'graph convolutions of n nodes, units with a bend, invertible matrices, with equal row sums after the first',
  evaluate(theory) {
    const { network } = theory;
    const found = chainOf(theory);
    if ('reason' in found) return refused(found.reason);
    const { chain } = found;
    if (!chain.stages.some(({ layer }) => layer.operation.kind === 'graphConvolution'))
      return refused('There are no graph convolutions with units.');
    if (chain.n0 < network.inputSize) return refused('The statement is for the whole input space.');
    const graph = connected(network, chain, 'graphConvolution');
    if ('reason' in graph) return refused(graph.reason);
    const reason = whyNotFolded(theory, chain);
    if (reason !== null) return refused(reason);
    const [nodes, features] = network.layers[0].inputShapes[0];
    return foldedCube(
      theory,
      chain,
      features,
      ({ layer, stage }) => bendingUnits(layer, stage.isRectifier, stage.neurons / nodes)!,
      nodes,
    );
  },
};

function whyNotFolded({ network, options }: TheoryContext, { stages }: Chain): string | null {
  let isFirst = true;
  for (const { name, operation } of network.layers.slice(0, stages[stages.length - 1].layer.index + 1)) {
    if (operation.kind === 'flatten' || operation.kind === 'reshape') return `${name} mixes nodes and features.`;
    if (operation.kind !== 'graphConvolution') continue;
    const { adjacency } = operation;
    const nodes = adjacency.length;
    if (nodes > MAX_NODES) return `Whether the adjacency matrix of ${nodes} nodes is invertible is not computed.`;
    const [first, ...others] = adjacency.map(sumOf);
    // The first layer folds where its nodes' own values are, wherever A takes the input.
    if (!isFirst && others.some((sum) => sum !== first))
      return `The rows of the adjacency matrix of ${name} have different sums.`;
    if (rankOverPrimes(adjacency, () => throwIfCancelled(options)) < nodes)
      return `The adjacency matrix of ${name} is not invertible.`;
    isFirst = false;
  }
  const straight = stages.find(({ layer, stage }) => bendingUnits(layer, stage.isRectifier, stage.neurons) === null);
  return straight ? `The units of ${straight.layer.name} have no continuous bend.` : null;
}

/** In ascending order, so that equal entries give equal sums. */
function sumOf(row: readonly number[]): number {
  return [...row].sort((a, b) => a - b).reduce((sum, entry) => sum + entry, 0);
}
