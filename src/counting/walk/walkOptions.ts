// What a walk is asked for, and what it finds.

import type { CountResult } from '../count.ts';
import type { SignQuery } from '../geometry/signQuery.ts';
import type { Watched } from './limits.ts';

export interface WalkOptions extends Watched {
  /**
   * Called in each activation region of the whole network: its cell is on top of the geometry, its maps in the
   * propagator.
   */
  readonly visit?: () => void;
  /** A visit wants no maps but that of the mixed output, for which it asks itself. */
  readonly visitsMixed?: boolean;
  /** With a share of the count: its parts are told apart. */
  readonly parts?: PartsApart;
  /** Decides where regions need not be visited. */
  readonly unvisited?: Unvisited;
  /** Called for each cell of each stage: false leaves it out of the count, because it was counted elsewhere. */
  readonly isNew?: (stage: number, patterns: readonly Int32Array[]) => boolean;
}

/**
 * Each part is walked as if there were no others, so that its regions come in one order with the same numbers to the
 * last bit, whoever walks it and after which.
 */
export interface PartsApart {
  /** Cuts down to them: the same for all who share the count. */
  readonly depth: number;
  /** Called when this part has been claimed; parts come in ascending order. */
  begin(part: number): void;
}

/** Regions that are counted without being visited. */
export interface Unvisited {
  /** Asked in a cell of the stage before the last: whether its regions may be, which the units in the query cut. */
  mayCount(query: SignQuery): boolean;
  /** Takes in this many regions that it has, of the units in the query; false if they are to be cut apart after all. */
  add(regions: number, query: SignQuery): boolean;
  /** Whether rows of the last stage may be left out in the current part, none of whose regions is visited then. */
  readonly mayNarrow?: () => boolean;
  /** The walk has become useless, and ends. */
  readonly isVain?: boolean;
}

export interface WalkResult {
  readonly stoppedBy: CountResult['stoppedBy'];
  /** Cells after each stage. */
  readonly cells: readonly number[];
  /** Cells after each stage that every thread of a shared count meets, and are not among `cells`. */
  readonly common?: readonly number[];
}
