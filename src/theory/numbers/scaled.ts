import { magnitudeOfLog10, UNIT_ROUNDOFF, type Magnitude } from './magnitude.ts';

/**
 * A positive number `mantissa * 2^(256 exponent)` with a bound on its relative error. Unlike a sum of logarithms,
 * products and sums of these lose one rounding each, however large the numbers are.
 */
export interface Scaled {
  readonly mantissa: number;
  readonly exponent: number;
  /** Bound on |computed - true| / true. */
  readonly error: number;
}

const SCALE_BITS = 256;
export const scaleStep = 2 ** SCALE_BITS;
export const inverseStep = 2 ** -SCALE_BITS;
const LN_STEP = SCALE_BITS * Math.LN2;
/** Mantissas are kept in [2^-128, 2^128), so that a product of two of them cannot overflow. */
export const mantissaHigh = 2 ** (SCALE_BITS / 2);
export const mantissaLow = 2 ** (-SCALE_BITS / 2);

export function scaled(value: number, error = 0): Scaled {
  return normalized(value, 0, error);
}

function normalized(mantissa: number, exponent: number, error: number): Scaled {
  if (mantissa === 0) return { mantissa, exponent: 0, error };
  let [m, e] = [mantissa, exponent];
  for (; m >= mantissaHigh; e++) m *= inverseStep;
  for (; m < mantissaLow; e--) m *= scaleStep;
  return { mantissa: m, exponent: e, error };
}

/** e^ln with the absolute error of `ln` given. */
export function scaledExp(ln: number, lnError: number): Scaled {
  const exponent = Math.floor(ln / LN_STEP);
  // Of a large logarithm the rest is rounded by more than a step.
  const mantissa = Math.exp(Math.min(Math.max(ln - exponent * LN_STEP, 0), LN_STEP));
  return normalized(mantissa, exponent, 1.01 * (lnError + 6 * UNIT_ROUNDOFF * (Math.abs(ln) + 1)));
}

export function multiplyScaled(a: Scaled, b: Scaled): Scaled {
  const error = a.error + b.error + a.error * b.error + 4 * UNIT_ROUNDOFF;
  return normalized(a.mantissa * b.mantissa, a.exponent + b.exponent, error);
}

export function magnitudeOfScaled(a: Scaled): Magnitude {
  if (a.mantissa === 0) return { exact: 0n, log10: -Infinity, log10Error: 0 };
  const log10 = Math.log10(a.mantissa) + a.exponent * (SCALE_BITS * Math.LN2 * Math.LOG10E);
  const own = 8 * UNIT_ROUNDOFF * (Math.abs(log10) + 40);
  return magnitudeOfLog10(log10, own + a.error * Math.LOG10E * 1.01);
}

export function scaledOfMagnitude(a: Magnitude): Scaled {
  if (a.exact === 0n) return scaled(0);
  const error = a.log10Error + 8 * UNIT_ROUNDOFF * (Math.abs(a.log10) + 1);
  return scaledExp(a.log10 * Math.LN10, 1.01 * error * Math.LN10);
}

/** Bound on the error of an exponent as a sum of two, relative to the number: of more than 53 bits it is rounded. */
export function exponentError(exponent: number): number {
  return Math.abs(exponent) <= Number.MAX_SAFE_INTEGER ? 0 : 2 * UNIT_ROUNDOFF * Math.abs(exponent) * LN_STEP;
}

/**
 * Many scaled numbers without their errors; zeros allowed. Exponents are integers in doubles: those of many layers of
 * 10^11 units have more than 32 bits. Every operation loses one rounding.
 */
export class ScaledArray {
  constructor(
    readonly length: number,
    readonly mantissas = new Float64Array(length),
    readonly exponents = new Float64Array(length),
  ) {}

  /** Stores a mantissa in [2^-384, 2^384), bringing it back into range. */
  put(i: number, mantissa: number, exponent: number): void {
    let [m, e] = [mantissa, exponent];
    if (m >= mantissaHigh) {
      m *= inverseStep;
      e++;
    } else if (m < mantissaLow && m > 0) {
      m *= scaleStep;
      e--;
    }
    this.mantissas[i] = m;
    this.exponents[i] = e;
  }

  add(i: number, mantissa: number, exponent: number): void {
    const own = this.mantissas[i];
    if (mantissa === 0) return;
    const distance = exponent - this.exponents[i];
    if (own === 0 || distance > 1) this.put(i, mantissa, exponent);
    else if (distance === 1) this.put(i, mantissa + own * inverseStep, exponent);
    else if (distance === 0) this.put(i, own + mantissa, exponent);
    else if (distance === -1) this.put(i, own + mantissa * inverseStep, this.exponents[i]);
  }

  /** Mantissa and exponent of the sum of all. */
  sum(): [number, number] {
    return this.run(false);
  }

  /** Replaces every number by the sum of all up to it. */
  accumulate(): void {
    this.run(true);
  }

  /** As many `add` to one number, which stays out of memory. */
  private run(isKept: boolean): [number, number] {
    const { length, mantissas, exponents } = this;
    let sum = 0;
    let exponent = 0;
    for (let i = 0; i < length; i++) {
      const mantissa = mantissas[i];
      const distance = exponents[i] - exponent;
      if (mantissa > 0 && (sum === 0 || distance > 1)) {
        sum = mantissa;
        exponent = exponents[i];
      } else if (distance === 0) sum += mantissa;
      else if (distance === -1) sum += mantissa * inverseStep;
      else if (distance === 1 && mantissa > 0) {
        sum = mantissa + sum * inverseStep;
        exponent++;
      }
      if (sum >= mantissaHigh) {
        sum *= inverseStep;
        exponent++;
      }
      if (!isKept) continue;
      mantissas[i] = sum;
      exponents[i] = exponent;
    }
    return [sum, exponent];
  }

  /** A part that shares memory with the whole. */
  part(from: number, to: number): ScaledArray {
    if (from === 0 && to === this.length) return this;
    return new ScaledArray(to - from, this.mantissas.subarray(from, to), this.exponents.subarray(from, to));
  }

  at(i: number, error: number): Scaled {
    return { mantissa: this.mantissas[i], exponent: this.exponents[i], error };
  }
}
