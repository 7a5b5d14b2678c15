import { KERNEL_INITIALIZERS } from '../common/kernelInitializers.ts';
import type { WeightsSource } from '../common/weightsSource.ts';
import { PLACES, type Box, type Place, type PlaneWindow, type PointSet } from '../common/place.ts';
import {
  between,
  isBoolean,
  isNatural,
  isNumber,
  isString,
  listOf,
  nullOr,
  oneOf,
  shape,
  taggedBy,
  type Guard,
} from './guards.ts';
import type { CountSettings, SweepSubject } from './runs.ts';

/** Checks of the values that messages of a webview hold. A webview is not trusted. */

/** As many networks as one run may draw. */
export const MAX_SEEDS = 1000;
/** As many points as a sample may have: more take longer than a count. */
export const MAX_SAMPLES = 10_000_000;
/** As many coordinates as points may have together: some megabytes of text. */
const MAX_COORDINATES = 1_000_000;
const MAX_FILES = 50;

const isAtMost =
  <T>(most: number, guard: Guard<readonly T[]>): Guard<readonly T[]> =>
  (value): value is readonly T[] =>
    guard(value) && value.length <= most;

export const isPointSet: Guard<PointSet> = (value): value is PointSet => {
  const points = shape<PointSet>({ label: isString, points: listOf(listOf(isNumber)) });
  return (
    points(value) && value.points.length <= 3 && value.points.reduce((sum, p) => sum + p.length, 0) <= MAX_COORDINATES
  );
};

type PlaceOf<K extends Place['kind']> = Extract<Place, { readonly kind: K }>;
const hasBoxShape = shape<Box<number>>({ kind: oneOf('box'), lower: isNumber, upper: isNumber });
const isBox: Guard<Box<number>> = (value): value is Box<number> => hasBoxShape(value) && value.lower < value.upper;
const isPoint = isAtMost(MAX_COORDINATES, listOf(isNumber));
export const isPlace: Guard<Place> = taggedBy('kind')<Place>({
  box: isBox,
  all: shape<PlaceOf<'all'>>({ kind: oneOf('all') }),
  segment: shape<PlaceOf<'segment'>>({ kind: oneOf('segment'), from: isPoint, to: isPoint }),
  parallelogram: shape<PlaceOf<'parallelogram'>>({
    kind: oneOf('parallelogram'),
    origin: isPoint,
    u: isPoint,
    v: isPoint,
  }),
  points: (value): value is PlaceOf<'points'> => isPointSet(value),
});

const hasSeedAndKind = shape<{ readonly kind: WeightsSource['kind']; readonly seed: number }>({
  kind: oneOf('drawn', 'file', 'snapshot'),
  seed: isNatural,
});

export const isWeightsSource: Guard<WeightsSource> = (value): value is WeightsSource =>
  hasSeedAndKind(value) && (value.kind !== 'snapshot' || ('name' in value && isString(value.name)));

const hasSettingsShape = shape<CountSettings>({
  method: oneOf('auto', 'line', 'plane', 'cells', 'sample'),
  place: isPlace,
  firstSeed: isNatural,
  seeds: (value): value is number => isNatural(value) && value >= 1 && value <= MAX_SEEDS,
  fileWeights: isBoolean,
  samples: (value): value is number => isNatural(value) && value >= 1 && value <= MAX_SAMPLES,
  kernel: nullOr(oneOf(...KERNEL_INITIALIZERS)),
  biasStddev: nullOr(between(0, 1e6)),
  workers: (value): value is number => isNatural(value) && value <= 64,
});

export const isCountSettings: Guard<CountSettings> = (value): value is CountSettings =>
  hasSettingsShape(value) && PLACES[value.method].includes(value.place.kind);

const hasWindowShape = shape<PlaneWindow>({ x: between(0, 1), y: between(0, 1), size: between(1e-9, 1) });
export const isWindow: Guard<PlaneWindow> = (value): value is PlaneWindow =>
  hasWindowShape(value) && value.x + value.size <= 1 + 1e-9 && value.y + value.size <= 1 + 1e-9;

type SubjectOf<K extends SweepSubject['kind']> = Extract<SweepSubject, { readonly kind: K }>;
export const isPositive: Guard<number> = (value): value is number => isNatural(value) && value > 0;
export const isSubject: Guard<SweepSubject> = taggedBy('kind')<SweepSubject>({
  size: shape<SubjectOf<'size'>>({ kind: oneOf('size'), layer: isNatural, field: isString }),
  variable: shape<SubjectOf<'variable'>>({ kind: oneOf('variable'), name: isString, ordinal: isNatural }),
  widths: shape<SubjectOf<'widths'>>({ kind: oneOf('widths') }),
  design: shape<SubjectOf<'design'>>({ kind: oneOf('design'), widths: listOf(isPositive) }),
});
export const isHttps: Guard<string> = (value): value is string => isString(value) && /^https:\/\//.test(value);
export const isUris = isAtMost(MAX_FILES, listOf(isString));
