import type { CountLimits } from '../count.ts';
import type { WorkShare, StopReason } from './sharedCount.ts';

const CHECK_EVERY_MS = 20;
/** The maximum number of steps between two looks at the clock; fewer if steps are long. */
const STEPS_BETWEEN_CLOCKS = 64;
const LONG_MS = 4;

/** Callbacks and limits of a walk. */
export interface WalkHooks {
  /** With the regions of all threads, the share of the domain done, and this thread's cells after each stage. */
  progress?(regions: number, fraction: number, cells: readonly number[]): void;
  stopped?(): boolean;
}

export interface Watched {
  readonly limits: CountLimits;
  readonly hooks?: WalkHooks;
  /** The other threads at work on this count. */
  readonly share?: WorkShare;
  /** Bytes held by what is kept of each region. */
  readonly held?: () => number;
}

/** What is left of limits for a walk that goes on from another, which began at this time. */
export function remaining(limits: CountLimits, start: number): CountLimits {
  if (limits.seconds === undefined) return limits;
  return { ...limits, seconds: Math.max(0, limits.seconds - (performance.now() - start) / 1000) };
}

function heldByAll(held: number, share: WorkShare | undefined): number {
  return share ? share.reportHeld(held) : held;
}

/** Checks the clock, the limits and requests to stop from time to time. */
export class LimitWatch {
  stoppedBy: StopReason | null = null;
  private readonly start = performance.now();
  private lastClock = this.start;
  private nextCheck = this.start + CHECK_EVERY_MS;
  private steps = 0;
  /** Few at first: a walk may begin where steps are long. */
  private stepsBetweenClocks = 1;

  /** `shareDone` returns the share of the domain that this thread has done, `cells` its cells after each stage. */
  constructor(
    private readonly watched: Watched,
    private readonly shareDone: () => number,
    private readonly cells: () => readonly number[],
  ) {}

  /** Call at each step; true ends the walk. `regions` were found in this thread. */
  mustStop(regions: number): boolean {
    return ++this.steps >= this.stepsBetweenClocks && this.mustStopNow(regions);
  }

  /** As `mustStop`, for steps so long that each looks at the clock. */
  mustStopNow(regions: number): boolean {
    this.steps = 0;
    const { limits, share, hooks, held } = this.watched;
    const found = share ? share.reportRegions(regions) : regions;
    if (limits.regions !== undefined && found >= limits.regions) this.stop('regions');
    const now = performance.now();
    this.pace(now);
    if (now < this.nextCheck) return this.stoppedBy !== null;
    this.nextCheck = now + CHECK_EVERY_MS;
    if (share?.stoppedBy) this.stoppedBy = share.stoppedBy;
    else if (hooks?.stopped?.()) this.stop('request');
    else if (limits.seconds !== undefined && now - this.start > limits.seconds * 1000) this.stop('seconds');
    else if (limits.bytes !== undefined && held && heldByAll(held(), share) > limits.bytes) this.stop('memory');
    hooks?.progress?.(found, Math.min(1, Math.max(0, this.report(regions))), this.cells());
    return this.stoppedBy !== null;
  }

  /** Reports the progress of this thread to the others; returns the share of the domain that all have done. */
  report(regions: number): number {
    const { share } = this.watched;
    if (!share) return this.shareDone();
    share.reportRegions(regions);
    share.reportShare(this.shareDone());
    return share.shareDone;
  }

  private stop(reason: StopReason): void {
    this.stoppedBy ??= reason;
    this.watched.share?.stop(reason);
  }

  /** Fewer steps between looks at the clock where steps are long, so that a request to stop takes effect soon. */
  private pace(now: number): void {
    const took = now - this.lastClock;
    this.lastClock = now;
    if (took > LONG_MS) this.stepsBetweenClocks = Math.max(1, this.stepsBetweenClocks >> 1);
    else if (2 * took < LONG_MS && this.stepsBetweenClocks < STEPS_BETWEEN_CLOCKS) this.stepsBetweenClocks *= 2;
  }
}
