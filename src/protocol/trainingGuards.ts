import { isLine, isPicture } from './answerGuards.ts';
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
  type Guard,
} from './guards.ts';
import type { UnitBreakpoints, UnitFigures } from '../analysis/counts/unitFigures.ts';
import { isMethod, isSeries } from './runGuards.ts';
import type {
  ChosenData,
  MeanFigure,
  PanelData,
  PanelFile,
  PanelSnapshot,
  PanelTraining,
  PanelTrainingRun,
  SourcesChange,
} from './training.ts';
import { DATA_SETS, OPTIMIZERS, type TrialChoice, type TrialFrame } from './trial.ts';

/** Checks of what the page about training asks and is answered. */

const isNumbers: Guard<Readonly<Record<string, number>>> = (value): value is Readonly<Record<string, number>> =>
  typeof value === 'object' && value !== null && Object.values(value).every(isNumber);

const isFigure = nullOr(shape<MeanFigure>({ mean: isNumber, error: nullOr(isNumber) }));

const isUnits: Guard<UnitFigures> = shape<Omit<UnitFigures, 'each'>>({
  units: isNatural,
  none: isNatural,
  median: isNumber,
  most: isNumber,
});

const isSnapshot = shape<PanelSnapshot>({
  run: isNatural,
  file: isString,
  name: isString,
  at: isNumber,
  exact: isBoolean,
  regions: isNumber,
  perLayer: listOf(isNumber),
  seconds: isNumber,
  perNeuron: isFigure,
  unitBreakpoints: nullOr(shape<UnitBreakpoints>({ all: isUnits, perLayer: listOf(nullOr(isUnits)) })),
  inPlanes: nullOr(
    shape<NonNullable<PanelSnapshot['inPlanes']>>({ mean: isNumber, error: nullOr(isNumber), exact: isBoolean }),
  ),
  distance: isFigure,
  histogram: listOf(isNatural),
  nearData: isFigure,
  nearTest: isFigure,
  nearUniform: isFigure,
  dead: nullOr(isNatural),
  alwaysActive: nullOr(isNatural),
  log: isNumbers,
});

const isRun = shape<PanelTrainingRun>({
  label: isString,
  place: isString,
  isNamed: isBoolean,
  axis: oneOf('step', 'epoch', 'file'),
  files: isNatural,
  counted: isNatural,
  problems: listOf(isString),
});

const hasDataShape = shape<PanelData>({
  label: isString,
  isChosen: isBoolean,
  samples: isNatural,
  points: (value): value is Float32Array => value instanceof Float32Array,
  classes: (value): value is Uint8Array => value instanceof Uint8Array,
});

const isData: Guard<PanelData> = (value): value is PanelData =>
  hasDataShape(value) && (value.classes.length === 0 || value.points.length === 2 * value.classes.length);

export const isChosenData = shape<ChosenData>({ data: nullOr(isData) });

export const isTraining = shape<PanelTraining>({
  revision: isNatural,
  isWhole: isBoolean,
  runs: listOf(isRun),
  status: oneOf('counting', 'watching', 'stopped'),
  data: nullOr(isData),
  testData: nullOr(shape<PanelFile>({ label: isString, isChosen: isBoolean })),
  method: nullOr(isMethod),
  why: nullOr(isString),
  domain: isString,
  expected: nullOr(isSeries),
  noMean: nullOr(isString),
  expectedPerNeuron: nullOr(isNumber),
  expectedNear: shape<PanelTraining['expectedNear']>({ data: nullOr(isNumber), uniform: nullOr(isNumber) }),
  expectedInPlanes: nullOr(isNumber),
  initialization: isString,
  snapshots: listOf(isSnapshot),
});

export const isSourcesChange = shape<SourcesChange>({
  change: oneOf(
    'addRun',
    'removeRun',
    'chooseData',
    'removeData',
    'chooseTestData',
    'removeTestData',
    'stop',
    'resume',
  ),
  run: isNatural,
});

export const isTrialChoice = shape<TrialChoice>({
  dataSet: oneOf(...DATA_SETS),
  optimizer: oneOf(...OPTIMIZERS),
  rate: between(1e-9, 1e3),
  batch: (value): value is number => isNatural(value) && value >= 1 && value <= 1e6,
  seed: isNatural,
});

export const isTrialFrame = shape<TrialFrame>({
  step: isNatural,
  loss: nullOr(isNumber),
  accuracy: nullOr(isNumber),
  exact: isBoolean,
  regions: isNumber,
  perLayer: listOf(isNumber),
  domain: isString,
  picture: nullOr(isPicture),
  line: nullOr(isLine),
  data: isData,
  targets: (value): value is Float32Array => value instanceof Float32Array,
});
