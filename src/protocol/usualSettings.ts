import { DEFAULT_BOX } from '../common/place.ts';
import type { CountSettings } from './runs.ts';

const DEFAULT_SAMPLES = 10_000;

/** How regions are counted by default. */
export function usualSettings(seeds: number, fileWeights: boolean): CountSettings {
  return {
    method: 'auto',
    place: DEFAULT_BOX,
    firstSeed: 1,
    seeds,
    fileWeights,
    samples: DEFAULT_SAMPLES,
    kernel: null,
    biasStddev: null,
    workers: 0,
  };
}
