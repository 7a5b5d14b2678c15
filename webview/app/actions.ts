import type { WeightsSource } from '../../src/common/weightsSource.ts';
import type { Place, PlaneWindow } from '../../src/common/place.ts';
import type { CountSettings, FitQuestion, PointUse, SweepSubject } from '../../src/protocol/runs.ts';
import type { PanelCommand } from '../../src/protocol/messages.ts';
import type { SourcesChange } from '../../src/protocol/training.ts';
import type { TrialChoice } from '../../src/protocol/trial.ts';
import type { CompareChoice, Page } from './store.ts';
import type { View } from './view.ts';

/** What a user can do in the panel; `main.ts` carries it out. */
export interface Actions {
  select(key: string): void;
  reveal(layer: number): void;
  /** The layer pointed at, to be marked in the source. */
  point(layer: number | null): void;
  showPage(page: Page): void;
  pin(pinned: boolean): void;
  openTab(): void;
  count(): void;
  cancel(): void;
  /** Settings left out stay as they are: also as they were changed a moment ago, before the page is drawn again. */
  changeSettings(part: Partial<CountSettings>): void;
  choosePoints(use: PointUse, needed: 2 | 3): void;
  placeLine(place: Place): void;
  draw(seriesId: string, drawn: boolean): void;
  /** `level`: where one output decides; null for a picture without a decision boundary. */
  askPicture(source: WeightsSource, settings: CountSettings, window: PlaneWindow, level: number | null): void;
  askLine(source: WeightsSource, settings: CountSettings): void;
  askDistances(source: WeightsSource, settings: CountSettings, seconds: number): void;
  askCost(source: WeightsSource, settings: CountSettings): void;
  askProbe(source: WeightsSource, settings: CountSettings, x: number, y: number): void;
  pickNetworks(): void;
  compareBy(part: Partial<CompareChoice>): void;
  askComparison(choice: CompareChoice): void;
  /** Counts every row, one random network after the other; `comparison` tells what they are counts of. */
  countCompared(comparison: string, rows: readonly string[], settings: CountSettings): void;
  stopComparedCounts(): void;
  /** Rows of the sweep before say nothing about the next one. */
  forgetSweep(): void;
  askSweepOptions(): void;
  askFit(question: FitQuestion): void;
  askSweep(subject: SweepSubject, values: readonly number[]): void;
  /** Asks for what is known of the network's runs, and again for what is new, until this is asked another time. */
  followTraining(settings: CountSettings): void;
  changeSources(change: SourcesChange['change'], run?: number): void;
  askData(): void;
  askSnapshotPicture(file: string, level: number, settings: CountSettings): void;
  /** The network after this many steps of training it here. */
  /** `ahead`: the step that will be asked for next, if that is known. */
  askTrial(choice: TrialChoice, step: number, ahead: number | null, settings: CountSettings): void;
  keepTrial(): void;
  apply(subject: SweepSubject, value: number): void;
  open(url: string): void;
  run(command: PanelCommand): void;
  copy(text: string): void;
  save(suggestedName: string, text: string, encoding?: 'text' | 'base64'): void;
  exportFailed(reason: string): void;
}

/** A part of the panel: built once, and changed in place at every update, so that nothing flickers or scrolls. */
export interface Section {
  readonly element: HTMLElement;
  update(view: View): void;
}

export interface Plot extends Section {
  /** Draws again where the width has changed. */
  resize(): void;
}
