import { formatCount } from '../../src/common/formatFigures.ts';
import type { PanelSnapshot } from '../../src/protocol/training.ts';
import type { Actions, Plot } from '../app/actions.ts';
import type { View } from '../app/view.ts';
import type { PaperPicture } from '../export/pictureExport.ts';
import { TrialSection } from '../forms/trialSection.ts';
import { TrainingTable } from '../tables/trainingTable.ts';
import { element, setHidden } from '../widgets/dom.ts';
import { RunList } from './runList.ts';
import { SnapshotColumn } from './snapshotColumn.ts';
import { SnapshotPlayer } from './snapshotPlayer.ts';
import { hasPlane, isPictureOf, nearestSnapshot, settledMark, snapshotSettings, snapshotsOfRun } from './snapshots.ts';
import { TrainingPlots } from './trainingPlots.ts';

/** What training does to the regions: snapshots of runs, as they are and as they come. */
export class TrainingPage implements Plot {
  readonly element: HTMLElement;
  readonly #actions: Actions;
  readonly #runs: RunList;
  readonly #trial: TrialSection;
  readonly #plots = new TrainingPlots(
    (step) => this.#markNearest(step),
    () => this.#drawAgain(true),
  );
  readonly #player = new SnapshotPlayer({
    move: (position) => this.#mark(this.#shownRun()[position] ?? null),
    begin: () => this.#begin(),
    advance: () => this.#advance(),
  });
  readonly #column: SnapshotColumn;
  readonly #table = new TrainingTable();
  readonly #results: HTMLElement;
  #view: View | null = null;
  #followed = '';
  #marked: PanelSnapshot | null = null;
  /** The last snapshot is shown, also when there is a newer one. */
  #isAtEnd = true;

  constructor(actions: Actions) {
    this.#actions = actions;
    this.#runs = new RunList(actions);
    this.#trial = new TrialSection(actions);
    this.#column = new SnapshotColumn(actions, this.#player.element, () => this.#drawAgain(false));
    this.#results = element('div', { class: 'trainingResults' }, [this.#plots.first, this.#column.element]);
    const parts = [this.#runs.element, this.#results, this.#plots.small, this.#table.element, this.#trial.element];
    this.element = element('div', { class: 'trainingPage' }, parts);
  }

  /** The picture of the snapshot in view, for paper. */
  get paper(): PaperPicture {
    return this.#column.paper;
  }

  update(view: View): void {
    this.#view = view;
    this.#trial.update(view);
    if (view.page !== 'training') return;
    const settings = snapshotSettings(view);
    const wanted = JSON.stringify([view.network.key, view.network.fingerprint, view.network.run, settings]);
    if (wanted === this.#followed) return this.#draw(view, false);
    this.#followed = wanted;
    [this.#marked, this.#isAtEnd] = [null, true];
    this.#column.forget();
    this.#actions.followTraining(settings);
  }

  resize(): void {
    for (const part of [this.#plots, this.#column, this.#trial]) part.resize();
  }

  #shownRun(): PanelSnapshot[] {
    return snapshotsOfRun(this.#view?.training?.value?.snapshots ?? [], this.#marked?.run ?? 0);
  }

  #markNearest(step: number): void {
    const nearest = nearestSnapshot(this.#shownRun(), step);
    if (nearest !== null) this.#mark(nearest);
  }

  #mark(snapshot: PanelSnapshot | null): void {
    this.#marked = snapshot;
    this.#isAtEnd = snapshot === this.#shownRun().at(-1);
    this.#drawAgain(true);
  }

  /** From the first, if the last is in view. */
  #begin(): void {
    const all = this.#shownRun();
    if (this.#marked === null || this.#marked === all.at(-1)) this.#mark(all[0] ?? null);
  }

  /** On to the next snapshot, once the picture of this one is there. */
  #advance(): boolean {
    const view = this.#view;
    const marked = this.#marked;
    const all = this.#shownRun();
    const next = all[all.findIndex(({ file }) => file === marked?.file) + 1];
    if (next === undefined || view?.page !== 'training') return false;
    const isDrawn = !hasPlane(view) || isPictureOf(view.snapshotPicture?.value ?? null, marked);
    if (isDrawn || view.snapshotPicture?.message !== null) this.#mark(next);
    return true;
  }

  #drawAgain(isForced: boolean): void {
    if (this.#view !== null) this.#draw(this.#view, isForced);
  }

  #draw(view: View, isForced: boolean): void {
    const training = view.training?.value ?? null;
    this.#runs.update(view);
    const snapshots = training?.snapshots ?? [];
    for (const part of [this.#results, this.#plots.small, this.#table.element]) setHidden(part, snapshots.length === 0);
    if (training === null || snapshots.length === 0) return;
    const { snapshot, position, of } = settledMark(snapshots, this.#marked, this.#isAtEnd);
    this.#marked = snapshot;
    this.#player.show(position, of, formatCount(snapshot.at));
    this.#plots.show(training, view, snapshot, isForced);
    this.#table.show(training);
    this.#column.show(training, view, snapshot);
  }
}
