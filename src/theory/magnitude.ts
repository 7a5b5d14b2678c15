/**
 * A positive count that may be too large to write out: exact while `exact` is given, otherwise
 * `|log10 - true log10| <= log10Error`. With `exact`, `log10` is that integer's, correctly rounded to a few ulps.
 */
export interface Magnitude {
  readonly exact: bigint | null;
  readonly log10: number;
  /** Guaranteed; 0 when `exact` is given. */
  readonly log10Error: number;
}
