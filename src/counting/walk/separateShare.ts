import type { StopReason, WorkShare } from './sharedCount.ts';

/** The share of one who knows nothing of what others do. */
export abstract class SeparateShare implements WorkShare {
  shareDone = 0;
  stoppedBy: StopReason | null = null;
  isRefused = false;
  abstract readonly depth: number;
  abstract readonly isLeader: boolean;

  abstract claim(index: number): boolean;

  reportRegions(regions: number): number {
    return regions;
  }

  reportHeld(bytes: number): number {
    return bytes;
  }

  reportShare(share: number): void {
    this.shareDone = share;
  }

  stop(reason: StopReason): void {
    this.stoppedBy ??= reason;
  }

  refuse(): void {
    this.isRefused = true;
  }
}
