import type { MixedOutput } from './mixedOutput.ts';
import type { NarrowedRows } from './narrowedRows.ts';
import type { MixedMap } from './propagation.ts';
import type { Sizes } from './sizes.ts';

/** Of a dense chain: from few rows of the last stage in small parts, and elsewhere from all. */
export class DenseMixedMap implements MixedMap {
  // The last scale that was asked for, and the error that goes with it.
  private scale = NaN;
  private errorThere = NaN;

  constructor(
    private readonly mixed: MixedOutput,
    /** Those of the whole last stage. */
    private readonly rows: Float64Array,
    private readonly narrowed: NarrowedRows | null,
    private readonly sizes: Sizes,
    /** The place of these rows in `sizes`. */
    private readonly tensor: number,
  ) {}

  find(pattern: Int32Array): Float64Array {
    const { mixed, narrowed } = this;
    if (narrowed?.isOn) narrowed.findMixed(mixed, pattern);
    else mixed.find(this.rows, pattern);
    return mixed.map;
  }

  step(unit: number): number {
    return this.mixed.steps[unit];
  }

  get error(): number {
    const scale = this.sizes.scale(this.tensor);
    if (scale !== this.scale) {
      this.scale = scale;
      this.errorThere = this.mixed.error(scale);
    }
    return this.errorThere;
  }
}
