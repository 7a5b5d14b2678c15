import { drawnWeights, fileWeights, type WeightsSource } from '../common/weightsSource.ts';
import type { CountSettings } from './runs.ts';

type WeightsSettings = Pick<CountSettings, 'fileWeights' | 'firstSeed' | 'seeds'>;

/** The networks of a run: weights of a file are one network, drawn ones one for each seed. */
export function sourcesOf(settings: WeightsSettings): WeightsSource[] {
  const { firstSeed, seeds } = settings;
  return Array.from({ length: settings.fileWeights ? 1 : seeds }, (_, i) => sourceAt(settings, firstSeed + i));
}

/** The network of one seed. */
export function sourceAt(settings: Pick<CountSettings, 'fileWeights'>, seed: number): WeightsSource {
  return settings.fileWeights ? fileWeights(seed) : drawnWeights(seed);
}
