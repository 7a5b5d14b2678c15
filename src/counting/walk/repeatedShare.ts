import type { StopReason, WorkShare } from './sharedCount.ts';

/** The share of a walk that may be made again: it claims the same parts then, and others from there on. */
export class RepeatedShare implements WorkShare {
  private readonly claims: boolean[] = [];

  /** Calls `claimed` when a part is counted here. */
  constructor(
    private readonly share: WorkShare,
    private readonly claimed?: () => void,
  ) {}

  get depth(): number {
    return this.share.depth;
  }

  claim(index: number): boolean {
    const isClaimed = (this.claims[index] ??= this.share.claim(index));
    if (isClaimed) this.claimed?.();
    return isClaimed;
  }

  get isLeader(): boolean {
    return this.share.isLeader;
  }

  reportRegions(regions: number): number {
    return this.share.reportRegions(regions);
  }

  reportHeld(bytes: number): number {
    return this.share.reportHeld(bytes);
  }

  reportShare(share: number): void {
    this.share.reportShare(share);
  }

  get shareDone(): number {
    return this.share.shareDone;
  }

  stop(reason: StopReason): void {
    this.share.stop(reason);
  }

  get stoppedBy(): StopReason | null {
    return this.share.stoppedBy;
  }

  refuse(): void {
    this.share.refuse();
  }

  get isRefused(): boolean {
    return this.share.isRefused;
  }
}
