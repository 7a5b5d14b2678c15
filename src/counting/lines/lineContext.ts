import type { LineIds } from '../exact/lineIds.ts';
import type { Stretch } from './knots.ts';
import type { LineMemory } from './lineMemory.ts';
import type { LineTensor } from './lineTensor.ts';
import type { Scan } from './scan.ts';
import type { Settlement } from './settlement.ts';

/** What all stages of a count share. */
export interface LineContext {
  readonly memory: LineMemory;
  readonly scan: Scan;
  readonly lines: LineIds;
  readonly settlement: Settlement;
  /** This entry of what a stage bends is zero whatever the input: see `zeroEntries`. */
  readonly isZero: (stage: number, entry: number) => boolean;
  /** These two entries of what a stage bends are one function on the line, whatever rounding says. */
  readonly areSame: (stage: number, a: number, b: number) => boolean;
  /** A maximum may read what is known of units: see `Stretch.states`. */
  readonly readsStates: boolean;
  readonly nextId: () => number;
  /** As many knots of a stage were found. */
  readonly count: (stage: number, knots: number) => void;
}

/** What a stage bends. */
export interface StageInput {
  readonly stretch: Stretch;
  readonly stage: number;
  readonly source: LineTensor;
  /** From each knot to the next. */
  readonly steps: Float64Array;
  /** How far values may be off at a point, and the greatest error of a knot. */
  readonly tolerance: number;
  readonly error: number;
  /** Nothing reads the source afterwards, so that it may be used up. */
  readonly isLast: boolean;
}
