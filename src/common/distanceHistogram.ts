/**
 * Points by the log10 of their distance to the nearest boundary. The first and the last bin also hold what is beyond.
 */
export const DISTANCES = { start: -6, step: 0.25, bins: 32 };

/** Where a bin begins. */
export function distanceFrom(bin: number): number {
  return 10 ** (DISTANCES.start + bin * DISTANCES.step);
}

/** The bin that a distance falls into. */
export function binOf(distance: number): number {
  const bin = Math.floor((Math.log10(distance) - DISTANCES.start) / DISTANCES.step);
  return Math.min(DISTANCES.bins - 1, Math.max(0, bin));
}
