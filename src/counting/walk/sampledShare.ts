import { uniforms } from '../../common/random.ts';
import type { StopReason, WorkShare } from './sharedCount.ts';

/** Some parts of the domain, drawn at random, to tell from them how many regions there are in all. */
export class SampledShare implements WorkShare {
  /** Parts that were met, and how many of them were drawn. */
  parts = 0;
  drawn = 0;
  shareDone = 0;
  stoppedBy: StopReason | null = null;
  isRefused = false;
  /** What all parts have in common is not counted. */
  readonly isLeader = false;
  private readonly uniform: () => number;

  /** Draws each part with this probability. */
  constructor(
    readonly depth: number,
    private readonly probability: number,
    seed: number,
  ) {
    this.uniform = uniforms(seed);
  }

  claim(): boolean {
    this.parts++;
    const isDrawn = this.uniform() < this.probability;
    if (isDrawn) this.drawn++;
    return isDrawn;
  }

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
