/** What the units of a stage do on a slice of the input space. A maximum is a unit, of one piece for each argument. */
export interface StageRange {
  readonly units: number;
  /** Of the units: those that can be on more than one piece. */
  readonly switching: number;
  /** Breakpoints that lie within what the unit reads, at the unit that has most of them. */
  readonly mostBreakpoints: number;
  /** Units that stay on one piece, which is not flat. */
  readonly passing: number;
  /** Units that are not flat everywhere. */
  readonly alive: number;
  /** Each switching unit has one breakpoint there, and is flat on one side of it alone, as a ReLU. */
  readonly isRectifying: boolean;
  /** It reads what the stage before it has made (the first: the input), and nothing else. */
  readonly isChained: boolean;
}

/** The stages of a network with its weights on a slice of this dimension. */
export interface SliceRanges {
  readonly dimension: number;
  readonly stages: readonly StageRange[];
}
