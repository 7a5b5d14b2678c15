import type { CountChoice } from '../analysis/countPlan.ts';
import type { CountMethodName, CountPlace, CountSettings } from './runs.ts';

/** Where each method can count; the first is the usual one. */
export const PLACES: Readonly<Record<CountMethodName, readonly CountPlace['type'][]>> = {
  auto: ['box', 'all', 'segment', 'parallelogram', 'points'],
  line: ['box', 'segment', 'points'],
  plane: ['box', 'parallelogram', 'points'],
  cells: ['box', 'all'],
  sample: ['box', 'all', 'segment', 'parallelogram'],
};

/** Where to count, as the plan of a count wants it. */
export function placeOf({
  place,
  lower,
  upper,
}: Pick<CountSettings, 'place' | 'lower' | 'upper'>): Pick<
  CountChoice,
  'box' | 'everywhere' | 'segment' | 'parallelogram' | 'through'
> {
  const box = { lower, upper };
  switch (place.type) {
    case 'box':
      return { box };
    case 'all':
      return { everywhere: true };
    case 'segment':
      return { box, segment: { from: place.from, to: place.to } };
    case 'parallelogram':
      return { box, parallelogram: { origin: place.origin, u: place.u, v: place.v } };
    case 'points':
      return { box, through: place.set.points };
  }
}

const DEFAULT_SAMPLES = 10_000;

/** How regions are counted unless told otherwise. */
export function usualSettings(seeds: number, fileWeights: boolean): CountSettings {
  return {
    method: 'auto',
    place: { type: 'box' },
    firstSeed: 1,
    seeds,
    fileWeights,
    lower: -1,
    upper: 1,
    samples: DEFAULT_SAMPLES,
    kernel: null,
    biasStddev: null,
    workers: 0,
  };
}
