import { log10ErrorOf, log10OfBigInt, type Magnitude } from '../../theory/numbers/magnitude.ts';

const POWER = /^(10|2)\^(\d[\d,]*)(?:\.(\d+))?$/;
const DECIMAL = /^(\d[\d,]*)(?:\.(\d+))?(?:e\+?(\d{1,4}))?$/i;

/** A number as an expectation states it: whole, or known to as many digits as are written. */
export interface Figure {
  /** Null for what is not written as a whole number. */
  readonly exact: bigint | null;
  readonly log10: number;
  /** Half of the last digit that is written, in log10. */
  readonly log10Error: number;
}

export function isFigure(text: string): boolean {
  return POWER.test(text) || DECIMAL.test(text);
}

/** `1200`, `1061.4`, `"1,200"`, `"10^7.44"`, `"2^24.7"`, `"1.5e30"`. Takes what `isFigure` accepts, and numbers. */
export function parseFigure(written: number | string): Figure {
  const text = String(written);
  const [, base, whole, decimals] = POWER.exec(text) ?? [];
  if (base !== undefined) return powerOf(Number(base), Number(`${digits(whole)}.${decimals ?? ''}`), decimals);
  const [, mantissa, fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  const places = Number(exponent) - fraction.length;
  const value = BigInt(digits(mantissa) + fraction);
  if (places >= 0) return { ...wholeFigure(value * 10n ** BigInt(places)), log10Error: halfOf(value) };
  const log10 = log10OfBigInt(value) + places;
  return { exact: null, log10, log10Error: halfOf(value) };
}

/** Larger powers are compared by their exponents. */
const MAX_EXPONENT = 10_000;

function powerOf(base: number, exponent: number, decimals: string | undefined): Figure {
  const unit = Math.log10(base);
  if (decimals === undefined && exponent <= MAX_EXPONENT) return wholeFigure(BigInt(base) ** BigInt(exponent));
  return { exact: null, log10: exponent * unit, log10Error: (unit / 2) * 10 ** -(decimals?.length ?? 0) };
}

function wholeFigure(exact: bigint): Figure {
  return { exact, log10: log10OfBigInt(exact), log10Error: halfOf(exact) };
}

/** What half of one is to this value, in log10. */
function halfOf(value: bigint): number {
  return value === 0n ? 0 : Math.log10(1 + 0.5 / Number(value));
}

function digits(text: string): string {
  return text.replaceAll(',', '');
}

/**
 * Below zero where the value is less than the figure, above where it is more, and zero where they are equal as far as
 * both are known.
 */
export function compareWith(value: Magnitude, figure: Figure): number {
  const { exact } = figure;
  if (value.exact !== null && exact !== null) return value.exact < exact ? -1 : value.exact > exact ? 1 : 0;
  if (value.log10 === figure.log10) return 0;
  const difference = value.log10 - figure.log10;
  return Math.abs(difference) <= log10ErrorOf(value) + figure.log10Error ? 0 : Math.sign(difference);
}
