/** The unit of rounding of doubles. */
export const UNIT = 2 ** -53;
/** More than underflow can lose in the few operations on one pair of numbers. */
export const LOST = 2 ** -1060;
/** Covers the rounding of bounds themselves: sums of fewer than 2^30 positive numbers. */
export const ROUNDED_UP = 1 + 2 ** -20;
/** Splits a double into two of 26 bits (Dekker 1971). */
const SPLITTER = 2 ** 27 + 1;

/**
 * A real number within `error` of `high + low`, two doubles of which the second is about the rounding error of the
 * first. Overflow makes it not a number, and then its sign is not known.
 */
export interface Ball {
  readonly high: number;
  readonly low: number;
  readonly error: number;
}

/** A double as it is. */
export function ballOf(high: number): Ball {
  return { high, low: 0, error: 0 };
}

/** 1 or -1, or 0 where the ball does not tell. */
export function signOfBall({ high, low, error }: Ball): number {
  const value = high + low;
  // The sum is rounded by at most half as much as this allows for.
  const reach = (error + 4 * UNIT * Math.abs(value)) * ROUNDED_UP + LOST;
  return value > reach ? 1 : value < -reach ? -1 : 0;
}

/**
 * The sum. That of the high parts and its error are exact (Knuth's TwoSum); of the small parts three are added, by two
 * operations, which round each by at most `2 u` in all.
 */
export function sum(a: Ball, b: Ball): Ball {
  const high = a.high + b.high;
  const part = high - a.high;
  const rest = a.high - (high - part) + (b.high - part);
  const small = Math.abs(rest) + Math.abs(a.low) + Math.abs(b.low);
  return renewed(high, rest + (a.low + b.low), (a.error + b.error + 4 * UNIT * small) * ROUNDED_UP + LOST);
}

export function difference(a: Ball, b: Ball): Ball {
  return sum(a, { high: -b.high, low: -b.low, error: b.error });
}

/**
 * The product. That of the high parts and its error are exact (Dekker's TwoProduct) but for underflow; the two mixed
 * products are rounded, and then two sums; that of the low parts is left out.
 */
export function product(a: Ball, b: Ball): Ball {
  const high = a.high * b.high;
  const rest = productError(a.high, b.high, high);
  const [first, second] = [a.high * b.low, a.low * b.high];
  const small = Math.abs(rest) + Math.abs(first) + Math.abs(second);
  const [sizeA, sizeB] = [Math.abs(a.high) + Math.abs(a.low), Math.abs(b.high) + Math.abs(b.low)];
  const error = sizeA * b.error + sizeB * a.error + a.error * b.error + Math.abs(a.low * b.low) + 8 * UNIT * small;
  return renewed(high, rest + (first + second), error * ROUNDED_UP + LOST);
}

/** `a b` less what rounding made of it, exactly but for underflow. */
function productError(a: number, b: number, rounded: number): number {
  const [cutA, cutB] = [SPLITTER * a, SPLITTER * b];
  const highA = cutA - (cutA - a);
  const highB = cutB - (cutB - b);
  const [lowA, lowB] = [a - highA, b - highB];
  return lowA * lowB - (rounded - highA * highB - lowA * highB - highA * lowB);
}

/** The same sum in two parts of which the second is the rounding error of the first: exact by TwoSum. */
export function renewed(high: number, low: number, error: number): Ball {
  const sum = high + low;
  const part = sum - high;
  return { high: sum, low: high - (sum - part) + (low - part), error };
}
