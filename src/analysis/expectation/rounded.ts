/**
 * A number to about eleven digits, by Veltkamp's split: numbers that should be equal differ by less, others by more
 * with a probability near one.
 */
export function rounded(x: number): number {
  const scaled = x * (2 ** 17 + 1);
  return scaled - (scaled - x);
}
