import type { SliceRanges } from '../../common/stageRange.ts';
import { regionsForRanges } from '../../theory/theorems/givenWeights.ts';

/** An upper bound on the activation regions of a network with its weights, where it is counted. */
export interface RegionsAtMost {
  /** The integer, where it has few enough digits to be written out. */
  readonly value: string | null;
  /** Rounded up. */
  readonly log10: number;
  /** Units, and how many of them can be on more than one piece. */
  readonly units: number;
  readonly switching: number;
}

/** Null for a count without ranges. */
export function regionsAtMost({ ranges }: { readonly ranges?: SliceRanges | null }): RegionsAtMost | null {
  if (!ranges) return null;
  const { exact, log10, log10Error } = regionsForRanges(ranges);
  return {
    value: exact === null ? null : String(exact),
    log10: log10 + log10Error,
    units: ranges.stages.reduce((sum, { units }) => sum + units, 0),
    switching: ranges.stages.reduce((sum, { switching }) => sum + switching, 0),
  };
}
