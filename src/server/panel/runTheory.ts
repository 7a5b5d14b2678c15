import type { NetworkAnalysis } from '../../analysis/analyze.ts';
import { methodFor } from '../../analysis/counts/chooseMethod.ts';
import { settlePlace } from '../../analysis/places/settlePlace.ts';
import { describePlace } from '../../common/describePlace.ts';
import { sliceIn, type Domain, type PlaneWindow } from '../../common/place.ts';
import type { CountMethod } from '../../counting/count.ts';
import type { Initialization } from '../../network/definition.ts';
import type { Network } from '../../network/network.ts';
import type { CountSettings, RunTheory } from '../../protocol/runs.ts';
import type { TheoryOptions } from '../../theory/bound.ts';
import { MAX_INPUTS, tooManyInputs } from '../../theory/kacRice/mean.ts';
import { TheoryContext } from '../../theory/context.ts';
import { BoundTable } from '../../theory/registry.ts';
import { describePanelInitialization, sliceSeries } from './panelModel.ts';
import { seriesOf } from './series.ts';
import { t } from '../translation.ts';

/** What is known of one run before it: how it counts, the mean for its place and its weights, and the slice's bound. */
export function runTheory(analysis: NetworkAnalysis, settings: CountSettings): RunTheory {
  const network = withInitialization(analysis.network, settings);
  const { method, chosen } = methodFor(network, settings.place, settings.method);
  const domain = describePlace(network.inputSize, method, settings.place);
  const initialization = describePanelInitialization(network.initialization);
  const place = meanOptions(network.inputSize, method, settings);
  const slice = 'options' in place ? sliceSeries(analysis, place.dimension) : null;
  const head = { method, why: chosen?.why ?? null, domain, initialization, slice };
  const none = (noMean: string): RunTheory => ({ ...head, expected: null, noMean });
  if (settings.fileWeights) return none(t('No expected value: the weights are fixed.'));
  if (!('options' in place)) return none(place.reason);
  const refused = whyPlanesDiffer(network.inputSize, method, settings);
  if (refused !== null) return none(refused);
  const mean = new BoundTable(TheoryContext.of(network, place.options)).get(
    place.dimension === 1 ? 'kac-rice-line' : 'kac-rice-plane',
  );
  if (!mean.applies) return none(mean.reason ?? t('No mean applies.'));
  return { ...head, expected: seriesOf(mean, domain), noMean: null };
}

/** The mean number of activation regions in a part of the counted plane; null where no mean applies. */
export function meanInWindow(analysis: NetworkAnalysis, settings: CountSettings, window: PlaneWindow): number | null {
  if (settings.fileWeights || settings.method !== 'plane') return null;
  const network = withInitialization(analysis.network, settings);
  const place = meanOptions(network.inputSize, 'plane', settings, window);
  if (!('options' in place)) return null;
  const mean = new BoundTable(TheoryContext.of(network, place.options)).get('kac-rice-plane');
  return mean.applies && mean.value ? 10 ** mean.value.log10 : null;
}

/** Random planes through the center of the inputs are alike for normal weights; those through another point are not. */
function whyPlanesDiffer(inputs: number, method: CountMethod, { place, seeds }: CountSettings): string | null {
  if (method !== 'plane' || place.kind !== 'box' || inputs <= 2 || seeds === 1 || place.lower === -place.upper)
    return null;
  return t('Each network has a plane of its own here, and a mean of its own: count one, or choose a box around 0.');
}

/** What the means of a run are for, or why there are none. */
type MeanOptions = { readonly options: TheoryOptions; readonly dimension: 1 | 2 } | { readonly reason: string };

function meanOptions(inputs: number, method: CountMethod, settings: CountSettings, window?: PlaneWindow): MeanOptions {
  if (inputs > MAX_INPUTS) return { reason: tooManyInputs };
  try {
    return optionsFor(settlePlace(settings.place, method, inputs, { seed: settings.firstSeed, window }));
  } catch (error) {
    if (error instanceof RangeError) return { reason: error.message };
    throw error;
  }
}

function optionsFor(domain: Domain): MeanOptions {
  const slice = sliceIn(domain);
  switch (slice?.kind) {
    case 'segment':
      return { options: { segment: slice }, dimension: 1 };
    case 'parallelogram':
      return { options: { parallelogram: slice }, dimension: 2 };
    case undefined: {
      const where = domain.kind === 'all' ? t('the whole input space') : t('a box of more dimensions');
      return { reason: t('A mean is known on lines and in planes; this is {0}.', where) };
    }
  }
}

function withInitialization(network: Network, { kernel, biasStddev }: CountSettings): Network {
  const initialization: Initialization = {
    ...network.initialization,
    ...(kernel !== null && { kernel }),
    ...(biasStddev !== null && { biasStddev }),
  };
  return { ...network, initialization };
}
