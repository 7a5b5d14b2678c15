import { RELATIVE_ERROR, UNDERFLOW_ERROR } from '../geometry/geometry.ts';
import type { BendStep } from '../program/program.ts';

/**
 * How far what decides a stage's pieces may be off, where its pre-activations have this scale: the difference of a
 * pre-activation and a breakpoint, or of two arguments of a maximum. Errors: RangeError where numbers overflow.
 */
export function toleranceOf(step: BendStep, scale: number): number {
  let tolerance = 2 * (RELATIVE_ERROR * scale + UNDERFLOW_ERROR);
  if (step.kind === 'units') {
    let most = 0;
    for (const breakpoint of step.breakpoints) most = Math.max(most, Math.abs(breakpoint));
    tolerance = RELATIVE_ERROR * (scale + most) + UNDERFLOW_ERROR;
  }
  if (!Number.isFinite(tolerance)) throw new RangeError('the numbers in the network overflow on this domain');
  return tolerance;
}
