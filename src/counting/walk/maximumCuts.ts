import { BOTH, NEGATIVE, POSITIVE, type Geometry } from '../geometry/geometry.ts';
import { cutOf, type Maxima, type Maximum } from './maxima.ts';
import type { WorkClaims } from './workClaims.ts';

/** Puts aside a part where argument `piece` of a maximum is greatest: units at `from` to `to` may cut it. */
type Wait = (stage: number, group: number, piece: number, from: number, to: number) => void;

/**
 * Cuts the current part by a maximum into the parts in which its arguments are the greatest. All threads that share a
 * count cut their common parts in the same order, with the same numbers, though rounding may let one of them look at
 * arguments that are greatest nowhere.
 */
export class MaximumCuts {
  constructor(
    private readonly maxima: Maxima,
    private readonly geometry: Geometry,
    private readonly claims: WorkClaims,
    private readonly patterns: readonly Int32Array[],
    private readonly wait: Wait,
  ) {}

  /**
   * By the first `count` of the candidates that `listGreatest` found. Returns `from` where units at `from` to `to` may
   * cut the current part further, or -1 when all parts wait.
   */
  cut(maximum: Maximum, count: number, from: number, to: number): number {
    if (count <= 2) return this.cutByPair(maximum, count, from, to);
    const { maxima, claims } = this;
    const { stage, group } = maximum;
    const candidates = Array.from(maxima.candidates.subarray(0, count));
    const { depth } = claims;
    const firstCut = claims.newCuts(0);
    for (let c = 0; c < candidates.length; c++) {
      const outcome = maxima.clipToGreatest(maximum, candidates, c, firstCut);
      if (outcome === 'whole') {
        this.patterns[stage][group] = candidates[c];
        return from;
      }
      if (outcome === 'part') {
        this.geometry.swap();
        claims.cut();
        this.wait(stage, group, candidates[c], from, to);
        claims.depth = depth;
      }
    }
    claims.newCuts(pairsOf(maximum));
    return -1;
  }

  /** By the only two arguments that may be the greatest; or one is. */
  private cutByPair(maximum: Maximum, count: number, from: number, to: number): number {
    const { maxima, claims } = this;
    const { stage, group } = maximum;
    const pattern = this.patterns[stage];
    const first = maxima.candidates[0];
    const second = maxima.candidates[1];
    const found = count === 1 ? POSITIVE : maxima.compare(maximum, first, second);
    if (found !== BOTH) {
      pattern[group] = found === NEGATIVE ? second : first;
      return from;
    }
    const cut = claims.newCuts(pairsOf(maximum)) + cutOf(first, second);
    claims.cut();
    // The argument that is chosen already comes first, because it needs fewer updates; in common parts the later one.
    const keepsFirst = claims.isOwn && pattern[group] === first;
    this.geometry.split(keepsFirst, cut);
    this.wait(stage, group, keepsFirst ? second : first, from, to);
    pattern[group] = keepsFirst ? first : second;
    return from;
  }
}

/** Numbers for the cut of each pair of arguments, whether they are greatest anywhere or not. */
function pairsOf({ step, group }: Maximum): number {
  const size = step.start[group + 1] - step.start[group];
  return (size * (size - 1)) / 2;
}
