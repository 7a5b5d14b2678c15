import { isContinuousStep, type UnitStep } from '../program/program.ts';
import type { Dyadic } from '../../common/dyadic.ts';

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
export function exactIntercepts(step: UnitStep, dyadic: (values: ArrayLike<number>) => Dyadic): ExactConstants {
  const stated = dyadic(step.intercepts);
  return isContinuousStep(step) ? new JoinedIntercepts(dyadic(step.slopes), dyadic(step.breakpoints), stated) : stated;
}

class JoinedIntercepts implements ExactConstants {
  readonly exponent: bigint;
  private readonly pieceCount: number;

  constructor(
    private readonly slopes: Dyadic,
    private readonly breakpoints: Dyadic,
    private readonly stated: Dyadic,
  ) {
    this.pieceCount = breakpoints.length + 1;
    const product = slopes.exponent + breakpoints.exponent;
    this.exponent = product > stated.exponent ? product : stated.exponent;
  }

  numerator(k: number): bigint {
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
