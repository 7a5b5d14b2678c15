import { SIDES } from './cones.ts';
import { sideOf, stretchOf, type Slice } from './geometry/slice.ts';
import { countLinePart } from './lines/lineCount.ts';
import { joinLine } from './lines/lineParts.ts';
import type { Program } from './program/program.ts';
import { SharedCount } from './walk/sharedCount.ts';

/** Shares of each side that are counted in turn: the first round warms up. */
const SHARES = [2 ** -10, 2 ** -10, 2 ** -8, 2 ** -6, 2 ** -4, 2 ** -2];
/** Until a round has told something, it may take this many times as long. */
const PATIENCE = 4;
/** Where the stretches of a side lie: at multiples of the golden ratio, without what is whole. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

interface Round {
  /** Of all sides. */
  readonly share: number;
  readonly seconds: number;
}

/**
 * How long it takes to count the cones of a plane along its sides, in seconds: a stretch of each side is counted, then
 * longer ones, for about as long as `seconds`. What the last round took longer than the one before is what its further
 * share took; what is prepared on a stretch of any length is in both. Null where nothing was counted.
 */
export function secondsOfCones(program: Program, slice: Slice, seconds: number, stopped: () => boolean): number | null {
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  const rounds: Round[] = [];
  const mustStop = () => elapsed() > (rounds.length === 0 ? PATIENCE : 1) * seconds || stopped();
  for (const [turn, share] of SHARES.entries()) {
    const from = elapsed();
    const isWhole = SIDES.every(({ fixed, at }, k) => {
      const side = mustStop() ? null : sideOf(slice, fixed, at);
      const first = ((GOLDEN * (turn * SIDES.length + k + 1)) % 1) * (1 - share);
      return side !== null && countStretch(program, stretchOf(side, first, share), mustStop);
    });
    if (!isWhole) break;
    if (turn > 0) rounds.push({ share, seconds: elapsed() - from });
  }
  return extrapolated(rounds);
}

/** False where it was stopped, or cannot be counted layer by layer. */
function countStretch(program: Program, slice: Slice, stopped: () => boolean): boolean {
  const place = { whole: program, program, slice, places: null };
  const watched = { limits: {}, hooks: { stopped }, share: SharedCount.alone() };
  const found = countLinePart(program, slice, { ...watched, linear: true, draws: false }, place);
  if (!found || found.walked.stoppedBy !== null) return false;
  joinLine(() => place, [found.part], true);
  return true;
}

function extrapolated(rounds: readonly Round[]): number | null {
  const [last, before] = [rounds.at(-1), rounds.at(-2)];
  if (!last) return null;
  const pace = before ? (last.seconds - before.seconds) / (last.share - before.share) : last.seconds / last.share;
  return last.seconds + Math.max(0, pace) * (1 - last.share);
}
