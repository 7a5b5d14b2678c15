import { availableParallelism } from 'node:os';
import * as vscode from 'vscode';
import type { CountProgress } from '../counting/count.ts';
import type { CountOutcome, CountTask, WeightsPlace } from '../protocol/pool.ts';
import { CountPool } from '../worker/countPool.ts';

export interface SeedsRun {
  readonly text: string;
  readonly fileName: string;
  readonly network: number;
  readonly imports: Readonly<Record<string, string>>;
  /** Where the weights are that `fileWeights` asks for, if not in the text. */
  readonly weights: WeightsPlace | null;
  readonly choice: Omit<CountTask['choice'], 'seed' | 'keepRegions' | 'limits' | 'linear'>;
  readonly seeds: readonly number[];
  /** Return the polygons of the first seed, for the picture. */
  readonly picture: boolean;
}

export interface RunListener {
  counted(outcome: CountOutcome): void;
  progress(done: number, progress: CountProgress): void;
}

/** Counts networks for several seeds on worker threads; the extension host only waits. */
export class CountRunner implements vscode.Disposable {
  private pool: CountPool | undefined;

  constructor(private readonly extension: vscode.ExtensionContext) {}

  /** Resolves when all seeds are counted or the signal is aborted; rejects with a sentence when one fails. */
  async run(run: SeedsRun, listener: RunListener, signal: AbortSignal): Promise<void> {
    const pool = this.workers();
    const configuration = vscode.workspace.getConfiguration('regionLens');
    const limits = {
      regions: configuration.get('count.regionLimit', 5_000_000),
      seconds: configuration.get('count.timeLimitSeconds', 60),
    };
    let done = 0;
    const counts = run.seeds.map(async (seed, i) => {
      const choice = { ...run.choice, seed, linear: false, keepRegions: run.picture && i === 0, limits };
      const { text, fileName, network, imports } = run;
      const outcome = await pool.run(
        { text, fileName, network, imports, choice, runs: 1, weights: run.weights ?? undefined },
        { signal, progress: (progress) => listener.progress(done, progress) },
      );
      done++;
      listener.counted(outcome);
      listener.progress(done, { regions: outcome.result.activationRegions, fraction: 0 });
    });
    const results = await Promise.allSettled(counts);
    const failure = results.find((result) => result.status === 'rejected');
    if (failure && !signal.aborted) throw failure.reason;
  }

  private workers(): CountPool {
    const wanted = vscode.workspace.getConfiguration('regionLens').get('count.workers', 0);
    const size = wanted > 0 ? wanted : Math.max(1, availableParallelism() - 1);
    this.pool ??= new CountPool(this.extension.asAbsolutePath('dist/worker.js'), size);
    return this.pool;
  }

  async dispose(): Promise<void> {
    await this.pool?.dispose();
  }
}
