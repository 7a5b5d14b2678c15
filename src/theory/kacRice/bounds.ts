import { significant } from '../../common/formatFigures.ts';
import type { TheoryContext } from '../context.ts';
import type { Network } from '../../network/network.ts';
import type { Bound, Citation, Evaluation, Parallelogram, Segment, TheoryOptions } from '../bound.ts';
import { magnitudeOfLog10, type Magnitude } from '../numbers/magnitude.ts';
import { finiteWidthMean, wideLimitExcess } from './finiteWidth.ts';
import { MAX_INPUTS, tooManyInputs, type MeanRegions } from './mean.ts';
import { meanRegionsOnParallelogram } from './plane.ts';
import { meanRegionsOnSegment } from './segment.ts';
import { NoClosedForm } from './moments/state.ts';

const citation: Citation = {
  label: 'Kac–Rice mean',
  url: 'https://doi.org/10.1002/j.1538-7305.1944.tb00874.x',
};

const hypotheses = 'units with a closed form of their moments, weights of mean zero, wide layers';

/** Mean over random weights on a segment; single networks lie on both sides of it. */
export const kacRiceLine: Bound = {
  id: 'kac-rice-line',
  kind: 'mean',
  of: 'activation',
  citation,
  latex: String.raw`1 + \sum_{i} \int_0^1 \mathbb{E}\bigl[\,|z_i'(t)| \;\big|\; z_i(t) = b\,\bigr]\, p_{z_i(t)}(b)\,\mathrm{d}t`,
  hypotheses,
  domainDimension: 1,
  evaluate: evaluateLine,
};

/** The same on a parallelogram. */
export const kacRicePlane: Bound = {
  id: 'kac-rice-plane',
  kind: 'mean',
  of: 'activation',
  citation,
  latex: String.raw`1 + \mathbb{E}[\text{crossings}] + \tfrac12\,\mathbb{E}[\text{breakpoints on the edge}]`,
  hypotheses,
  domainDimension: 2,
  evaluate: evaluatePlane,
};

/** The mean on a segment at the widths the network has. */
export const kacRiceFiniteWidth: Bound = {
  id: 'kac-rice-finite-width',
  kind: 'mean',
  of: 'activation',
  citation: { label: 'Kac–Rice mean at finite width (this tool)', url: citation.url },
  latex: String.raw`1 + \sum_l n_l \int_0^1 \mathbb{E}\,\tfrac1\pi\sqrt{\tfrac{r_l}{q_l} - \tfrac{c_l^2}{q_l^2}}\;\mathrm{d}t`,
  hypotheses:
    'a chain of fully connected layers whose units bend at zero alone, normal weights; no limit of wide layers',
  domainDimension: 1,
  evaluate: evaluateFiniteWidth,
};

function evaluateLine(theory: TheoryContext): Evaluation {
  const { network, options } = theory;
  if (network.inputSize > MAX_INPUTS) return { applies: false, reason: tooManyInputs };
  const segment = options.segment ?? theory.onceForNetwork(diagonalOf);
  return evaluation(meanRegionsOnSegment(network, segment, options), describeSegment(network, options), network);
}

/** How far the limit of wide layers is from the widths the network has, to first order; empty below 1 %. */
function describeExcess(network: Network, segment: Segment): string {
  const percent = Math.round(100 * (wideLimitExcess(network, segment) - 1));
  return percent >= 1 ? `; the limit of wide layers is about ${percent} % high` : '';
}

function evaluateFiniteWidth(theory: TheoryContext): Evaluation {
  const { network, options } = theory;
  if (network.inputSize > MAX_INPUTS) return { applies: false, reason: tooManyInputs };
  const segment = options.segment ?? theory.onceForNetwork(diagonalOf);
  const mean = unlessNoClosedForm(() => finiteWidthMean(network, segment, options));
  if (typeof mean === 'string') return { applies: false, reason: mean };
  const { draws, standardError } = mean;
  const drawn = `at the widths of this network, from ${draws} draws of the moments, standard error ${standardError.toPrecision(2)}`;
  return {
    applies: true,
    perLayer: mean.perLayer.map((value) => (value === null ? null : drawnMagnitude(value))),
    note: `on ${describeSegment(network, options)}; ${describeInitialization(network)}; ${drawn}${describeExcess(network, segment)}`,
  };
}

