import type {
  CountSettings,
  HostMessage,
  PanelCount,
  PanelLayer,
  PanelModel,
  PanelNetwork,
  PanelPicture,
  PanelSeries,
  Quantity,
} from '../src/protocol/panel.ts';

/**
 * Checks at run time of what arrives from outside: messages of the extension, and the state VS Code kept, which may have
 * been written by another version of the panel.
 */
type Guard<T> = (value: unknown) => value is T;

const isString: Guard<string> = (value) => typeof value === 'string';
const isBoolean: Guard<boolean> = (value) => typeof value === 'boolean';
const isNumber: Guard<number> = (value): value is number => typeof value === 'number' && Number.isFinite(value);
const isNatural: Guard<number> = (value): value is number => Number.isInteger(value) && (value as number) >= 0;
const isFloat64Array: Guard<Float64Array> = (value) => value instanceof Float64Array;
const isUint32Array: Guard<Uint32Array> = (value) => value instanceof Uint32Array;
const isInt32Array: Guard<Int32Array> = (value) => value instanceof Int32Array;

function nullOr<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value);
}

function listOf<T>(guard: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every((item) => guard(item));
}

function oneOf<T extends string>(...values: readonly T[]): Guard<T> {
  return (value): value is T => values.some((allowed) => allowed === value);
}

/** The compiler holds this to have a guard for every property of `T`. */
function shape<T extends object>(guards: { readonly [K in keyof T]-?: Guard<T[K]> }): Guard<T> {
  const entries = Object.entries<Guard<unknown>>(guards);
  return (value): value is T =>
    typeof value === 'object' &&
    value !== null &&
    entries.every(([key, guard]) => guard((value as Record<string, unknown>)[key]));
}

const isQuantity = shape<Quantity>({ log10: isNumber, text: isString, exact: nullOr(isString) });

const isLayer = shape<PanelLayer>({
  index: isNatural,
  name: isString,
  type: isString,
  activation: isString,
  outputShape: isString,
  neurons: isNatural,
  parameters: nullOr(isNatural),
  dimensionIn: nullOr(isNumber),
  note: nullOr(isString),
  bottleneck: isBoolean,
});

const isSeries = shape<PanelSeries>({
  id: isString,
  kind: oneOf('upper', 'lower', 'exact', 'mean'),
  label: isString,
  url: isString,
  domain: isString,
  note: nullOr(isString),
  perLayer: listOf(nullOr(isQuantity)),
  total: nullOr(isQuantity),
});

const isMethod = oneOf('line', 'plane');

const isNetwork = shape<PanelNetwork>({
  key: isString,
  name: isString,
  architecture: isString,
  neurons: isNatural,
  parameters: nullOr(isNatural),
  inputSize: isNatural,
  initialization: isString,
  layers: listOf(isLayer),
  atMost: nullOr(isSeries),
  canReach: nullOr(isSeries),
  expected: nullOr(isSeries),
  atMostOnSlice: nullOr(isSeries),
  series: listOf(isSeries),
  refused: listOf(shape<PanelNetwork['refused'][number]>({ id: isString, label: isString, reason: isString })),
  countDomain: isString,
  countMethod: isMethod,
  countRefused: nullOr(isString),
  hasWeights: isBoolean,
  remarks: listOf(isString),
});

export const isModel = shape<PanelModel>({
  file: isString,
  uri: isString,
  version: isNumber,
  networks: listOf(isNetwork),
  selected: isNatural,
});

export const isCount = shape<PanelCount>({
  seed: isNumber,
  exact: isBoolean,
  activationRegions: isNumber,
  perLayer: listOf(isNumber),
  seconds: isNumber,
});

export const isSettings = shape<CountSettings>({
  method: isMethod,
  firstSeed: isNatural,
  seeds: isNatural,
  fileWeights: isBoolean,
});

const hasPictureShape = shape<PanelPicture>({
  seed: isNumber,
  count: isNatural,
  vertices: isFloat64Array,
  offsets: isUint32Array,
  gradients: isFloat64Array,
  edgeLayers: isInt32Array,
});

/** The arrays' lengths must fit one another: drawing does not look at every index again. */
const isPicture: Guard<PanelPicture> = (value): value is PanelPicture =>
  hasPictureShape(value) &&
  value.offsets.length > 0 &&
  value.gradients.length === 2 * (value.offsets.length - 1) &&
  value.vertices.length === 2 * value.edgeLayers.length &&
  value.offsets[value.offsets.length - 1] === value.edgeLayers.length &&
  value.offsets.every((offset, i) => i === 0 || offset >= value.offsets[i - 1]);

type MessageOf<K extends HostMessage['type']> = Extract<HostMessage, { readonly type: K }>;

const messageGuards: { readonly [K in HostMessage['type']]: Guard<MessageOf<K>> } = {
  show: shape<MessageOf<'show'>>({ type: oneOf('show'), model: isModel }),
  empty: shape<MessageOf<'empty'>>({ type: oneOf('empty'), message: isString }),
  countStarted: shape<MessageOf<'countStarted'>>({ type: oneOf('countStarted'), key: isString, settings: isSettings }),
  counted: shape<MessageOf<'counted'>>({
    type: oneOf('counted'),
    key: isString,
    count: isCount,
    picture: nullOr(isPicture),
  }),
  countProgress: shape<MessageOf<'countProgress'>>({
    type: oneOf('countProgress'),
    key: isString,
    done: isNumber,
    of: isNumber,
    regions: isNumber,
    fraction: isNumber,
  }),
  countEnded: shape<MessageOf<'countEnded'>>({
    type: oneOf('countEnded'),
    key: isString,
    message: nullOr(isString),
    outcome: oneOf('done', 'cancelled', 'failed'),
  }),
  highlight: shape<MessageOf<'highlight'>>({ type: oneOf('highlight'), key: isString, layer: nullOr(isNatural) }),
};

/** The message, or null where it is none of ours or malformed. */
export function parseHostMessage(value: unknown): HostMessage | null {
  if (typeof value !== 'object' || value === null || !('type' in value)) return null;
  const guard = Object.entries(messageGuards).find(([type]) => type === value.type)?.[1];
  return guard?.(value) ? value : null;
}

export { isString, listOf, nullOr, oneOf, shape };
export type { Guard };
