/**
 * How figures are written for people, everywhere: editor, panel and command line. One figure has one text.
 */

/** How counts are written: `power` 10^7.44, `decimal` 27,543,608 while it is short, `bits` 2^24.7. */
export type Notation = 'power' | 'decimal' | 'bits';

const LOG10_OF_2 = Math.log10(2);
/** Above this, a decimal number is written as a power whatever the notation. */
const MAX_DECIMAL_LOG10 = 15;

/** A whole number, rounded if need be, with all its digits: `90,601`. */
export function formatCount(count: number): string {
  return Number.isFinite(count) ? groupDigits(BigInt(Math.round(count)).toString()) : String(count);
}

/** Digits in groups of three: `1234567` to `1,234,567`. */
export function groupDigits(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `7.4423` to `10^7.44`; huge exponents lose their decimals: `10^1,204,733`. */
export function formatPower(log10: number): string {
  return `10^${formatExponent(log10).replace('-', '−')}`;
}

function formatExponent(exponent: number): string {
  if (Math.abs(exponent) >= 1e4) return groupDigits(Math.round(exponent).toString());
  return exponent.toFixed(Math.abs(exponent) >= 1000 ? 1 : 2);
}

/** A number of at least 0 that may be a mean: `3.74`, `30.3`, `301`, `2,311`; `0.0123`, `10^−3.40`. */
export function formatNumber(value: number): string {
  if (value >= 1e15) return formatPower(Math.log10(value));
  if (value >= 100 || Number.isInteger(value)) return formatCount(value);
  if (value > 0 && value < 1e-3) return formatPower(Math.log10(value));
  if (value < 1) return significant(value, 3);
  return withoutZeros(value.toFixed(value >= 10 ? 1 : 2));
}

/** A measured number of either sign with at most this many significant digits: `−0.25`, `1.2e−7`. */
export function significant(value: number, digits = 3): string {
  const rounded = Number(value.toPrecision(digits));
  const isTiny = rounded !== 0 && Math.abs(rounded) < 1e-3;
  return (isTiny ? rounded.toExponential() : String(rounded)).replaceAll('-', '−');
}

function withoutZeros(decimal: string): string {
  return decimal.replace(/\.?0+$/, '');
}

/** A count or bound: its decimal logarithm, and itself where it is known to the last digit. */
interface Figure {
  readonly log10: number;
  readonly exact: bigint | null;
}

/**
 * A count or bound in words for people: all digits up to six, then the notation asked for.
 * `10^0.00` never appears: one is `1`.
 */
export function formatMagnitude(magnitude: Figure, notation: Notation = 'power'): string {
  return formatLog10(magnitude.log10, notation, magnitude.exact);
}

export function formatLog10(log10: number, notation: Notation = 'power', exact: bigint | null = null): string {
  if (notation === 'bits') return log10 === 0 ? '1' : `2^${formatExponent(log10 / LOG10_OF_2)}`;
  const longest = notation === 'decimal' ? MAX_DECIMAL_LOG10 : 6;
  if (log10 >= longest || log10 < -3) return formatPower(log10);
  return exact === null ? formatNumber(10 ** log10) : groupDigits(exact.toString());
}

/** What something is multiplied by: `1.05`, `3.8`, `301`, from a million on `10^7.44`; in bits `2^8.23`. */
export function formatFactor(log10: number, notation: Notation = 'power'): string {
  const factor = 10 ** log10;
  if (notation === 'bits' || factor >= 100 || factor < 1) return formatLog10(log10, notation);
  return withoutZeros(factor.toFixed(factor < 1.95 ? 2 : 1));
}

/** A duration for people: `3 ms`, `1.2 s`, `85 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/** A size for people: `512 B`, `1.4 KB`, `23 MB`, in powers of 1,024. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  let power = 0;
  while (bytes >= 1024 ** (power + 1) && power < units.length - 1) power++;
  const value = bytes / 1024 ** power;
  return `${value >= 10 || power === 0 ? groupDigits(Math.round(value).toString()) : value.toFixed(1)} ${units[power]}`;
}
