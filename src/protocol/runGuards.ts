import type { SamplingResult } from '../counting/count.ts';
import type { RegionsAtMost } from '../analysis/counts/regionsAtMost.ts';
import { BOUND_IDS, DRAWN_ID, SIMULATED_IDS } from '../theory/boundIds.ts';
import { isBoolean, isNumber, isString, listOf, nullOr, oneOf, shape, isNatural } from './guards.ts';
import type { PanelSeries, Quantity } from './panel.ts';
import type { PanelCount, PanelRun, RunTheory } from './runs.ts';
import { isCountSettings, isWeightsSource } from './validate.ts';

/** Runs as they are sent, and kept from one session to the next: those of another version may be others. */

export const isQuantity = shape<Quantity>({ log10: isNumber, text: isString, exact: nullOr(isString) });

export const isFigureId = oneOf(...BOUND_IDS, ...SIMULATED_IDS, DRAWN_ID);

export const isSeries = shape<PanelSeries>({
  id: isFigureId,
  kind: oneOf('upper', 'lower', 'exact', 'mean'),
  label: isString,
  url: isString,
  domain: isString,
  note: nullOr(isString),
  formula: nullOr(isString),
  perLayer: listOf(nullOr(isQuantity)),
  total: nullOr(isQuantity),
});

export const isMethod = oneOf('line', 'plane', 'cells', 'sample');

export const isCount = shape<PanelCount>({
  source: isWeightsSource,
  exact: isBoolean,
  activationRegions: isNumber,
  perLayer: listOf(isNumber),
  seconds: isNumber,
  sampling: nullOr(shape<SamplingResult>({ samples: isNatural, chao1: isNumber, newAtEnd: isNumber })),
  atMost: nullOr(
    shape<RegionsAtMost>({ value: nullOr(isString), log10: isNumber, units: isNatural, switching: isNatural }),
  ),
});

export const isRun = shape<PanelRun>({
  settings: isCountSettings,
  theory: shape<RunTheory>({
    method: isMethod,
    why: nullOr(isString),
    domain: isString,
    initialization: isString,
    expected: nullOr(isSeries),
    noMean: nullOr(isString),
    slice: nullOr(isSeries),
  }),
  fingerprint: isString,
  counts: listOf(isCount),
  status: oneOf('running', 'done', 'cancelled', 'failed'),
  message: nullOr(isString),
});
