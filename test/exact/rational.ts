/**
 * A dyadic rational: `numerator / 2^exponent`, with an odd numerator or 0 / 1. Doubles are of this kind, and so are
 * their sums and products.
 */
export interface Rational {
  readonly numerator: bigint;
  readonly exponent: bigint;
}

export const zero: Rational = { numerator: 0n, exponent: 0n };

function reduced(numerator: bigint, exponent: bigint): Rational {
  if (numerator === 0n) return zero;
  let shift = 0n;
  while (((numerator >> shift) & 0xffffn) === 0n) shift += 16n;
  while (((numerator >> shift) & 1n) === 0n) shift++;
  return { numerator: numerator >> shift, exponent: exponent - shift };
}

/** The value of a double. It is multiplied by two until it is whole, which is exact. */
export function rational(value: number): Rational {
  let exponent = 0n;
  for (; !Number.isInteger(value); exponent++) value *= 2;
  return reduced(BigInt(value), exponent);
}

export function plus(a: Rational, b: Rational): Rational {
  if (a.numerator === 0n) return b;
  if (b.numerator === 0n) return a;
  const exponent = a.exponent > b.exponent ? a.exponent : b.exponent;
  return reduced((a.numerator << (exponent - a.exponent)) + (b.numerator << (exponent - b.exponent)), exponent);
}

export function times(a: Rational, b: Rational): Rational {
  return reduced(a.numerator * b.numerator, a.exponent + b.exponent);
}

export function minus(a: Rational, b: Rational): Rational {
  return plus(a, { numerator: -b.numerator, exponent: b.exponent });
}

/** Whole numbers in the same proportions. */
export function inProportion(row: readonly Rational[]): bigint[] {
  const exponent = row.reduce((most, { exponent }) => (exponent > most ? exponent : most), 0n);
  return row.map((value) => value.numerator << (exponent - value.exponent));
}

export function textOf({ numerator, exponent }: Rational): string {
  return `${numerator}/${exponent}`;
}
