import { KERNEL_INITIALIZERS } from '../common/kernelInitializers.ts';
import { isBoolean, isNatural, isNumber, isString, listOf, nullOr, oneOf, shape } from './guards.ts';
import type { PanelLayer, PanelModel, PanelNetwork } from './panel.ts';
import { isFigureId, isMethod, isSeries } from './runGuards.ts';

/** Checks of the panel's model, as it is sent and as VS Code kept it from an earlier version of the panel. */

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
  refused: listOf(
    shape<PanelNetwork['refused'][number]>({
      id: isFigureId,
      kind: oneOf('upper', 'lower', 'exact', 'mean', 'scale'),
      label: isString,
      reason: isString,
    }),
  ),
  counting: shape<PanelNetwork['counting']>({ box: isChosen, all: isChosen, cells: isBoolean }),
  isLongCount: isBoolean,
  countRefused: nullOr(isString),
  hasWeights: isBoolean,
  weightsFile: nullOr(isString),
  run: nullOr(isString),
  kernel: oneOf(...KERNEL_INITIALIZERS),
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
