import { between, isBoolean, isNatural, isNumber, isString, listOf, nullOr, oneOf, shape, tagged, type Guard } from './guards.ts'; // prettier-ignore
import type { PanelMessage } from './messages.ts';
import { PLACES } from './countPlace.ts';
import type { CountPlace, CountSettings, PictureWindow, PointSet, PointUse, SweepSubject } from './runs.ts';

/** Messages from a webview are not to be trusted: anything that is not exactly one of ours is dropped. */

/** As many networks as one run may draw. */
export const MOST_SEEDS = 1000;
/** As many points as a sample may have: more take longer than a count. */
export const MOST_SAMPLES = 10_000_000;
/** As many coordinates as points may have together: some megabytes of text. */
const MOST_COORDINATES = 1_000_000;
const MOST_SWEPT = 1000;
const MOST_FILES = 50;

const isAtMost =
  <T>(most: number, guard: Guard<readonly T[]>): Guard<readonly T[]> =>
  (value): value is readonly T[] =>
    guard(value) && value.length <= most;

export const isPointSet: Guard<PointSet> = (value): value is PointSet => {
  const points = shape<PointSet>({ label: isString, points: listOf(listOf(isNumber)) });
  return (
    points(value) && value.points.length <= 3 && value.points.reduce((sum, p) => sum + p.length, 0) <= MOST_COORDINATES
  );
};

export const isPointUse: Guard<PointUse> = oneOf('count', 'line');

type PlaceOf<K extends CountPlace['type']> = Extract<CountPlace, { readonly type: K }>;
const isPoint = isAtMost(MOST_COORDINATES, listOf(isNumber));
export const isPlace: Guard<CountPlace> = tagged<CountPlace>({
  box: shape<PlaceOf<'box'>>({ type: oneOf('box') }),
  all: shape<PlaceOf<'all'>>({ type: oneOf('all') }),
  segment: shape<PlaceOf<'segment'>>({ type: oneOf('segment'), from: isPoint, to: isPoint }),
  parallelogram: shape<PlaceOf<'parallelogram'>>({ type: oneOf('parallelogram'), origin: isPoint, u: isPoint, v: isPoint }), // prettier-ignore
  points: shape<PlaceOf<'points'>>({ type: oneOf('points'), set: isPointSet }),
});

const hasSettingsShape = shape<CountSettings>({
  method: oneOf('auto', 'line', 'plane', 'cells', 'sample'),
  place: isPlace,
  firstSeed: isNatural,
  seeds: (value): value is number => isNatural(value) && value >= 1 && value <= MOST_SEEDS,
  fileWeights: isBoolean,
  lower: isNumber,
  upper: isNumber,
  samples: (value): value is number => isNatural(value) && value >= 1 && value <= MOST_SAMPLES,
  kernel: nullOr(
    oneOf('he_normal', 'he_uniform', 'glorot_normal', 'glorot_uniform', 'lecun_normal', 'lecun_uniform', 'orthogonal', 'normal'), // prettier-ignore
  ),
  biasStddev: nullOr(between(0, 1e6)),
  workers: (value): value is number => isNatural(value) && value <= 64,
});

export const isCountSettings: Guard<CountSettings> = (value): value is CountSettings =>
  hasSettingsShape(value) && value.lower < value.upper && PLACES[value.method].includes(value.place.type);

const hasWindowShape = shape<PictureWindow>({ x: between(0, 1), y: between(0, 1), size: between(1e-9, 1) });
export const isWindow: Guard<PictureWindow> = (value): value is PictureWindow =>
  hasWindowShape(value) && value.x + value.size <= 1 + 1e-9 && value.y + value.size <= 1 + 1e-9;

const isSubject = shape<SweepSubject>({ layer: isNatural, field: isString });
const isHttps: Guard<string> = (value): value is string => isString(value) && /^https:\/\//.test(value);
const isUris = isAtMost(MOST_FILES, listOf(isString));
const isPositive: Guard<number> = (value): value is number => isNatural(value) && value > 0;

type MessageOf<K extends PanelMessage['type']> = Extract<PanelMessage, { readonly type: K }>;
const type = <K extends string>(name: K) => oneOf(name);

export const isPanelMessage: Guard<PanelMessage> = tagged<PanelMessage>({
  ready: shape<MessageOf<'ready'>>({ type: type('ready') }),
  reveal: shape<MessageOf<'reveal'>>({ type: type('reveal'), key: isString, layer: isNatural }),
  point: shape<MessageOf<'point'>>({ type: type('point'), key: isString, layer: nullOr(isNatural) }),
  select: shape<MessageOf<'select'>>({ type: type('select'), key: isString }),
  pin: shape<MessageOf<'pin'>>({ type: type('pin'), pinned: isBoolean }),
  openTab: shape<MessageOf<'openTab'>>({ type: type('openTab') }),
  count: shape<MessageOf<'count'>>({ type: type('count'), key: isString, settings: isCountSettings }),
  cancel: shape<MessageOf<'cancel'>>({ type: type('cancel'), key: isString }),
  choosePoints: shape<MessageOf<'choosePoints'>>({
    type: type('choosePoints'),
    key: isString,
    use: isPointUse,
    needed: (value): value is number => value === 2 || value === 3,
  }),
  picture: shape<MessageOf<'picture'>>({
    type: type('picture'),
    key: isString,
    id: isNatural,
    seed: isNatural,
    settings: isCountSettings,
    window: isWindow,
  }),
  line: shape<MessageOf<'line'>>({
    type: type('line'),
    key: isString,
    id: isNatural,
    seed: isNatural,
    settings: isCountSettings,
  }),
  distances: shape<MessageOf<'distances'>>({
    type: type('distances'),
    key: isString,
    id: isNatural,
    seed: isNatural,
    settings: isCountSettings,
    seconds: between(0, 600),
  }),
  probe: shape<MessageOf<'probe'>>({
    type: type('probe'),
    key: isString,
    id: isNatural,
    seed: isNatural,
    settings: isCountSettings,
    x: between(0, 1),
    y: between(0, 1),
  }),
  pick: shape<MessageOf<'pick'>>({ type: type('pick'), key: isString, uris: isUris }),
  compare: shape<MessageOf<'compare'>>({
    type: type('compare'),
    key: isString,
    id: isNatural,
    uris: isUris,
    counterparts: isBoolean,
  }),
  sweep: shape<MessageOf<'sweep'>>({
    type: type('sweep'),
    key: isString,
    id: isNatural,
    subject: isSubject,
    values: isAtMost(MOST_SWEPT, listOf(isPositive)),
  }),
  apply: shape<MessageOf<'apply'>>({ type: type('apply'), key: isString, subject: isSubject, value: isPositive }),
  copy: shape<MessageOf<'copy'>>({ type: type('copy'), text: isString }),
  save: shape<MessageOf<'save'>>({
    type: type('save'),
    text: isString,
    suggestedName: isString,
    encoding: oneOf('text', 'base64'),
  }),
  exportFailed: shape<MessageOf<'exportFailed'>>({ type: type('exportFailed'), reason: isString }),
  open: shape<MessageOf<'open'>>({ type: type('open'), url: isHttps }),
});
