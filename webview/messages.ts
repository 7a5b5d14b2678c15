import { isBoolean, isNatural, isNumber, isString, listOf, nullOr, oneOf, shape, tagged, type Guard } from '../src/protocol/guards.ts'; // prettier-ignore
import type { HostMessage } from '../src/protocol/messages.ts';
import type { PanelLayer, PanelModel, PanelNetwork } from '../src/protocol/panel.ts';
import type {
  ComparedBound,
  ComparedFigures,
  ComparedRow,
  PanelComparison,
  PanelDistances,
  PanelLine,
  PanelPicture,
  PanelProbe,
  RunProgress,
  SweptRow,
} from '../src/protocol/runs.ts';
import { isCount, isMethod, isQuantity, isRun, isSeries } from '../src/protocol/runGuards.ts';
import { isPointSet, isPointUse, isWindow } from '../src/protocol/validate.ts';

/** What the panel takes from the extension; anything else is left out. */

const isFloat64Array: Guard<Float64Array> = (value) => value instanceof Float64Array;
const isFloat32Array: Guard<Float32Array> = (value) => value instanceof Float32Array;
const isUint32Array: Guard<Uint32Array> = (value) => value instanceof Uint32Array;
const isInt32Array: Guard<Int32Array> = (value) => value instanceof Int32Array;

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
  formula: nullOr(isString),
  sizes: listOf(shape<PanelLayer['sizes'][number]>({ field: isString, value: isNatural })),
});

const isChosen = shape<PanelNetwork['counting']['box']>({ method: isMethod, why: isString });

const isNetwork = shape<PanelNetwork>({
  key: isString,
  fingerprint: isString,
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
  counting: shape<PanelNetwork['counting']>({ box: isChosen, all: isChosen, cells: isBoolean }),
  countRefused: nullOr(isString),
  hasWeights: isBoolean,
  weightsFile: nullOr(isString),
  kernel: isString,
  biasStddev: isNumber,
  remarks: listOf(isString),
});

export const isModel = shape<PanelModel>({
  file: isString,
  uri: isString,
  version: isNumber,
  networks: listOf(isNetwork),
  selected: isNatural,
});

const isPair: Guard<readonly [number, number]> = (value): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(isNumber);

const hasPictureShape = shape<PanelPicture>({
  seed: isNumber,
  window: isWindow,
  exact: isBoolean,
  vertices: isFloat32Array,
  offsets: isUint32Array,
  gradients: isFloat32Array,
  edgeLayers: isInt32Array,
  sides: isPair,
  expected: nullOr(isNumber),
});

/** The arrays' lengths must fit one another: drawing does not look at every index again. */
const isPicture: Guard<PanelPicture> = (value): value is PanelPicture =>
  hasPictureShape(value) &&
  value.offsets.length > 0 &&
  value.gradients.length === 2 * (value.offsets.length - 1) &&
  value.vertices.length === 2 * value.edgeLayers.length &&
  value.offsets[value.offsets.length - 1] === value.edgeLayers.length &&
  value.offsets.every((offset, i) => i === 0 || offset >= value.offsets[i - 1]);

const hasLineShape = shape<PanelLine>({
  seed: isNumber,
  exact: isBoolean,
  knots: isFloat64Array,
  layers: isInt32Array,
  outputs: isFloat64Array,
  outputCount: isNatural,
  length: isNumber,
});

const isLine: Guard<PanelLine> = (value): value is PanelLine =>
  hasLineShape(value) &&
  value.knots.length === value.layers.length &&
  value.outputs.length === value.knots.length * value.outputCount;

const isDistances = shape<PanelDistances>({
  seed: isNumber,
  box: isString,
  distances: isFloat64Array,
  points: isNatural,
  complete: isBoolean,
});

