import { COMMON_CUTS, type SharedCount } from './sharedCount.ts';

/** Depth of a part that is this thread's own. */
const OWN = -1;

/** Which parts of the domain are this thread's: all, or in a count that threads share those that it claims. */
export class WorkClaims {
  /** Cuts between the part at hand and those that threads claim; 0 for one of these, `OWN` below. */
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

  /** `remaining` tells what is left of the domain, the part at hand included. */
  constructor(
    private readonly share: SharedCount | undefined,
    private readonly remaining: () => number,
  ) {
    this.depth = share?.depth ?? OWN;
  }

  /** The part at hand was claimed by this thread, or nobody else is there. */
  get isOwn(): boolean {
    return this.depth === OWN;
  }

  /** All threads meet the part at hand. */
  get isCommon(): boolean {
    return this.depth > 0;
  }

  /** False where the part at hand is another thread's. Where it is neither's yet, this thread claims it. */
  claimPart(): boolean {
    if (this.depth !== 0) return true;
    if (!this.share?.claim(this.claimable++)) return false;
    this.depth = OWN;
    this.leftAtClaim = this.remaining();
    return true;
  }

  /** The part at hand is one thread's, however few cuts led to it. */
  stopDividing(): void {
    if (this.depth > 0) this.depth = 0;
  }

  /** The part at hand was cut. */
  cut(): void {
    if (this.depth > 0) this.depth--;
  }

  /** Goes on in a part at this depth. */
  resume(depth: number): void {
    this.depth = depth;
    if (depth >= 0) this.end(this.share ? this.remaining() : 0);
  }

  /** The part that was claimed last is done, with so much of the domain left. */
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
