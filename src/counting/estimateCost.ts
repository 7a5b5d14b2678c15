import type { CountHooks, CountMethod, CountRequest } from './count.ts';
import { countPart, isShareable } from './countRegions.ts';
import { SampledShare } from './walk/sampledShare.ts';
import { secondsOfCones } from './coneCost.ts';
import { isByCones, programOf, sliceFor, walksOf, type WalkRequest } from './walkedProgram.ts';

/** What a count will take. */
export interface CountCost {
  /** On one thread of this machine; null where the pilot did not get far enough to tell. */
  readonly seconds: number | null;
  /** The pilot came to the end: this is what the count took, not an estimate. */
  readonly isMeasured: boolean;
  /** What it took to find out. */
  readonly pilotSeconds: number;
}

/** How far a count is. */
interface Report {
  readonly seconds: number;
  /** Share of the domain, 0 to 1. */
  readonly done: number;
  readonly regions: number;
}

/** What is counted cell by cell. */
const DRAWN_METHODS: ReadonlySet<CountMethod> = new Set(['plane', 'cells']);
/** The smallest share of a domain that says something of the rest. */
const MIN_SHARE = 1e-4;
/** A pilot that has nothing to tell after its time may take this many times as long. */
const PATIENCE = 4;

/** Cuts down to the parts of which some are drawn: up to 1024. */
const DRAWN_DEPTH = 10;
/** With what probability a part is drawn first, and by which factor it grows at most. */
const FIRST_PROBABILITY = 2 ** -7;
const GROWTH = 4;

interface Budget {
  readonly seconds: number;
  /** Regions that are expected, where it is known. */
  readonly expected: number | null;
}

/**
 * Counts for about `seconds`, and extrapolates: to the number of regions that are expected, where it is known, or that
 * parts have that are drawn at random; where neither is possible, from the share of the domain that is done. Errors:
 * as `count`.
 */
export function estimateCost(request: CountRequest, { seconds, expected }: Budget, hooks: CountHooks = {}): CountCost {
  const walks = walksOf(request);
  // Nothing is expected of a walk that finds linear regions alone.
  const costs = walks.map((walk) =>
    costOfWalk(walk, { seconds: seconds / walks.length, expected: walk.isFused ? null : expected }, hooks),
  );
  return {
    seconds: costs.reduce<number | null>((sum, cost) => plus(sum, cost.seconds), 0),
    isMeasured: costs.every((cost) => cost.isMeasured),
    pilotSeconds: costs.reduce((sum, cost) => sum + cost.pilotSeconds, 0),
  };
}

function plus(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other;
}

function costOfWalk(request: WalkRequest, budget: Budget, hooks: CountHooks): CountCost {
  const start = performance.now();
  const pilot = runPilot(request, budget, hooks);
  if (pilot.isDone) return { seconds: pilot.seconds, isMeasured: true, pilotSeconds: pilot.seconds };
  if (isByCones(request)) return costOfCones(request, budget.seconds, start, hooks);
  const { seconds, done, regions } = pilot.last;
  const isDrawn = budget.expected === null && DRAWN_METHODS.has(request.method) && isShareable(request);
  const all = isDrawn ? regionsByParts(request, budget.seconds, hooks) : budget.expected;
  const share = all === null ? done : Math.min(1, regions / all);
  // Regions of a plane are merged on the way; of cells many wait for the end.
  const joining = request.method === 'cells' ? (pilot.seconds - seconds) / share : 0;
  return {
    seconds: share < MIN_SHARE ? null : seconds + ((1 - share) / share) * secondsSoFar(pilot) + joining,
    isMeasured: false,
    pilotSeconds: (performance.now() - start) / 1000,
  };
}

/** What comes first on a side, before it is divided, says nothing of the pace: short stretches do. */
function costOfCones(request: WalkRequest, seconds: number, start: number, hooks: CountHooks): CountCost {
  const program = programOf(request);
  const slice = sliceFor(request.domain, program.inputSize);
  const found = secondsOfCones(program, slice, seconds, () => hooks.stopped?.() === true);
  return { seconds: found, isMeasured: false, pilotSeconds: (performance.now() - start) / 1000 };
}

interface Pilot {
  /** In all. */
  readonly seconds: number;
  readonly isDone: boolean;
  /** Its first report in the second half of the time, and its last one. */
  readonly first: Report;
  readonly last: Report;
}

/** Counts from the start of the domain on. */
function runPilot(request: WalkRequest, { seconds, expected }: Budget, hooks: CountHooks): Pilot {
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  let first: Report | null = null;
  let last: Report = { seconds: 0, done: 0, regions: 0 };
  const progress: CountHooks['progress'] = ({ fraction, regions }) => {
    last = { seconds: elapsed(), done: fraction, regions };
    // What runs for the first time is slower.
    if (last.seconds > seconds / 2) first ??= last;
  };
  const stopped = () => {
    const isEarly = last.done < MIN_SHARE && (expected === null || last.regions < MIN_SHARE * expected);
    return elapsed() > (isEarly ? PATIENCE * seconds : seconds) || hooks.stopped?.() === true;
  };
  const { walked } = countPart({ ...request, joinsPart: request.method === 'cells' }, { progress, stopped });
  return { seconds: elapsed(), isDone: walked.stoppedBy === null, first: first ?? last, last };
}

/** What the regions of a pilot took at its pace between two reports: what was prepared before is not repeated. */
function secondsSoFar({ first, last }: Pilot): number {
  if (last.regions <= first.regions) return last.seconds;
  return ((last.seconds - first.seconds) / (last.regions - first.regions)) * last.regions;
}

/**
 * How many regions there are, estimated in that time from some of the parts, then from more of them.
 * Each is drawn with equal probability, so that the mean of their regions is that of all. Null where none is done.
 */
function regionsByParts(request: WalkRequest, seconds: number, hooks: CountHooks): number | null {
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  const stopped = () => elapsed() > seconds || hooks.stopped?.() === true;
  const walk = (probability: number, seed: number) => {
    const from = elapsed();
    const share = new SampledShare(DRAWN_DEPTH, probability, seed);
    const { walked } = countPart({ ...request, linear: false, keepRegions: false }, { stopped }, share);
    return { share, regions: walked.cells.at(-1) ?? 0, isDone: walked.stoppedBy === null, seconds: elapsed() - from };
  };
  let [regions, drawn, parts] = [0, 0, 0];
  let probability = FIRST_PROBABILITY;
  for (let seed = 1; !stopped(); seed++) {
    const round = walk(probability, seed);
    if (!round.isDone) break;
    parts = round.share.parts;
    regions += round.regions;
    drawn += round.share.drawn;
    const left = seconds - elapsed();
    if (probability === 1 || left < round.seconds / 2) break;
    probability = Math.min(1, probability * Math.min(GROWTH, Math.max(1, left / round.seconds / 2)));
  }
  return drawn === 0 ? null : (parts * regions) / drawn;
}
