import { sourcesOf } from '../../protocol/countSources.ts';
import type { WeightsSource } from '../../common/weightsSource.ts';
import * as vscode from 'vscode';
import type { CountChoice } from '../../analysis/counts/countPlan.ts';
import type { SnapshotResult } from '../../analysis/training/snapshotFigures.ts';
import type { TrainingChoice } from '../../analysis/training/trainingPlaces.ts';
import { boxOf, type PlaneWindow } from '../../common/place.ts';
import type { RegionDescription } from '../../counting/regions/describeRegion.ts';
import type { Experiment } from '../../counting/experiments/measure.ts';
import type { CountSettings, RunProgress } from '../../protocol/runs.ts';
import type { CountOutcome, RunOutcome, TaskNetwork } from '../../protocol/pool.ts';
import { countSnapshot } from '../../worker/snapshotCount.ts';
import type { JobProgress } from '../../worker/job.ts';
import type { Counts, ExtensionHost } from '../host.ts';
import { RunClock } from './runClock.ts';

export interface RunListener {
  counted(outcome: Counted): void;
  progress(progress: RunProgress): void;
}

/** What is shown of one network that was counted. */
export interface Counted {
  readonly source: WeightsSource;
  readonly result: Pick<CountOutcome['result'], 'exact' | 'activationRegions' | 'perLayer' | 'seconds' | 'sampling'>;
  readonly atMost?: CountOutcome['atMost'];
}

/** Counts networks outside of the extension host, which only waits. */
export class CountRunner implements vscode.Disposable {
  private pool: Counts | undefined;

  constructor(private readonly host: ExtensionHost) {}

  /** Resolves when all seeds are counted or the signal is aborted; rejects with a sentence when one fails. */
  async run(network: TaskNetwork, settings: CountSettings, listener: RunListener, signal: AbortSignal): Promise<void> {
    const sources = sourcesOf(settings);
    const pool = this.workers(settings.workers);
    const clock = new RunClock(sources.length);
    let next = 0;
    let hasFailed = false;
    const lane = async (): Promise<void> => {
      while (next < sources.length && !signal.aborted && !hasFailed) {
        const source = sources[next++];
        const progress = (latest: JobProgress) => listener.progress(clock.lastReported(source, latest));
        const task = { ...network, choice: choiceOf(settings, source, false), runs: 1 };
        const outcome = await pool.run(task, { signal, progress }).catch((error: unknown) => {
          // What one network of the run failed of, the others would fail of too.
          hasFailed = true;
          throw error;
        });
        const { activationRegions } = outcome.result;
        listener.counted(outcome);
        listener.progress(clock.finished(source, activationRegions));
      }
    };
    const threads = settings.workers > 0 ? settings.workers : this.defaultWorkers();
    const results = await Promise.allSettled(Array.from({ length: Math.min(threads, sources.length) }, lane));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure && !signal.aborted) throw failure.reason;
  }

  /** One network, counted. */
  count(
    network: TaskNetwork,
    settings: CountSettings,
    source: WeightsSource,
    signal: AbortSignal,
  ): Promise<CountOutcome> {
    const choice = choiceOf(settings, source, false);
    return this.workers(0).run({ ...network, choice, runs: 1 }, { signal });
  }

  /** The regions of one network in a window, or its pieces along a line. */
  draw(
    network: TaskNetwork,
    settings: CountSettings,
    source: WeightsSource,
    window: PlaneWindow | undefined,
    signal: AbortSignal,
    level?: number,
  ): Promise<CountOutcome> {
    const choice = { ...choiceOf(settings, source, true), window, level };
    return this.workers(0).run({ ...network, choice, runs: 1 }, { signal });
  }

  /** Seconds that a count of one network takes on one thread; null where a pilot does not tell. */
  async cost(
    network: TaskNetwork,
    settings: CountSettings,
    source: WeightsSource,
    signal: AbortSignal,
  ): Promise<number | null> {
    const choice = choiceOf(settings, source, false);
    return (await this.workers(0).run({ kind: 'cost', ...network, choice }, { signal })).cost.seconds;
  }

  /** How far random points of the box are from the nearest boundary: as many as the time allows. */
  async distances(
    network: TaskNetwork,
    settings: CountSettings,
    source: WeightsSource,
    seconds: number,
    signal: AbortSignal,
  ): Promise<Experiment> {
    const { initialization } = choiceOf(settings, source, false);
    const choice = {
      source,
      placesSeed: source.seed,
      initialization,
      box: boxOf(settings.place),
      chords: 0,
      points: MEASURED_POINTS,
    };
    return (await this.workers(0).run({ kind: 'measure', ...network, choice, seconds }, { signal })).measured;
  }

  /** The pattern and the affine map at a point of the plane. */
  describe(
    network: TaskNetwork,
    settings: CountSettings,
    source: WeightsSource,
    at: readonly number[],
  ): Promise<RegionDescription> {
    return this.workers(0).run({ kind: 'region', ...network, choice: choiceOf(settings, source, false), at });
  }

  /** A network with the weights of one snapshot of its training. */
  snapshot(
    network: TaskNetwork,
    settings: CountSettings,
    source: WeightsSource,
    training: TrainingChoice,
    signal: AbortSignal,
  ): Promise<SnapshotResult> {
    const count = choiceOf(settings, source, false);
    return countSnapshot(this.workers(0), network, { count, training }, { signal });
  }

  /** What all snapshots of a run have in common. */
  runFacts(network: TaskNetwork, choice: TrainingChoice, signal: AbortSignal): Promise<RunOutcome> {
    return this.workers(0).run({ kind: 'run', ...network, choice }, { signal });
  }

  /** What there is to say of the weights of a file: those that fit no layer, those that none has. */
  async weightRemarks(network: TaskNetwork): Promise<readonly string[]> {
    return (await this.workers(0).run({ kind: 'weights', ...network })).remarks;
  }

  /** The network in a binary file, as text in the native format. */
  async modelText(fileName: string, file: string): Promise<string> {
    const weights = { file, isModel: true };
    return (await this.workers(0).run({ kind: 'model', text: '', fileName, network: 0, weights })).text;
  }

  private workers(atLeast: number): Counts {
    this.pool ??= this.host.openCounts(this.defaultWorkers());
    this.pool.grow(atLeast);
    return this.pool;
  }

  private defaultWorkers(): number {
    const wanted = vscode.workspace.getConfiguration('regionLens').get('count.workers', 0);
    return wanted > 0 ? wanted : Math.max(1, this.host.parallelism - 1);
  }

  async dispose(): Promise<void> {
    await this.pool?.dispose();
  }
}

function choiceOf(settings: CountSettings, source: WeightsSource, keepRegions: boolean): CountChoice {
  const { method, place, samples, kernel, biasStddev } = settings;
  const configuration = vscode.workspace.getConfiguration('regionLens');
  return {
    method,
    source,
    initialization: {
      ...(kernel !== null && { kernel }),
      ...(biasStddev !== null && { biasStddev }),
    },
    place,
    samples,
    linear: false,
    keepRegions,
    limits: {
      regions: keepRegions ? MAX_DRAWN : configuration.get('count.regionLimit', 5_000_000),
      seconds: configuration.get('count.timeLimitSeconds', 60),
    },
  };
}

/** Enough for a histogram. */
const MEASURED_POINTS = 2000;

/** A picture of more regions holds more memory than it shows. */
const MAX_DRAWN = 1_500_000;
