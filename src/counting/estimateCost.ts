import type { CountHooks, CountRequest } from './count.ts';
import { countPart } from './countRegions.ts';

/** What a count will take. */
export interface CountCost {
  /** On one thread of this machine; null where the pilot did not get far enough to tell. */
  readonly seconds: number | null;
  /** The pilot came to the end: this is what the count took, not an estimate. */
  readonly isMeasured: boolean;
  /** What the pilot took. */
  readonly pilotSeconds: number;
}

/** How far a count is. */
interface Report {
  readonly seconds: number;
  /** Share of the work, 0 to 1. */
  readonly done: number;
}

/** The smallest share of a domain that says something of the rest. */
const MIN_SHARE = 1e-4;
/** A pilot that has nothing to tell after its time may take this many times as long. */
const PATIENCE = 4;

/**
 * Counts for about `seconds`, and extrapolates: to the number of regions that are expected, where it is known, else
 * from the share of the domain that is done. Errors: as `count`.
 */
export function estimateCost(
  request: CountRequest,
  { seconds, expected }: { readonly seconds: number; readonly expected: number | null },
  hooks: CountHooks = {},
): CountCost {
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  let first: Report | null = null;
  let last: Report = { seconds: 0, done: 0 };
  const progress: CountHooks['progress'] = ({ fraction, regions }) => {
    last = { seconds: elapsed(), done: expected === null ? fraction : Math.min(1, regions / expected) };
    first ??= last;
  };
  const stopped = () => {
    const late = last.done < MIN_SHARE ? PATIENCE * seconds : seconds;
    return elapsed() > late || hooks.stopped?.() === true;
  };
  // Regions of a plane are merged on the way; of cells many wait for the end.
  const isOfCells = request.method === 'cells';
  const { walked } = countPart({ ...request, joinsPart: isOfCells }, { progress, stopped });
  const pilotSeconds = elapsed();
  if (walked.stoppedBy === null) return { seconds: pilotSeconds, isMeasured: true, pilotSeconds };
  const joining = isOfCells ? (pilotSeconds - last.seconds) / last.done : 0;
  return {
    seconds: last.done < MIN_SHARE ? null : extrapolated(first ?? last, last) + joining,
    isMeasured: false,
    pilotSeconds,
  };
}

/** At the pace between two reports; what was prepared before the first is not repeated. */
function extrapolated(first: Report, last: Report): number {
  const { seconds, done } = last;
  const pace = done > first.done ? (seconds - first.seconds) / (done - first.done) : seconds / done;
  return seconds + (1 - done) * pace;
}
