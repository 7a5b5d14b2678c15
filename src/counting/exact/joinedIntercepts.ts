import { isContinuousStep, type UnitStep } from '../program/program.ts';
import { Dyadic } from './dyadic.ts';

/** Numbers `numerator(k) / 2^exponent`. */
export interface ExactConstants {
  readonly exponent: bigint;
  numerator(k: number): bigint;
}

/**
 * The constants of a step's pieces. Doubles seldom let pieces meet exactly: one sixth of 3 and a half differ in the
 * last bit, and a hard sigmoid of these numbers jumps below zero. Units that are continuous up to rounding are meant to
 * be continuous, so that all their constants follow from that of the first piece.
 */
export function exactIntercepts(step: UnitStep): ExactConstants {
  return isContinuousStep(step) ? new JoinedIntercepts(step) : new Dyadic(step.intercepts);
}

class JoinedIntercepts implements ExactConstants {
  readonly exponent: bigint;
  private readonly slopes: Dyadic;
  private readonly breakpoints: Dyadic;
  private readonly stated: Dyadic;
  private readonly pieceCount: number;
  private readonly known = new Map<number, bigint>();

  constructor({ slopes, breakpoints, intercepts }: UnitStep) {
    this.slopes = new Dyadic(slopes);
    this.breakpoints = new Dyadic(breakpoints);
    this.stated = new Dyadic(intercepts);
    this.pieceCount = breakpoints.length + 1;
    const product = this.slopes.exponent + this.breakpoints.exponent;
    this.exponent = product > this.stated.exponent ? product : this.stated.exponent;
  }

  numerator(k: number): bigint {
    let found = this.known.get(k);
    if (found === undefined) this.known.set(k, (found = this.compute(k)));
    return found;
  }

  private compute(k: number): bigint {
    const piece = k % this.pieceCount;
    const first = k - piece;
    const shift = this.exponent - this.slopes.exponent - this.breakpoints.exponent;
    let sum = this.stated.numerator(first) << (this.exponent - this.stated.exponent);
    for (let b = 0; b < piece; b++) {
      const change = this.slopes.numerator(first + b) - this.slopes.numerator(first + b + 1);
      sum += (change * this.breakpoints.numerator(b)) << shift;
    }
    return sum;
  }
}
