import * as vscode from 'vscode';
import type { SnapshotResult } from '../../analysis/training/snapshotFigures.ts';
import { orderSnapshots, type Snapshot, type SnapshotFile } from '../../analysis/training/snapshots.ts';
import type { Spread } from '../../analysis/statistics.ts';
import { entryAt, findLog, type LogEntry } from '../../analysis/training/trainingLog.ts';
import { watchedSnapshots } from '../../analysis/training/runFiles.ts';
import type { MeanFigure, PanelSnapshot, PanelTrainingRun } from '../../protocol/training.ts';
import { nameOf } from '../networkFiles.ts';
import { RunWatch, runFolders } from './runFolders.ts';

/** Where a run is, and who says so. */
export interface RunSource {
  /** The address of a folder, or of a pattern. */
  readonly uri: vscode.Uri;
  readonly isNamed: boolean;
}

/** Finds the figures of a snapshot in a file, or takes those that were kept. */
export type CountOne = (file: vscode.Uri, stop: AbortSignal) => Promise<SnapshotResult>;

const MAX_PROBLEMS = 5;

/** One run: its files as they come, each counted once. */
export class RunFollower {
  /** Files that are whole, by their paths. */
  private readonly files = new Map<string, SnapshotFile>();
  private readonly found = new Map<string, { readonly result: SnapshotResult; readonly revision: number }>();
  private readonly problems = new Map<string, string>();
  private log: readonly LogEntry[] = [];
  private ordered: readonly Snapshot[] = [];
  /** Files that are still to be counted. */
  private left = 0;

  /** `changed` gives the revision of what has changed. */
  constructor(
    readonly source: RunSource,
    private readonly position: number,
    private readonly count: CountOne,
    private readonly changed: (isWhole: boolean) => number,
  ) {}

  get isCounting(): boolean {
    return this.left > 0;
  }

  /** Counts what is there, and what comes, until it is stopped. */
  async follow(stop: AbortSignal): Promise<void> {
    const { uri } = this.source;
    const watch = new RunWatch(uri);
    try {
      const wait = (isUnsettled: boolean) => {
        this.complainIfEmpty();
        return watch.wait(isUnsettled, stop);
      };
      for await (const files of watchedSnapshots(runFolders(uri), uri.path, wait, stop)) await this.take(files, stop);
    } finally {
      watch.dispose();
      this.left = 0;
    }
  }

  private complainIfEmpty(): void {
    const sentence = vscode.l10n.t('There are no snapshots yet.');
    const isEmpty = this.files.size === 0;
    if (isEmpty === this.problems.has('')) return;
    if (isEmpty) this.problems.set('', sentence);
    else this.problems.delete('');
    this.changed(false);
  }

  private async take(files: readonly SnapshotFile[], stop: AbortSignal): Promise<void> {
    for (const each of files) {
      this.files.set(each.file, each);
      this.found.delete(each.file);
      this.problems.delete(each.file);
    }
    this.problems.delete('');
    this.log = await findLog((name) => this.textBeside(files[0].file, name));
    const before = this.axis;
    this.ordered = orderSnapshots([...this.files.values()]);
    this.left = files.length;
    // Entries of the log may be new for snapshots that are there.
    this.changed(before !== this.axis || this.axis === 'file' || this.found.size > 0);
    for (const { file } of orderSnapshots(files)) {
      if (stop.aborted) return;
      await this.takeOne(file, stop);
    }
  }

  private async takeOne(file: string, stop: AbortSignal): Promise<void> {
    try {
      const result = await this.count(this.source.uri.with({ path: file }), stop);
      if (stop.aborted) return;
      this.left--;
      this.found.set(file, { result, revision: this.changed(false) });
    } catch (error) {
      if (stop.aborted) return;
      this.left--;
      this.problems.set(
        file,
        `${nameOf(vscode.Uri.file(file))}: ${error instanceof Error ? error.message : String(error)}`,
      );
      this.changed(false);
    }
  }

  private async textBeside(file: string, name: string): Promise<string | null> {
    const path = `${file.slice(0, file.lastIndexOf('/'))}/${name}`;
    return vscode.workspace.fs.readFile(this.source.uri.with({ path })).then(
      (bytes) => new TextDecoder().decode(bytes),
      () => null,
    );
  }

  private get axis(): PanelTrainingRun['axis'] {
    const [first] = this.ordered;
    if (first === undefined) return 'step';
    return first.step !== null ? 'step' : first.epoch !== null ? 'epoch' : 'file';
  }

  get run(): PanelTrainingRun {
    const { uri, isNamed } = this.source;
    const problems = [...this.problems.values()];
    return {
      label: uri.path.split('/').slice(-2).join('/'),
      place: vscode.workspace.asRelativePath(uri),
      isNamed,
      axis: this.axis,
      files: this.files.size,
      counted: this.found.size,
      problems: problems.slice(0, MAX_PROBLEMS),
    };
  }

  has(file: string): boolean {
    return this.files.has(file);
  }

  /** Those that were found since a revision. */
  since(revision: number): PanelSnapshot[] {
    const { axis } = this;
    return this.ordered.flatMap((snapshot, i) => {
      const found = this.found.get(snapshot.file);
      if (!found || found.revision <= revision) return [];
      const at = { step: snapshot.step, epoch: snapshot.epoch, file: i + 1 }[axis] ?? i + 1;
      return [panelSnapshot(this.position, snapshot, at, found.result, entryAt(this.log, snapshot))];
    });
  }
}

function panelSnapshot(
  run: number,
  { file }: Snapshot,
  at: number,
  { count, figures }: SnapshotResult,
  log: LogEntry | null,
): PanelSnapshot {
  const { lines, planes, distance, localComplexity, constantUnits } = figures;
  const onLines = lines.through ?? lines.chords;
  const around = distance.data ?? distance.uniform;
  const sum = (units: 'lowest' | 'other') =>
    constantUnits && constantUnits.reduce((total, each) => total + each[units], 0);
  return {
    run,
    file,
    name: nameOf(vscode.Uri.file(file)),
    at,
    exact: count.exact,
    regions: count.activationRegions,
    perLayer: count.perLayer,
    seconds: count.seconds,
    perNeuron: figureOf(onLines?.perNeuron),
    unitBreakpoints: onLines?.unitBreakpoints ?? null,
    inPlanes: planes && { mean: planes.regions.mean, error: planes.regions.standardError, exact: planes.exact },
    distance: figureOf(around?.timesNeurons),
    histogram: around?.histogram ?? [],
    nearData: figureOf(localComplexity.data?.breakpointsPerLength),
    nearTest: figureOf(localComplexity.test?.breakpointsPerLength),
    nearUniform: figureOf(localComplexity.uniform?.breakpointsPerLength),
    dead: sum('lowest'),
    alwaysActive: sum('other'),
    log: log ?? {},
  };
}

function figureOf(spread: Spread | undefined): MeanFigure | null {
  return spread ? { mean: spread.mean, error: spread.standardError } : null;
}
