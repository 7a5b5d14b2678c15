import type { CountProgress, CountResult } from '../counting/count.ts';
import type { CountPart } from '../counting/countRegions.ts';
import { SharedCount, type StopReason } from '../counting/walk/sharedCount.ts';
import type { CountOutcome, CountStart, OutcomeOf, WorkerTask } from '../protocol/pool.ts';

export interface JobProgress extends CountProgress {
  /** At the pace so far; null while it is too early to say. */
  readonly secondsLeft: number | null;
}

export interface CountCall {
  readonly signal?: AbortSignal;
  readonly progress?: (progress: JobProgress) => void;
}

/** The smallest share of the work from which its pace is estimated. */
const MIN_FRACTION = 0.005;

/** A task that runs: what its threads have reported, and who waits for the answer. */
export class Job {
  /** Null on one thread: it is asked to stop by a message. */
  readonly memory: SharedArrayBuffer | null;
  readonly share: SharedCount;
  /** Threads that were asked, the lead first. */
  threadsAsked = 0;
  /** Other threads may help. */
  isShareable = false;
  /** The lead is done with its share. */
  isWaiting = false;
  isSettled = false;
  whenSettled?: () => void;
  secondsLeft: number | null = null;
  /** What the other threads found. */
  readonly parts: CountPart[] = [];
  private readonly handedOver = new Set<number>();
  private readonly reported: (readonly number[])[] = [];
  private readonly start = performance.now();
  private begun: CountStart | null = null;

  constructor(
    readonly id: number,
    readonly task: WorkerTask,
    readonly call: CountCall,
    readonly threads: number,
    readonly resolve: (outcome: OutcomeOf<WorkerTask>) => void,
    readonly reject: (error: Error) => void,
  ) {
    this.memory = threads > 1 ? SharedCount.sharedMemory() : null;
    this.share = this.memory ? new SharedCount(this.memory, 0, threads) : SharedCount.alone();
  }

  /** The same from the beginning, on one thread. */
  alone(id: number): Job {
    return new Job(id, this.task, this.call, 1, this.resolve, this.reject);
  }

  begin(start: CountStart): void {
    this.begun = start;
    this.isShareable = start.shareable;
  }

  /** Keeps what thread `thread` has found so far. */
  progressed(thread: number, progress: CountProgress): void {
    if (progress.perLayer) this.reported[thread] = progress.perLayer;
    if (thread > 0) return;
    const { fraction } = progress;
    const seconds = (performance.now() - this.start) / 1000;
    this.secondsLeft = fraction > MIN_FRACTION ? (seconds * (1 - fraction)) / fraction : null;
    if (!this.isSettled) this.call.progress?.({ ...progress, secondsLeft: this.secondsLeft });
  }

  handOver(thread: number, part: CountPart): void {
    this.handedOver.add(thread);
    this.parts.push(part);
  }

  /**
   * True when the lead waits and all parts that were claimed have arrived. A thread without a claim by then
   * gets none.
   */
  get isComplete(): boolean {
    for (let thread = 1; thread < this.threadsAsked; thread++) {
      if (this.share.hasClaimed(thread) && !this.handedOver.has(thread)) return false;
    }
    return this.isWaiting;
  }

  /** The count as the threads last reported it; null if they have reported nothing. */
  soFar(stoppedBy: StopReason): CountOutcome | null {
    const { begun, reported } = this;
    const layers = reported.find((counts) => counts.length > 0)?.length ?? 0;
    if (!begun || layers === 0) return null;
    const perLayer = Array.from({ length: layers }, (_, layer) =>
      reported.reduce((sum, counts) => sum + counts[layer], 0),
    );
    const result: CountResult = {
      method: begun.method,
      exact: false,
      stoppedBy,
      activationRegions: perLayer[layers - 1],
      linearRegions: null,
      perLayer,
      seconds: (performance.now() - this.start) / 1000,
      regions: null,
      line: null,
    };
    return { result, domain: begun.domain, source: begun.source };
  }
}
