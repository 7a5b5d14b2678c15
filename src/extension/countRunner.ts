import { availableParallelism } from 'node:os';
import * as vscode from 'vscode';
import type { CountChoice } from '../analysis/countPlan.ts';
import type { CountProgress } from '../counting/count.ts';
import type { RegionDescription } from '../counting/describe.ts';
import type { CountSettings } from '../protocol/runs.ts';
import type { CountOutcome, TaskNetwork } from '../protocol/pool.ts';
import { CountPool } from '../worker/countPool.ts';

export interface RunListener {
  counted(outcome: CountOutcome): void;
  progress(done: number, progress: CountProgress): void;
}

/** Counts networks on worker threads; the extension host only waits. */
export class CountRunner implements vscode.Disposable {
  private pool: CountPool | undefined;

  constructor(private readonly extension: vscode.ExtensionContext) {}

  /** Resolves when all seeds are counted or the signal is aborted; rejects with a sentence when one fails. */
  async run(network: TaskNetwork, settings: CountSettings, listener: RunListener, signal: AbortSignal): Promise<void> {
    const seeds = seedsOf(settings);
    const pool = this.workers(settings.workers);
    let next = 0;
    let done = 0;
    const lane = async (): Promise<void> => {
      while (next < seeds.length && !signal.aborted) {
        const choice = choiceOf(settings, seeds[next++], false);
        const progress = (progress: CountProgress) => listener.progress(done, progress);
        const outcome = await pool.run({ ...network, choice, runs: 1 }, { signal, progress });
        done++;
        listener.counted(outcome);
        listener.progress(done, { regions: outcome.result.activationRegions, fraction: 0 });
      }
    };
    const threads = settings.workers > 0 ? settings.workers : defaultWorkers();
    const results = await Promise.allSettled(Array.from({ length: Math.min(threads, seeds.length) }, lane));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure && !signal.aborted) throw failure.reason;
  }

  /** The regions of one network in a window, or its pieces along a line. */
  draw(
    network: TaskNetwork,
    settings: CountSettings,
    seed: number,
    window: CountChoice['window'],
    signal: AbortSignal,
  ): Promise<CountOutcome> {
    const choice = { ...choiceOf(settings, seed, true), window };
    return this.workers(0).run({ ...network, choice, runs: 1 }, { signal });
  }

  /** The pattern and the affine map at a point of the plane. */
  describe(
    network: TaskNetwork,
    settings: CountSettings,
    seed: number,
    at: readonly number[],
  ): Promise<RegionDescription> {
    // prettier-ignore
    return this.workers(0).run({ kind: 'region', ...network, choice: choiceOf(settings, seed, false), at });
  }

  private workers(atLeast: number): CountPool {
    this.pool ??= new CountPool(this.extension.asAbsolutePath('dist/worker.js'), defaultWorkers());
    this.pool.grow(atLeast);
    return this.pool;
  }

  async dispose(): Promise<void> {
    await this.pool?.dispose();
  }
}

/** Weights of a file are one network. */
export function seedsOf({ fileWeights, seeds, firstSeed }: CountSettings): number[] {
  return Array.from({ length: fileWeights ? 1 : seeds }, (_, i) => firstSeed + i);
}

function defaultWorkers(): number {
  const wanted = vscode.workspace.getConfiguration('regionLens').get('count.workers', 0);
  return wanted > 0 ? wanted : Math.max(1, availableParallelism() - 1);
}

function choiceOf(settings: CountSettings, seed: number, keepRegions: boolean): CountChoice {
  const { method, fileWeights, lower, upper, points, kernel, biasStddev } = settings;
  const configuration = vscode.workspace.getConfiguration('regionLens');
  return {
    method,
    seed,
    fileWeights,
    initialization: {
      ...(kernel !== null && { kernel: kernel as 'he_normal' }),
      ...(biasStddev !== null && { biasStddev }),
    },
    box: { lower, upper },
    through: points?.points,
    linear: false,
    keepRegions,
    limits: {
      regions: keepRegions ? MOST_DRAWN : configuration.get('count.regionLimit', 5_000_000),
      seconds: configuration.get('count.timeLimitSeconds', 60),
    },
  };
}

/** A picture of more regions holds more memory than it shows. */
const MOST_DRAWN = 1_500_000;
