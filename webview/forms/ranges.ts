import { formatCount } from '../../src/common/formatFigures.ts';
import { MAX_SAMPLES, MAX_SEEDS } from '../../src/protocol/validate.ts';
import { t } from '../app/strings.ts';
import type { NumberRange } from '../widgets/toolkit.ts';

/** What the fields of the forms take. */

function whole(least: number, most: number): NumberRange {
  return { least, most, hint: t('Enter a whole number from {0} to {1}.', formatCount(least), formatCount(most)) };
}

export const SEED = whole(0, 2 ** 31 - 1);
export const NETWORKS = whole(1, MAX_SEEDS);
export const SAMPLES = whole(1, MAX_SAMPLES);
export const PARAMETERS = whole(1, 1e12);
/** 0: no limit. */
export const MULTIPLY_ADDS = whole(0, 1e15);
export const THREADS = whole(0, 64);
export const DEVIATION: NumberRange = {
  least: 0,
  most: 1e6,
  fits: Number.isFinite,
  hint: t('Enter a number of at least 0.'),
};
export const COORDINATE: NumberRange = { least: -1e9, most: 1e9, fits: Number.isFinite, hint: t('Enter a number.') };
