import { readFile } from 'node:fs/promises';
import type { CountChoice } from '../../analysis/counts/countPlan.ts';
import type { Snapshot } from '../../analysis/training/snapshots.ts';
import { expectedFigures, expectedPerNeuron, type SnapshotResult } from '../../analysis/training/snapshotFigures.ts';
import { snapshotKey } from '../../analysis/training/figuresCache.ts';
import { entryAt, type LogEntry } from '../../analysis/training/trainingLog.ts';
import { trainingPlaces, type TrainingChoice } from '../../analysis/training/trainingPlaces.ts';
import type { CountProcess } from '../../host/node/processes/countProcess.ts';
import { countSnapshot } from '../../worker/snapshotCount.ts';
import type { Network } from '../../network/network.ts';
import type { RunReport, SnapshotReport } from '../../report/trainingReport.ts';
import type { Imports } from '../../host/input.ts';
import type { Output } from '../io.ts';
import type { TrainingCache } from './trainingCache.ts';
import { chooseWeights } from '../counts/weights.ts';

/** What is asked of every snapshot of a run. */
export interface TrainingTask {
  readonly network: Network;
  readonly model: {
    readonly text: string;
    readonly file: string;
    readonly network: number;
    readonly imports: Imports;
  };
  readonly training: TrainingChoice;
  readonly count: CountChoice;
}

/** Counts and measures the snapshots of a run, all in the same places. */
export class TrainingRun {
  /** What is the same for all snapshots. */
  readonly facts: RunReport;
  private isFirst = true;

  constructor(
    private readonly task: TrainingTask,
    private readonly pool: CountProcess,
    private readonly cache: TrainingCache,
  ) {
    const { network, training } = task;
    const places = trainingPlaces(training, network.inputSize);
    this.facts = {
      network,
      radius: places.radius,
      expectedPerNeuron: expectedPerNeuron(network, places),
      expected: expectedFigures(network, places),
    };
  }

  /**
   * What was kept of this snapshot, or is found now. Null when stopped before; `unfit`, with the reason in the output,
   * where the file cannot be read or holds the weights of another network.
   */
  async report(
    snapshot: Snapshot,
    log: readonly LogEntry[],
    output: Output,
    stop: AbortSignal,
  ): Promise<SnapshotReport | 'unfit' | null> {
    const { model, training, count } = this.task;
    // What is unusual about the first is unusual about all.
    const chosen = await chooseWeights(model, snapshot.file, this.isFirst ? output : withoutRemarks(output));
    if (chosen === 'unfit') return 'unfit';
    this.isFirst = false;
    // Without a cache nothing is read for it.
    const choices = [model.text, model.file, model.imports.texts, training, count];
    const key = this.cache.isKept ? await snapshotKey(snapshot.file, (file) => readFile(file), choices) : '';
    const known = this.cache.get(key);
    const kept = known ?? (await this.measure(snapshot, stop));
    if (!kept) return null;
    const isWhole = kept.count.stoppedBy === null && kept.figures.complete;
    if (!known && isWhole) await this.cache.keep(key, kept);
    return { snapshot, ...kept, log: entryAt(log, snapshot) };
  }

  private async measure({ file }: Snapshot, signal: AbortSignal): Promise<SnapshotResult | null> {
    const { model, training, count } = this.task;
    const { text, imports } = model;
    const source = { text, fileName: model.file, network: model.network, imports: imports.texts, weights: { file } };
    try {
      return await countSnapshot(this.pool, source, { count, training }, { signal });
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
  }
}

/** The same output for errors alone. */
function withoutRemarks(output: Output): Output {
  const error = (sentence: string) => {
    if (!/:1:1: (?:information|warning): /.test(sentence)) output.error(sentence);
  };
  return { ...output, error };
}
