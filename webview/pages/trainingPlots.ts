import type { PanelSnapshot, PanelTraining } from '../../src/protocol/training.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import { DistanceMap, type DistanceColumn } from '../plots/distanceMap.ts';
import { StepPlot } from '../plots/steps/stepPlot.ts';
import type { StepFigures } from '../plots/steps/stepFigures.ts';
import {
  axisName,
  describeBounds,
  complexityFigures,
  constantFigures,
  loggedNames,
  perNeuronFigures,
  planeFigures,
  regionFigures,
  unitFigures,
  type FigureChoice,
  type LayerView,
} from '../plots/steps/trainingFigures.ts';
import { element, setHidden, setPowerText } from '../widgets/dom.ts';
import { dropdown, type Choice } from '../widgets/toolkit.ts';
import { snapshotsOfRun } from './snapshots.ts';

type FiguresOf = (training: PanelTraining, view: View, choice: FigureChoice) => StepFigures;

/** Below the first plot: their heights in pixels, and what they show. */
const SMALL_PLOTS: readonly (readonly [number, FiguresOf])[] = [
  [210, (training, _, choice) => complexityFigures(training, choice)],
  [210, (training, _, choice) => perNeuronFigures(training, choice)],
  [210, (training, { layers }, choice) => unitFigures(training, layers, choice)],
  [210, (training, _, choice) => planeFigures(training, choice)],
  [190, (training, _, choice) => constantFigures(training, choice)],
];

/** What training does, over its steps. */
export class TrainingPlots {
  /** The regions, with what bounds them. */
  readonly first: HTMLElement;
  readonly small: HTMLElement;
  readonly #changed: () => void;
  readonly #layers = dropdown(t('Layers shown'), (value) => this.#choose({ layers: value as LayerView }));
  readonly #logged = dropdown(t('Figure of the log to show'), (value) => this.#choose({ logged: value || null }));
  readonly #scales = dropdown(t('Axes'), (value) =>
    this.#choose({ isLogX: value.startsWith('log'), isLogY: value.endsWith('log') }),
  );
  readonly #bounds = element('p', { class: 'muted caption trainingBounds' });
  readonly #plots: readonly { readonly plot: StepPlot; readonly figures: FiguresOf }[];
  readonly #map: DistanceMap;
  #choice: FigureChoice = { layers: 'total', logged: 'loss', isLogX: false, isLogY: false, marked: null };
  #drawn: PanelTraining | null = null;

  /** `chooseStep` is given the step that is clicked on; `changed` draws everything again. */
  constructor(chooseStep: (step: number) => void, changed: () => void) {
    this.#changed = changed;
    const tools = [this.#layers, this.#logged, this.#scales].map((tool) => tool.element);
    const regions = new StepPlot(300, chooseStep, [element('span', { class: 'plotTools' }, tools)]);
    const small = SMALL_PLOTS.map(([height, figures]) => ({ plot: new StepPlot(height, chooseStep), figures }));
    const ofRegions: FiguresOf = (training, { network, layers }, choice) =>
      regionFigures(training, network, layers, choice);
    this.#plots = [{ plot: regions, figures: ofRegions }, ...small];
    this.#map = new DistanceMap(chooseStep);
    this.first = element('div', {}, [regions.element, this.#bounds]);
    this.small = element('div', { class: 'smallPlots' }, [...small.map(({ plot }) => plot.element), this.#map.element]);
  }

  /** Draws where the training is another one than before, or where it `isForced`. */
  show(training: PanelTraining, view: View, marked: PanelSnapshot, isForced: boolean): void {
    this.#choice = { ...this.#choice, marked: marked.at };
    this.#drawChoices(loggedNames(training.snapshots));
    if (!isForced && training === this.#drawn) return;
    this.#drawn = training;
    for (const { plot, figures } of this.#plots) plot.show(figures(training, view, this.#choice));
    this.#map.show(columnsOf(training, marked.run), marked.at, axisName(training));
    setPowerText(this.#bounds, describeBounds(training, view.network));
  }

  resize(): void {
    for (const { plot } of this.#plots) plot.resize();
    this.#map.resize();
  }

  #choose(part: Partial<FigureChoice>): void {
    this.#choice = { ...this.#choice, ...part };
    this.#changed();
  }

  #drawChoices(names: readonly string[]): void {
    const { logged } = this.#choice;
    if (logged !== null && !names.includes(logged)) this.#choice = { ...this.#choice, logged: names[0] ?? null };
    const { layers, logged: shown, isLogX, isLogY } = this.#choice;
    this.#layers.setChoices(LAYER_VIEWS, layers);
    const loggedChoices = [
      { value: '', text: t('Nothing beside') },
      ...names.map((name) => ({ value: name, text: name })),
    ];
    this.#logged.setChoices(loggedChoices, shown ?? '');
    setHidden(this.#logged.element, names.length === 0);
    this.#scales.setChoices(SCALES, `${isLogX ? 'log' : 'linear'} ${isLogY ? 'log' : 'linear'}`);
  }
}

const LAYER_VIEWS: readonly (Choice & { readonly value: LayerView })[] = [
  { value: 'total', text: t('All layers together') },
  { value: 'separate', text: t('After each layer') },
  { value: 'stacked', text: t('What each layer adds') },
];

const SCALES: readonly Choice[] = [
  { value: 'linear linear', text: t('Linear axes') },
  { value: 'log linear', text: t('Logarithmic steps') },
  { value: 'linear log', text: t('Logarithmic regions') },
  { value: 'log log', text: t('Logarithmic axes') },
];

function columnsOf({ snapshots }: PanelTraining, run: number): DistanceColumn[] {
  return snapshotsOfRun(snapshots, run)
    .filter(({ histogram }) => histogram.length > 0)
    .map(({ at, histogram }) => ({ x: at, histogram }));
}
