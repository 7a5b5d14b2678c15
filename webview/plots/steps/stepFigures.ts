/** A figure at one step of training. */
export interface StepPoint {
  readonly x: number;
  readonly y: number;
  /** How far the figure may be off, or how far runs differ. */
  readonly spread?: number;
  /** A lower bound: the count was stopped. */
  readonly isAtLeast?: boolean;
}

export interface StepSeries {
  readonly id: string;
  /** Its name at the line's end; none for a faint line, one of several runs. */
  readonly label: string | null;
  /** A class of the style sheet, which gives color and dash. */
  readonly kind: string;
  /** By x. */
  readonly points: readonly StepPoint[];
}

/** A figure that is the same at all steps. */
export interface StepLevel {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  readonly y: number;
}

export interface StepFigures {
  readonly heading: string;
  /** What a screen reader says in place of the drawing. */
  readonly description: string;
  readonly series: readonly StepSeries[];
  readonly levels: readonly StepLevel[];
  /** Drawn to an axis of its own on the right: loss, accuracy. */
  readonly second: StepSeries | null;
  readonly isLogX: boolean;
  readonly isLogY: boolean;
  /** Each series stands on the one before. */
  readonly isStacked?: boolean;
  readonly marked: number | null;
  /** For example `step`. */
  readonly axis: string;
  /** What is counted upwards, for example `regions`. */
  readonly vertical: string;
}
