import type { NetworkAnalysis } from '../analysis/analyze.ts';
import { countDomain, type CountChoice } from '../analysis/countPlan.ts';
import type { Initialization } from '../network/definition.ts';
import type { Network } from '../network/network.ts';
import type { CountSettings, RunTheory } from '../protocol/runs.ts';
import type { TheoryOptions } from '../theory/bound.ts';
import { BoundTable } from '../theory/registry.ts';
import { initializationWords, sliceSeries } from './panelModel.ts';
import { seriesOf } from './series.ts';
import { superscript } from './words.ts';

/** What theory says beside the counts of one run: the mean for its place and its weights, and the slice's bound. */
export function runTheory(analysis: NetworkAnalysis, settings: CountSettings): RunTheory {
  const network = withInitialization(analysis.network, settings);
  const domain = domainWords(network.inputSize, settings);
  const head = { domain, initialization: initializationWords(network.initialization) };
  const slice = sliceSeries(analysis, settings.method);
  const none = (noMean: string): RunTheory => ({ ...head, expected: null, noMean, slice });
  if (settings.fileWeights) return none('The weights are those of the file: there is one network, and no mean.');
  const refused = whyPlanesDiffer(network.inputSize, settings);
  if (refused !== null) return none(refused);
  const id = settings.method === 'line' ? 'kac-rice-line' : 'kac-rice-plane';
  const options = theoryOptions(network.inputSize, settings);
  if ('reason' in options) return none(options.reason);
  const mean = new BoundTable(network, options).get(id);
  if (!mean?.applies) return none(mean?.reason ?? 'No mean applies.');
  return { ...head, expected: seriesOf(mean, domain), noMean: null, slice };
}

/** The mean number of activation regions in a part of the counted plane; null where no mean applies. */
export function meanInWindow(
  analysis: NetworkAnalysis,
  settings: CountSettings,
  window: CountChoice['window'],
): number | null {
  if (settings.fileWeights || settings.method !== 'plane') return null;
  const network = withInitialization(analysis.network, settings);
  const options = theoryOptions(network.inputSize, settings, window);
  if ('reason' in options) return null;
  const mean = new BoundTable(network, options).get('kac-rice-plane');
  return mean?.applies && mean.value ? 10 ** mean.value.log10 : null;
}

/** Random planes through the centre of the inputs are alike for normal weights; those through another point are not. */
function whyPlanesDiffer(inputs: number, { method, points, lower, upper, seeds }: CountSettings): string | null {
  if (method !== 'plane' || points !== null || inputs <= 2 || seeds === 1 || lower === -upper) return null;
  return 'Each network has a plane of its own here, and a mean of its own: count one, or choose a box around 0.';
}

function theoryOptions(
  inputs: number,
  settings: CountSettings,
  window?: CountChoice['window'],
): TheoryOptions | { reason: string } {
  try {
    const domain = countDomain(inputs, settings.method, { ...placeOf(settings), seed: settings.firstSeed, window }); // prettier-ignore
    return domain.kind === 'segment'
      ? { segment: domain.segment }
      : domain.kind === 'parallelogram'
        ? { parallelogram: domain.parallelogram }
        : {};
  } catch (error) {
    if (error instanceof RangeError) return { reason: error.message };
    throw error;
  }
}

/** Where to count, as the plan of a count wants it. */
function placeOf({ lower, upper, points }: CountSettings): Pick<CountChoice, 'box' | 'through'> {
  return { box: { lower, upper }, through: points?.points };
}

function withInitialization(network: Network, { kernel, biasStddev }: CountSettings): Network {
  const initialization: Initialization = {
    ...network.initialization,
    ...(kernel !== null && { kernel: kernel as Initialization['kernel'] }),
    ...(biasStddev !== null && { biasStddev }),
  };
  return { ...network, initialization };
}

/** `[−1, 1]²`, `the diagonal of [−1, 1]⁷⁸⁴`, `the plane through 3 points of digits.json`. */
function domainWords(inputs: number, { method, lower, upper, points }: CountSettings): string {
  if (points !== null) return `the ${method} through ${method === 'line' ? 2 : 3} points of ${points.label}`;
  const number = (value: number): string => String(value).replace('-', '−');
  const interval = `[${number(lower)}, ${number(upper)}]`;
  if (method === 'plane')
    return inputs === 2 ? `${interval}²` : `a random plane through the centre of ${interval}${superscript(inputs)}`;
  return inputs === 1 ? interval : `the diagonal of ${interval}${superscript(inputs)}`;
}
