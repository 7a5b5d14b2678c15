/** Distances as a histogram over their logarithms. */

export interface DistanceBin {
  /** log10 of the distances it holds; the first holds all smaller ones too. */
  readonly from: number;
  readonly to: number;
  /** Share of the points. */
  readonly share: number;
}

/** Powers of ten below the greatest that are told apart. */
const DECADES = 4;
const MAX_BINS = 32;

/** As many bins as this many points can fill; none without a point. */
export function distanceBins(distances: Float64Array): DistanceBin[] {
  const greatest = distances.reduce((most, distance) => Math.max(most, distance), 0);
  if (greatest === 0) return [];
  const to = Math.log10(greatest);
  const least = distances.reduce((low, distance) => Math.min(low, distance), greatest);
  const from = Math.max(to - DECADES, Math.min(to - 0.5, least > 0 ? Math.log10(least) : -Infinity));
  const count = Math.max(4, Math.min(MAX_BINS, Math.round(2 * Math.cbrt(distances.length))));
  const width = (to - from) / count;
  const held = new Float64Array(count);
  for (const distance of distances) {
    const bin = Math.floor((Math.log10(distance) - from) / width);
    held[Math.min(count - 1, Math.max(0, bin))]++;
  }
  return Array.from(held, (points, i) => {
    return { from: from + i * width, to: from + (i + 1) * width, share: points / distances.length };
  });
}

export function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
