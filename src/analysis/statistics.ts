/** What repeated draws say about a mean. */
export interface Spread {
  readonly mean: number;
  /** Standard deviation of one draw; null for a single one. */
  readonly deviation: number | null;
  /** Of the mean; null for a single draw. */
  readonly standardError: number | null;
}

/** Null for no values. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const mean = meanOf(values);
  if (values.length === 1) return { mean, deviation: null, standardError: null };
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
  return { mean, deviation: Math.sqrt(variance), standardError: Math.sqrt(variance / values.length) };
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
