import type { CountResult } from '../count.ts';

export type StopReason = NonNullable<CountResult['stoppedBy']>;

/** Encoded by their index in shared memory; 0 means that nothing stops the count. */
const REASONS: readonly StopReason[] = ['request', 'regions', 'seconds', 'memory'];
/** Cuts that all threads of a shared count make have smaller numbers, the same in each of them. */
export const COMMON_CUTS = 2 ** 40;
export const MAX_THREADS = 128;
/** In place of the number of the next part. */
const REFUSED = -1;
const HEAD = 2;
const NUMBERS_FROM = 8 * Math.ceil((4 * (HEAD + MAX_THREADS)) / 8);
/** Regions, shares and bytes of each thread. */
const BYTES = NUMBERS_FROM + 3 * 8 * MAX_THREADS;
/** Parts per thread: enough that no thread waits long for the last one. */
const PARTS_PER_THREAD = 64;

/** Who counts which parts of the domain, as one of those who share a count sees it. */
export interface WorkShare {
  /** Cuts down to the parts that are claimed. */
  readonly depth: number;
  /** True if part `index` is counted here. Asked from 0 on, in the same order by all. */
  claim(index: number): boolean;
  /** True for the one that reports the results common to all. */
  readonly isLeader: boolean;
  /** Reports the number of regions found here; returns the number found by all. */
  reportRegions(regions: number): number;
  /** Reports the bytes held here; returns those held by all. */
  reportHeld(bytes: number): number;
  /** Reports the share of the domain that is done here. */
  reportShare(share: number): void;
  /** Of all. */
  readonly shareDone: number;
  /** Ends the count for all. */
  stop(reason: StopReason): void;
  readonly stoppedBy: StopReason | null;
  /** Ends the count for all, since it cannot be made like this. */
  refuse(): void;
  readonly isRefused: boolean;
}

/**
 * One count divided among threads. Each walks the same tree of parts down to `depth` cuts, in the same order; a part at
 * that depth belongs to the thread that claims it first, and the others skip it. The state of several threads is in
 * shared memory.
 */
export class SharedCount implements WorkShare {
  readonly depth: number;
  private readonly words: Int32Array;
  private readonly regions: Float64Array;
  private readonly shares: Float64Array;
  private readonly held: Float64Array;

  constructor(
    readonly memory: SharedArrayBuffer | ArrayBuffer,
    private readonly thread: number,
    private readonly threads: number,
  ) {
    this.depth = Math.ceil(Math.log2(PARTS_PER_THREAD * threads));
    this.words = new Int32Array(memory, 0, HEAD + MAX_THREADS);
    this.regions = new Float64Array(memory, NUMBERS_FROM, MAX_THREADS);
    this.shares = new Float64Array(memory, NUMBERS_FROM + 8 * MAX_THREADS, MAX_THREADS);
    this.held = new Float64Array(memory, NUMBERS_FROM + 16 * MAX_THREADS, MAX_THREADS);
  }

  /** Memory for a count on several threads. */
  static sharedMemory(): SharedArrayBuffer {
    return new SharedArrayBuffer(BYTES);
  }

  /** Of a count on one thread, which shares no memory. */
  static alone(): SharedCount {
    return new SharedCount(new ArrayBuffer(BYTES), 0, 1);
  }

  /**
   * True for exactly one of the threads that ask for part `index`, if nothing was claimed out of order: each asks from
   * 0 on.
   */
  claim(index: number): boolean {
    if (Atomics.compareExchange(this.words, 1, index, index + 1) !== index) return false;
    Atomics.add(this.words, HEAD + this.thread, 1);
    return true;
  }

  /** True in the thread that reports the results common to all threads. */
  get isLeader(): boolean {
    return this.thread === 0;
  }

  /** True when thread `thread` has claimed a part. */
  hasClaimed(thread: number): boolean {
    return Atomics.load(this.words, HEAD + thread) > 0;
  }

  get othersClaimed(): boolean {
    return this.words.some((_, k) => k >= HEAD && k !== HEAD + this.thread && this.hasClaimed(k - HEAD));
  }

  /** Reports the number of regions in this thread; returns the number in all threads. */
  reportRegions(regions: number): number {
    return this.report(this.regions, regions);
  }

  /** Reports the bytes that this thread holds; returns those of all threads. */
  reportHeld(bytes: number): number {
    return this.report(this.held, bytes);
  }

  private report(ofThreads: Float64Array, own: number): number {
    ofThreads[this.thread] = own;
    let sum = 0;
    for (let thread = 0; thread < this.threads; thread++) sum += ofThreads[thread];
    return sum;
  }

  /** Reports the share of the domain that this thread has done. */
  reportShare(share: number): void {
    this.shares[this.thread] = share;
  }

  /** Of all threads. */
  get shareDone(): number {
    return this.shares.reduce((sum, value) => sum + value, 0);
  }

  /** Ends the count in all threads; the first reason is kept. */
  stop(reason: StopReason): void {
    Atomics.compareExchange(this.words, 0, 0, 1 + REASONS.indexOf(reason));
  }

  /** Nothing is claimed any more. */
  refuse(): void {
    Atomics.store(this.words, 1, REFUSED);
  }

  get isRefused(): boolean {
    return Atomics.load(this.words, 1) === REFUSED;
  }

  get stoppedBy(): StopReason | null {
    const word = Atomics.load(this.words, 0);
    return word === 0 ? null : REASONS[word - 1];
  }
}
