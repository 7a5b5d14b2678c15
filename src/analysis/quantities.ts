import type { Magnitude } from '../theory/numbers/magnitude.ts';

/** How counts are written: `power` 10^7.44, `decimal` 27,543,608 while it is short, `bits` 2^24.7. */
export type Notation = 'power' | 'decimal' | 'bits';

const LOG10_OF_2 = Math.log10(2);
/** Above this, a decimal number is written as a power whatever the notation. */
const MAX_DECIMAL_LOG10 = 15;

/** Digits in groups of three: `1234567` to `1,234,567`. */
export function groupDigits(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `7.4423` to `10^7.44`; huge exponents lose their decimals: `10^1,204,733`. */
export function formatPower(log10: number): string {
  return `10^${formatExponent(log10)}`;
}

function formatExponent(exponent: number): string {
  if (Math.abs(exponent) >= 1e4) return groupDigits(Math.round(exponent).toString());
  return exponent.toFixed(Math.abs(exponent) >= 1000 ? 1 : 2);
}

/** A plain positive number as people write it: 3.7, 301, 2,311. */
export function formatNumber(value: number): string {
  if (value >= 1e15) return formatPower(Math.log10(value));
  if (value >= 100 || Number.isInteger(value)) return groupDigits(Math.round(value).toString());
  return value.toFixed(value >= 10 ? 1 : 2).replace(/\.?0+$/, '');
}

/**
 * A count or bound in words for people: all digits up to six, then the notation asked for.
 * `10^0.00` never appears: one is `1`.
 */
export function formatMagnitude(magnitude: Magnitude, notation: Notation = 'power'): string {
  return formatLog10(magnitude.log10, notation, magnitude.exact);
}

export function formatLog10(log10: number, notation: Notation = 'power', exact: bigint | null = null): string {
  if (notation === 'bits') return log10 === 0 ? '1' : `2^${formatExponent(log10 / LOG10_OF_2)}`;
  const longest = notation === 'decimal' ? MAX_DECIMAL_LOG10 : 6;
  if (log10 >= longest) return formatPower(log10);
  return exact === null ? formatNumber(10 ** log10) : groupDigits(exact.toString());
}

/** What a layer multiplies something by: `×3.8`, `×301`, from a million on `×10^7.44`; in bits `×2^8.23`. */
export function formatFactor(log10: number, notation: Notation = 'power'): string {
  if (notation !== 'bits' && log10 < 1) return `×${(10 ** log10).toFixed(1).replace(/\.0$/, '')}`;
  return `×${formatLog10(log10, notation)}`;
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
