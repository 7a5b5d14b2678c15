/**
 * A positive count that may be too large to write out: exact while `exact` is given, otherwise
 * `|log10 - true log10| <= log10Error`. With `exact`, `log10` is that integer's, correctly rounded to a few ulps.
 * Zero is allowed (a sum without terms): exact 0, log10 -Infinity.
 */
export interface Magnitude {
  readonly exact: bigint | null;
  readonly log10: number;
  /** Guaranteed; 0 when `exact` is given. */
  readonly log10Error: number;
}

/** Integers of more digits are not written out but kept as logarithms. */
export const EXACT_DIGITS = 4000;

/** Bound on the relative error of one floating-point operation, and (times 2) of Math.log, log10, log1p and exp. */
export const UNIT_ROUNDOFF = 2 ** -53;

export const zero: Magnitude = { exact: 0n, log10: -Infinity, log10Error: 0 };
export const one: Magnitude = { exact: 1n, log10: 0, log10Error: 0 };

/** Number of binary digits of a positive integer, by bisection over shifts (a string of it would cost far more). */
export function bitLength(value: bigint): number {
  let step = 1024;
  while (value >> BigInt(step) > 0n) step *= 2;
  let bits = 0;
  for (let rest = value; step >= 1; step /= 2) {
    const shifted = rest >> BigInt(step);
    if (shifted > 0n) {
      bits += step;
      rest = shifted;
    }
  }
  return value > 0n ? bits + 1 : 0;
}

/** log10 of a non-negative integer, within a few ulps. `guess`, when about right, saves looking for its length. */
export function log10OfBigInt(value: bigint, guess?: number): number {
  if (value < LONG_INTEGER) return Math.log10(Number(value));
  let shift = guess === undefined ? 0 : Math.floor(guess / LOG10_OF2) - 100;
  let leading = shift > 0 ? Number(value >> BigInt(shift)) : 0;
  if (leading < 2 ** 64 || leading === Infinity) {
    shift = bitLength(value) - 100;
    leading = Number(value >> BigInt(shift));
  }
  return Math.log10(leading) + shift * LOG10_OF2;
}

const LONG_INTEGER = 1n << 1000n;
const LOG10_OF2 = Math.log10(2);

/** The exact integer, or its logarithm where it has more digits than are kept. */
export function magnitudeOf(value: bigint | number, guess?: number): Magnitude {
  const exact = BigInt(value);
  return limited({ exact, log10: log10OfBigInt(exact, guess), log10Error: 0 });
}

/** A number known by its logarithm only; `error` must bound the error of `log10`. */
export function magnitudeOfLog10(log10: number, error: number): Magnitude {
  return { exact: null, log10, log10Error: error };
}

/** Error of the `log10` field itself, which for exact integers is only rounding. */
export function log10ErrorOf(a: Magnitude): number {
  return a.exact === null || a.exact === 0n ? a.log10Error : rounding(a.log10);
}

function rounding(log10: number): number {
  return 8 * UNIT_ROUNDOFF * (Math.abs(log10) + 1);
}

function limited(a: Magnitude): Magnitude {
  return a.log10 > EXACT_DIGITS ? magnitudeOfLog10(a.log10, log10ErrorOf(a)) : a;
}

export function multiply(a: Magnitude, b: Magnitude): Magnitude {
  if (a.exact === 0n || b.exact === 0n) return zero;
  const log10 = a.log10 + b.log10;
  if (a.exact !== null && b.exact !== null && log10 <= EXACT_DIGITS) return magnitudeOf(a.exact * b.exact, log10);
  return magnitudeOfLog10(log10, log10ErrorOf(a) + log10ErrorOf(b) + rounding(log10));
}

export function add(a: Magnitude, b: Magnitude): Magnitude {
  if (a.exact === 0n) return b;
  if (b.exact === 0n) return a;
  if (a.exact !== null && b.exact !== null) return magnitudeOf(a.exact + b.exact, Math.max(a.log10, b.log10));
  const [high, low] = a.log10 >= b.log10 ? [a, b] : [b, a];
  const log10 = high.log10 + Math.log1p(10 ** (low.log10 - high.log10)) * Math.LOG10E;
  // The weights of the two errors in the sum's logarithm add up to one.
  return magnitudeOfLog10(log10, Math.max(log10ErrorOf(a), log10ErrorOf(b)) + 2 * rounding(log10));
}

export function sum(terms: Iterable<Magnitude>): Magnitude {
  let total = zero;
  for (const term of terms) total = add(total, term);
  return total;
}

export function product(factors: Iterable<Magnitude>): Magnitude {
  let total = one;
  for (const factor of factors) total = multiply(total, factor);
  return total;
}

/** `a` to the power of a non-negative integer. */
export function power(a: Magnitude, exponent: number): Magnitude {
  if (exponent === 0) return one;
  if (a.exact === 0n) return zero;
  const log10 = a.log10 * exponent;
  if (a.exact !== null && log10 <= EXACT_DIGITS) return magnitudeOf(a.exact ** BigInt(exponent), log10);
  return magnitudeOfLog10(log10, log10ErrorOf(a) * exponent + rounding(log10));
}

/** Negative, zero or positive; by logarithm where one of the two is not exact. */
export function compare(a: Magnitude, b: Magnitude): number {
  if (a.exact !== null && b.exact !== null) return a.exact < b.exact ? -1 : a.exact > b.exact ? 1 : 0;
  return a.log10 - b.log10;
}

export function smaller(a: Magnitude, b: Magnitude): Magnitude {
  return compare(b, a) < 0 ? b : a;
}

export function larger(a: Magnitude, b: Magnitude): Magnitude {
  return compare(b, a) > 0 ? b : a;
}
