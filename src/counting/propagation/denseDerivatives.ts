import type { SignQuery } from '../geometry/signQuery.ts';
import type { MixedOutput } from './mixedOutput.ts';
import type { NarrowedRows } from './narrowedRows.ts';
import type { MixedDerivatives } from './propagation.ts';

/** Of a dense chain: from few numbers in small parts, and elsewhere from all. */
export class DenseDerivatives implements MixedDerivatives {
  readonly error: number;

  constructor(
    private readonly mixed: MixedOutput,
    private readonly narrowed: NarrowedRows,
  ) {
    this.error = mixed.derivativeError;
  }

  find(unit: number, pattern: Int32Array): number {
    const { narrowed } = this;
    return narrowed.knows(unit) ? narrowed.derivative(unit, pattern) : this.mixed.derivative(unit, pattern);
  }

  isClear(unit: number): boolean {
    return this.narrowed.knows(unit) && this.narrowed.isClear(unit);
  }

  isClearIn(unit: number, query: SignQuery): boolean {
    return this.narrowed.knows(unit) && this.narrowed.isClearIn(unit, query);
  }

  step(unit: number, last: number): number {
    const { narrowed } = this;
    return narrowed.knows(unit) ? narrowed.derivativeStep(unit, last) : this.mixed.derivativeStep(unit, last);
  }

  doesBend(last: number): boolean {
    return Math.abs(this.mixed.steps[last]) > this.mixed.stepError;
  }
}
