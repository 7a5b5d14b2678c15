import { isBoolean, isNatural, isNumber, isString, listOf, nullOr, oneOf, shape, type Guard } from './guards.ts';
import { isQuantity } from './runGuards.ts';
import type {
  ComparedBound,
  ComparedCount,
  ComparedFigures,
  ComparedRow,
  PanelComparison,
  PanelDesign,
  PanelCost,
  PanelDistances,
  PanelFit,
  PanelLine,
  PanelPicture,
  PanelProbe,
  SweepOption,
  SweptRow,
} from './runs.ts';
import { isPositive, isSubject, isWeightsSource, isWindow } from './validate.ts';

/** Checks of what answers the panel's questions. Drawing relies on them and does not check every index again. */

const isFloat64Array: Guard<Float64Array> = (value) => value instanceof Float64Array;
const isFloat32Array: Guard<Float32Array> = (value) => value instanceof Float32Array;
const isUint32Array: Guard<Uint32Array> = (value) => value instanceof Uint32Array;
const isInt32Array: Guard<Int32Array> = (value) => value instanceof Int32Array;

const isPair: Guard<readonly [number, number]> = (value): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(isNumber);

const hasPictureShape = shape<PanelPicture>({
  source: isWeightsSource,
  window: isWindow,
  exact: isBoolean,
  vertices: isFloat32Array,
  offsets: isUint32Array,
  gradients: isFloat32Array,
  edgeLayers: isInt32Array,
  boundary: isFloat32Array,
  outputs: isNatural,
  sides: isPair,
  expected: nullOr(isNumber),
});

export const isPicture: Guard<PanelPicture> = (value): value is PanelPicture =>
  hasPictureShape(value) &&
  value.offsets.length > 0 &&
  value.gradients.length === 2 * (value.offsets.length - 1) &&
  value.vertices.length === 2 * value.edgeLayers.length &&
  value.offsets[value.offsets.length - 1] === value.edgeLayers.length &&
  value.offsets.every((offset, i) => i === 0 || offset >= value.offsets[i - 1]);

const hasLineShape = shape<PanelLine>({
  source: isWeightsSource,
  exact: isBoolean,
  knots: isFloat64Array,
  layers: isInt32Array,
  outputs: isFloat64Array,
  outputCount: isNatural,
  length: isNumber,
});

export const isLine: Guard<PanelLine> = (value): value is PanelLine =>
  hasLineShape(value) &&
  value.knots.length === value.layers.length &&
  value.outputs.length === value.knots.length * value.outputCount;

export const isCost = shape<PanelCost>({ seconds: nullOr(isNumber) });

export const isDistances = shape<PanelDistances>({
  source: isWeightsSource,
  box: isString,
  distances: isFloat64Array,
  points: isNatural,
  complete: isBoolean,
});

export const isProbe = shape<PanelProbe>({
  source: isWeightsSource,
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

const isComparedRow = shape<ComparedRow>({
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
});

export const isComparison = shape<PanelComparison>({
  rows: listOf(isComparedRow),
  mean: nullOr(isString),
  problems: listOf(isString),
});

export const isComparedCount = shape<ComparedCount>({
  seed: isNatural,
  exact: isBoolean,
  regions: isNumber,
  perLayer: listOf(isNumber),
});

export const isSweepOption = shape<SweepOption>({
  subject: isSubject,
  layers: listOf(isString),
  now: isNatural,
  to: isNatural,
});

export const isObjective = oneOf('expected-plane', 'expected-line', 'at-most', 'can-reach', 'automatic');

const isDesign = shape<PanelDesign>({
  copies: isNatural,
  widths: listOf(isPositive),
  parameters: isNatural,
  multiplyAdds: nullOr(isNumber),
  atMost: nullOr(isQuantity),
  expected: nullOr(isQuantity),
});

export const isPanelFit = shape<PanelFit>({
  layers: listOf(isString),
  objective: isString,
  repeated: nullOr(isString),
  designs: listOf(isDesign),
  start: nullOr(isDesign),
  isExhaustive: isBoolean,
  evaluated: isNatural,
});

export const isSweptRow = shape<SweptRow>({
  value: isNatural,
  parameters: isNatural,
  atMost: nullOr(isQuantity),
  canReach: nullOr(isQuantity),
  expected: nullOr(isQuantity),
  problem: nullOr(isString),
});
