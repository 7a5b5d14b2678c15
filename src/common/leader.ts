/** One of the networks compared, by one figure of it. */
export interface Contender {
  readonly name: string;
  /** Null where there is no such figure. */
  readonly log10: number | null;
}

export interface Leader {
  readonly name: string;
  readonly log10: number;
  /** The next one, and how many times its figure the leader's is. Ratio 1 where both are the same. */
  readonly second: { readonly name: string; readonly ratioLog10: number };
}

/** Below this, figures are the same but for rounding. */
const SAME = 1e-9;

/** Which network is ahead by a figure; null where fewer than two have it. */
export function leaderOf(contenders: readonly Contender[]): Leader | null {
  const known = contenders.flatMap(({ name, log10 }) => (log10 === null ? [] : [{ name, log10 }]));
  const [first, second] = known.sort((a, b) => b.log10 - a.log10);
  if (second === undefined) return null;
  const ratioLog10 = first.log10 - second.log10;
  return { ...first, second: { name: second.name, ratioLog10: ratioLog10 < SAME ? 0 : ratioLog10 } };
}
