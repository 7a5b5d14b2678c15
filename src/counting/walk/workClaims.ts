import { COMMON_CUTS, type WorkShare } from './sharedCount.ts';

/** The depth of a part that belongs to this thread. */
const OWN = -1;

/** Decides which parts of the domain this thread counts: all, or in a shared count those that it claims. */
export class WorkClaims {
  /** Cuts between the current part and those that threads claim; 0 for one of these, `OWN` below. */
  depth: number;
  /** How many parts were met that threads claim. */
  private claimable = 0;
  private commonCuts = 0;
  private ownCuts = COMMON_CUTS;
  /**
   * Share of the domain in claimed parts that are done, and what was left of all when the last one was claimed (or 0).
   */
  private shareDone = 0;
  private leftAtClaim = 0;

  /**
   * `remaining` returns the share of the domain that is left, including the current part. `depth`: cuts down to the
   * parts that are claimed.
   */
  constructor(
    private readonly share: WorkShare | undefined,
    private readonly remaining: () => number,
    depth = share?.depth ?? OWN,
  ) {
    this.depth = depth;
  }

  /** The number of the part that was met last among those that threads claim. */
  get part(): number {
    return this.claimable - 1;
  }

  /** This thread has claimed the current part, or works alone. */
  get isOwn(): boolean {
    return this.depth === OWN;
  }

  /** All threads walk the current part. */
  get isCommon(): boolean {
    return this.depth > 0;
  }

  /** False if the current part belongs to another thread. If no thread has it yet, this one claims it. */
  claimPart(): boolean {
    if (this.depth !== 0) return true;
    if (!this.share?.claim(this.claimable++)) return false;
    this.depth = OWN;
    this.leftAtClaim = this.remaining();
    return true;
  }

  /** From here on the current part belongs to one thread, however few cuts led to it. */
  stopDividing(): void {
    if (this.depth > 0) this.depth = 0;
  }

  /** The current part was cut. */
  cut(): void {
    if (this.depth > 0) this.depth--;
  }

  /** Continues in a part at this depth. */
  resume(depth: number): void {
    this.depth = depth;
    if (depth >= 0) this.end(this.share ? this.remaining() : 0);
  }

  /** The part claimed last is done; this share of the domain is left. */
  end(left: number): void {
    if (this.leftAtClaim > 0) this.shareDone += this.leftAtClaim - left;
    this.leftAtClaim = 0;
  }

  /** Numbers the next `count` cuts; returns the first. Those that all threads make have the same numbers in each. */
  newCuts(count: number): number {
    const first = 1 + (this.depth > 0 ? this.commonCuts : this.ownCuts);
    if (this.depth > 0) this.commonCuts += count;
    else this.ownCuts += count;
    return first;
  }

  /** Share of the domain done: here, or in parts that this thread claimed. */
  done(): number {
    if (!this.share) return 1 - this.remaining();
    return this.shareDone + (this.leftAtClaim > 0 ? this.leftAtClaim - this.remaining() : 0);
  }
}
