import { sourceId, type WeightsSource } from '../../common/weightsSource.ts';
import type { RunProgress } from '../../protocol/runs.ts';
import type { JobProgress } from '../../worker/job.ts';

/** Below this share of the work, what it took so far tells nothing of the rest. */
const MIN_SHARE = 0.02;

/** How far a run of several networks is, from what each of those at work tells. */
export class RunClock {
  private readonly fractions = new Map<string, number>();
  private readonly began = performance.now();
  private done = 0;

  constructor(private readonly of: number) {}

  lastReported(source: WeightsSource, { regions, fraction, secondsLeft }: JobProgress): RunProgress {
    this.fractions.set(sourceId(source), fraction);
    // A single network knows better: its threads tell how the work goes on.
    return this.progress(regions, this.of === 1 ? secondsLeft : undefined);
  }

  finished(source: WeightsSource, regions: number): RunProgress {
    this.fractions.delete(sourceId(source));
    this.done++;
    return this.progress(regions);
  }

  private progress(regions: number, known?: number | null): RunProgress {
    const { done, of } = this;
    const share = Math.min(1, [...this.fractions.values()].reduce((sum, part) => sum + part, done) / of);
    const seconds = (performance.now() - this.began) / 1000;
    const secondsLeft = share < MIN_SHARE ? null : (seconds * (1 - share)) / share;
    return { done, of, regions, share, secondsLeft: known === undefined ? secondsLeft : known, parts: null };
  }
}