/** The error is that of the arithmetic; how far the draws are from the mean, the standard error says. */
function drawnMagnitude(value: number): Magnitude {
  const log10 = Math.log10(value);
  return magnitudeOfLog10(log10, 1e-12 * (log10 + 1));
}

function unlessNoClosedForm<T>(compute: () => T): T | string {
  try {
    return compute();
  } catch (error) {
    if (error instanceof NoClosedForm) return error.message;
    throw error;
  }
}

function evaluatePlane({ network, options }: TheoryContext): Evaluation {
  const { parallelogram } = options;
  if (!parallelogram && network.inputSize !== 2) {
    return { applies: false, reason: `The input has ${network.inputSize} dimensions: a plane in it must be given.` };
  }
  const square = { origin: [-1, -1], u: [2, 0], v: [0, 2] };
  return evaluation(
    meanRegionsOnParallelogram(network, parallelogram ?? square, options),
    describeParallelogram(options),
    network,
  );
}

/** Which segment a mean on a line is for. */
export function describeSegment({ inputSize }: Network, { segment }: TheoryOptions): string {
  return segment ? formatSegment(segment) : `the segment from ${ends(inputSize)}`;
}

/** Which parallelogram a mean in a plane is for. */
export function describeParallelogram({ parallelogram }: TheoryOptions): string {
  return parallelogram ? formatParallelogram(parallelogram) : '[−1, 1]²';
}

function evaluation(mean: MeanRegions, where: string, network: Network): Evaluation {
  if ('reason' in mean) return { applies: false, reason: mean.reason };
  const log10Error = mean.relativeError / Math.LN10;
  return {
    applies: true,
    perLayer: mean.perLayer.map((value) =>
      value === null ? null : { exact: null, log10: Math.log10(value), log10Error },
    ),
    note: `on ${where}; ${formatInitialization(network)}; mean at initialization ${mean.isAtWidth ? 'at the widths of this network' : 'in the wide limit'}${mean.remark ? `; ${mean.remark}` : ''}`,
  };
}

/** What the formulas hold for: the weights' law counts by its variance alone. */
export function formatInitialization(network: Network): string {
  const { kernel } = network.initialization;
  if (kernel === 'normal' || kernel.endsWith('_normal')) return describeInitialization(network);
  // A first layer's sum of few weights that are not normal is not normal either, however wide the layers are.
  const caveat = network.inputSize < 30 ? ', which shifts the first layer by some percent for so few inputs' : '';
  return describeInitialization(network, ` (weights taken as normal of the same variance${caveat})`);
}

/** How the weights of a mean are drawn. */
export function describeInitialization({ initialization }: Network, remark = ''): string {
  const { kernel, kernelStddev, biasStddev } = initialization;
  const [family, law] = kernel.split('_');
  const names: Partial<Record<string, string>> = { he: 'He', glorot: 'Glorot', lecun: 'LeCun' };
  const drawn =
    kernel === 'normal'
      ? `normal weights of deviation ${kernelStddev ?? 1}`
      : [names[family] ?? family, law].join(' ').trim();
  return `${drawn}${remark}, bias deviation ${biasStddev}`;
}

function diagonalOf({ inputSize }: Network): Segment {
  return { from: new Array<number>(inputSize).fill(-1), to: new Array<number>(inputSize).fill(1) };
}

function ends(size: number): string {
  return size === 1 ? '−1 to 1' : '(−1, …, −1) to (1, …, 1)';
}

function formatSegment({ from, to }: Segment): string {
  return `the segment from ${formatPoint(from)} to ${formatPoint(to)}`;
}

function formatParallelogram({ origin, u, v }: Parallelogram): string {
  return `the parallelogram at ${formatPoint(origin)} with sides ${formatPoint(u)} and ${formatPoint(v)}`;
}

function formatPoint(point: readonly number[]): string {
  const shown = point.slice(0, 3).map((x) => significant(x, 4));
  return `(${shown.join(', ')}${point.length > 3 ? ', …' : ''})`;
}
