import { remaining } from './limits.ts';
import { RepeatedShare } from './repeatedShare.ts';
import type { WalkOptions, WalkResult } from './walkOptions.ts';

/** The share of two walks, each of which is taken for half of the work; the first one finds the regions. */
class ShareInTurn extends RepeatedShare {
  private isSecond = false;
  private regions = 0;
  private done = 0;

  startSecond(): void {
    this.isSecond = true;
  }

  override reportRegions(regions: number): number {
    if (!this.isSecond) this.regions = regions;
    return super.reportRegions(this.regions);
  }

  override reportShare(share: number): void {
    if (!this.isSecond) this.done = share;
    super.reportShare((this.done + (this.isSecond ? share : 0)) / 2);
  }
}

/**
 * Walks one program after another within the same limits, unless the first walk is stopped. The result is that of the
 * second one with the cells of the first.
 */
export function walksInTurn<First extends { readonly walked: WalkResult }, Second extends First>(
  { limits, hooks, ...walking }: WalkOptions,
  first: (options: WalkOptions) => First,
  second: (options: WalkOptions) => Second,
): First | Second {
  const share = walking.share && new ShareInTurn(walking.share);
  const start = performance.now();
  const report = (regions: number, fraction: number, cells: readonly number[]) => {
    hooks?.progress?.(regions, share ? fraction : fraction / 2, cells);
  };
  const found = first({ ...walking, limits, share, hooks: { ...hooks, progress: report } });
  const { cells, common, stoppedBy } = found.walked;
  if (stoppedBy !== null) return found;
  share?.startSecond();
  const all = cells.map((count, stage) => count + (share && !share.isLeader ? 0 : (common?.[stage] ?? 0)));
  const reportMore = (regions: number, fraction: number) => {
    hooks?.progress?.(share ? regions : all[all.length - 1], share ? fraction : (1 + fraction) / 2, all);
  };
  const left = { ...remaining(limits, start), regions: undefined };
  const more = second({ ...walking, limits: left, share, hooks: { ...hooks, progress: reportMore } });
  return { ...more, walked: { ...found.walked, stoppedBy: more.walked.stoppedBy } };
}
