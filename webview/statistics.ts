/** Mean and spread of what was counted in several drawn networks after one layer. */
export interface Spread {
  readonly counts: number;
  readonly mean: number;
  /** Sample standard deviation; 0 for one network. */
  readonly deviation: number;
  /** False where a limit ended one of the counts: then the mean is a lower bound. */
  readonly exact: boolean;
}

export function spreadOf(values: readonly number[], exact: boolean): Spread | null {
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
  return { counts: values.length, mean, deviation, exact };
}
