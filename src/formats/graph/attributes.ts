import type { Span } from '../../network/definition.ts';
import { isWhole } from '../../network/wholeSizes.ts';
import { Refusal } from './refusal.ts';

/**
 * Attributes of a node by name, whichever way a format writes them. Undefined where absent; NaN stands for what is not
 * a number. Operators read numbers by the functions below, which refuse those that cannot be meant.
 */
export interface Attributes {
  number(name: string): number | undefined;
  numbers(name: string): readonly number[] | undefined;
  text(name: string): string | undefined;
  span(name: string): Span | undefined;
}

interface WithAttributes {
  readonly attributes: Attributes;
}

/** Whole numbers of at least `least`; without a limit for axes and places, which are counted from the end too. */
export function wholeNumbers({ attributes }: WithAttributes, name: string, least?: number) {
  const numbers = attributes.numbers(name);
  if (!numbers || numbers.every((value) => isWholeNumber(value, least))) return numbers;
  throw new Refusal(`${name} must be whole numbers${limit(least)}.`, attributes.span(name));
}

export function wholeNumber({ attributes }: WithAttributes, name: string, least?: number): number | undefined {
  const value = attributes.number(name);
  if (value === undefined || isWholeNumber(value, least)) return value;
  throw new Refusal(`${name} must be a whole number${limit(least)}.`, attributes.span(name));
}

export function realNumber({ attributes }: WithAttributes, name: string): number | undefined {
  const value = attributes.number(name);
  if (value === undefined || !Number.isNaN(value)) return value;
  throw new Refusal(`${name} must be a number.`, attributes.span(name));
}

export function realNumbers({ attributes }: WithAttributes, name: string): readonly number[] | undefined {
  const numbers = attributes.numbers(name);
  if (!numbers || !numbers.some(Number.isNaN)) return numbers;
  throw new Refusal(`${name} must be numbers.`, attributes.span(name));
}

/** Exporters write the ends of a slice as the greatest whole number of 64 bits. */
function isWholeNumber(value: number, least: number | undefined): boolean {
  return least === undefined ? Number.isInteger(value) : isWhole(value, least);
}

function limit(least: number | undefined): string {
  return least === undefined ? '' : ` of at least ${least}`;
}
