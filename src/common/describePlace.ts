import { significant } from './formatFigures.ts';
import type { Place } from './place.ts';
import { untranslated, type Translate } from './translate.ts';

/** Coordinates that are written out; of longer points the first ones. */
const MAX_COORDINATES = 4;

/** `[−1, 1]²`, `the diagonal of [−1, 1]⁷⁸⁴`, `the plane through 3 points of digits.json`. */
export function describePlace(
  inputs: number,
  method: 'line' | 'plane' | 'cells' | 'sample',
  place: Place,
  t: Translate = untranslated,
): string {
  switch (place.kind) {
    case 'all':
      return power('ℝ', inputs);
    case 'segment':
      return t('the segment from {0} to {1}', point(place.from), point(place.to));
    case 'parallelogram':
      return t('the parallelogram at {0} along {1} and {2}', point(place.origin), point(place.u), point(place.v));
    case 'points':
      return method === 'line'
        ? t('the line through 2 points of {0}', place.label)
        : t('the plane through 3 points of {0}', place.label);
    case 'box': {
      const { lower, upper } = place;
      const box = power(`[${number(lower)}, ${number(upper)}]`, inputs);
      if (method === 'line') return inputs === 1 ? box : t('the diagonal of {0}', box);
      return method === 'plane' && inputs > 2 ? t('a random plane through the center of {0}', box) : box;
    }
  }
}

function power(base: string, exponent: number): string {
  return exponent === 1 ? base : base + superscript(exponent);
}

function point(coordinates: readonly number[]): string {
  const shown = coordinates.slice(0, MAX_COORDINATES).map(number);
  return `(${[...shown, ...(coordinates.length > shown.length ? ['…'] : [])].join(', ')})`;
}

function number(value: number): string {
  return significant(value, 6);
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

export function superscript(n: number): string {
  return String(n).replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]);
}
