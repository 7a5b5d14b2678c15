import type { CountMethod } from '../counting/count.ts';
import type { CountSettings } from './runs.ts';

/** Puts a text into the user's language, with values for `{0}`, `{1}`, ... */
export type Translate = (text: string, ...values: readonly (string | number)[]) => string;

const asItIs: Translate = (text, ...values) =>
  text.replace(/\{(\d+)\}/g, (place, i: string) => String(values[Number(i)] ?? place));

/** Coordinates that are written out; of longer points the first ones. */
const MAX_COORDINATES = 4;

/** `[−1, 1]²`, `the diagonal of [−1, 1]⁷⁸⁴`, `the plane through 3 points of digits.json`. */
export function describePlace(
  inputs: number,
  method: CountMethod,
  { place, lower, upper }: Pick<CountSettings, 'place' | 'lower' | 'upper'>,
  t: Translate = asItIs,
): string {
  switch (place.type) {
    case 'all':
      return inputs === 1 ? 'ℝ' : `ℝ${superscript(inputs)}`;
    case 'segment':
      return t('the segment from {0} to {1}', point(place.from), point(place.to));
    case 'parallelogram':
      return t('the parallelogram at {0} along {1} and {2}', point(place.origin), point(place.u), point(place.v));
    case 'points': {
      const { label } = place.set;
      return method === 'line'
        ? t('the line through 2 points of {0}', label)
        : t('the plane through 3 points of {0}', label);
    }
    case 'box': {
      const interval = `[${number(lower)}, ${number(upper)}]`;
      const box = inputs === 1 ? interval : interval + superscript(inputs);
      if (method === 'line') return inputs === 1 ? box : t('the diagonal of {0}', box);
      return method === 'plane' && inputs > 2 ? t('a random plane through the centre of {0}', box) : box;
    }
  }
}

function point(coordinates: readonly number[]): string {
  const shown = coordinates.slice(0, MAX_COORDINATES).map(number);
  return `(${[...shown, ...(coordinates.length > shown.length ? ['…'] : [])].join(', ')})`;
}

function number(value: number): string {
  return String(Number(value.toPrecision(6))).replace('-', '−');
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

export function superscript(n: number): string {
  return String(n).replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]);
}