const isProbe = shape<PanelProbe>({
  seed: isNumber,
  x: isNumber,
  y: isNumber,
  pattern: listOf(
    shape<PanelProbe['pattern'][number]>({ layer: isNatural, units: isNatural, above: isNatural, pieces: isString }),
  ),
  outputs: listOf(
    shape<PanelProbe['outputs'][number]>({
      coefficients: listOf(isNumber),
      size: isNumber,
      constant: isNumber,
      value: isNumber,
    }),
  ),
});

const isComparedBound = shape<ComparedBound>({
  total: isQuantity,
  perLayer: listOf(nullOr(isNumber)),
  perParameter: nullOr(isQuantity),
});

const isComparison = shape<PanelComparison>({
  rows: listOf(
    shape<ComparedRow>({
      key: isString,
      file: isString,
      name: isString,
      role: oneOf('network', 'dense-same-parameters', 'shallow-same-neurons'),
      how: nullOr(isString),
      figures: nullOr(
        shape<ComparedFigures>({
          inputSize: isNatural,
          neurons: isNatural,
          parameters: isNatural,
          layerNames: listOf(isString),
          atMost: nullOr(isComparedBound),
          canReach: nullOr(isComparedBound),
          expected: nullOr(isComparedBound),
        }),
      ),
    }),
  ),
  mean: nullOr(isString),
  problems: listOf(isString),
});

const isSwept = shape<SweptRow>({
  value: isNatural,
  parameters: isNatural,
  atMost: nullOr(isQuantity),
  canReach: nullOr(isQuantity),
  expected: nullOr(isQuantity),
  problem: nullOr(isString),
});

type MessageOf<K extends HostMessage['type']> = Extract<HostMessage, { readonly type: K }>;
const type = <K extends string>(name: K) => oneOf(name);
const message = nullOr(isString);

const isHostMessage = tagged<HostMessage>({
  home: shape<MessageOf<'home'>>({
    type: type('home'),
    home: oneOf('tab', 'view'),
    pinned: isBoolean,
    versions: isString,
    seeds: isNatural,
  }),
  show: shape<MessageOf<'show'>>({ type: type('show'), model: isModel }),
  empty: shape<MessageOf<'empty'>>({ type: type('empty'), message: isString }),
  run: shape<MessageOf<'run'>>({ type: type('run'), key: isString, run: nullOr(isRun) }),
  counted: shape<MessageOf<'counted'>>({ type: type('counted'), key: isString, count: isCount }),
  countProgress: shape<MessageOf<'countProgress'>>({
    type: type('countProgress'),
    key: isString,
    progress: shape<RunProgress>({
      done: isNatural,
      of: isNatural,
      regions: isNumber,
      share: isNumber,
      secondsLeft: nullOr(isNumber),
    }),
  }),
  picture: shape<MessageOf<'picture'>>({
    type: type('picture'),
    key: isString,
    id: isNatural,
    picture: nullOr(isPicture),
    message,
  }),
  line: shape<MessageOf<'line'>>({ type: type('line'), key: isString, id: isNatural, line: nullOr(isLine), message }),
  distances: shape<MessageOf<'distances'>>({
    type: type('distances'),
    key: isString,
    id: isNatural,
    distances: nullOr(isDistances),
    message,
  }),
  probe: shape<MessageOf<'probe'>>({ type: type('probe'), key: isString, id: isNatural, probe: nullOr(isProbe) }),
  points: shape<MessageOf<'points'>>({ type: type('points'), key: isString, use: isPointUse, points: isPointSet }),
  picked: shape<MessageOf<'picked'>>({ type: type('picked'), key: isString, uris: listOf(isString) }),
  compared: shape<MessageOf<'compared'>>({
    type: type('compared'),
    key: isString,
    id: isNatural,
    comparison: isComparison,
  }),
  swept: shape<MessageOf<'swept'>>({ type: type('swept'), key: isString, id: isNatural, row: isSwept }),
  highlight: shape<MessageOf<'highlight'>>({ type: type('highlight'), key: isString, layer: nullOr(isNatural) }),
});

/** The message, or null where it is none of ours or malformed. */
export function parseHostMessage(value: unknown): HostMessage | null {
  return isHostMessage(value) ? value : null;
}
