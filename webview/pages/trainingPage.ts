import { formatCount, significant } from '../../src/common/formatFigures.ts';
import { WHOLE } from '../../src/common/place.ts';
import type { CountSettings, PanelPicture } from '../../src/protocol/runs.ts';
import type { PanelSnapshot, PanelTraining } from '../../src/protocol/training.ts';
import { capital, formatDomain, plural } from '../format.ts';
import { captionOf } from '../export/exports.ts';
import type { PaperPicture } from '../export/pictureExport.ts';
import { COORDINATE } from '../forms/ranges.ts';
import { boundaryInWords, samplesIn } from '../picture/overlay.ts';
import { axesOf, type PictureAxes } from '../picture/pictureAxes.ts';
import { createTrainedPicture } from '../picture/trainedPicture.ts';
import { createDistanceMap } from '../plots/distanceMap.ts';
import { createStepPlot, type StepPlot } from '../plots/stepPlot.ts';
import {
  axisName,
  boundsInWords,
  complexityFigures,
  constantFigures,
  loggedNames,
  perNeuronFigures,
  planeFigures,
  regionFigures,
  unitFigures,
  type FigureChoice,
  type LayerView,
} from '../plots/trainingFigures.ts';
import { createTrialSection } from '../forms/trialSection.ts';
import { createTrainingTable } from '../tables/trainingTable.ts';
import { element, setHidden, setPowerText, setText, uniqueId } from '../widgets/dom.ts';
import { button, dropdown, numberField, slider } from '../widgets/toolkit.ts';
import type { Actions, Plot } from '../app/actions.ts';
import { createRunList } from './runList.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';

const PLAY_MS = 280;

export interface TrainingPage extends Plot {
  /** The picture of the snapshot in view, for paper. */
  readonly paper: PaperPicture;
}

/** What training does to the regions: snapshots of runs, as they are and as they come. */
export function createTrainingPage(actions: Actions): TrainingPage {
  const runs = createRunList(actions);
  const trial = createTrialSection(actions);
  const layers = dropdown(t('Layers shown'), (value) => chooseFigures({ layers: value as LayerView }));
  const logged = dropdown(t('Figure of the log to show'), (value) => chooseFigures({ logged: value || null }));
  const scales = dropdown(t('Axes'), (value) =>
    chooseFigures({ isLogX: value.startsWith('log'), isLogY: value.endsWith('log') }),
  );
  const tools = element('span', { class: 'plotTools' }, [layers.element, logged.element, scales.element]);
  const chooseStep = (x: number): void => markNearest(x);
  const plots: {
    readonly plot: StepPlot;
    readonly figures: (training: PanelTraining, view: View) => Parameters<StepPlot['show']>[0];
  }[] = [
    {
      plot: createStepPlot(300, chooseStep, [tools]),
      figures: (training, view) => regionFigures(training, view.network, view.layers, choice),
    },
    { plot: createStepPlot(210, chooseStep), figures: (training) => complexityFigures(training, choice) },
    { plot: createStepPlot(210, chooseStep), figures: (training) => perNeuronFigures(training, choice) },
    {
      plot: createStepPlot(210, chooseStep),
      figures: (training, view) => unitFigures(training, view.layers, choice),
    },
    { plot: createStepPlot(210, chooseStep), figures: (training) => planeFigures(training, choice) },
    { plot: createStepPlot(190, chooseStep), figures: (training) => constantFigures(training, choice) },
  ];
  const map = createDistanceMap(chooseStep);
  const bounds = element('p', { class: 'muted caption trainingBounds' });
  const table = createTrainingTable();
  const picture = createTrainedPicture(t('Regions with the weights of a snapshot'));
  const pictureTitle = element('h2', { attributes: { id: uniqueId('snapshotTitle') } });
  const caption = element('p', { class: 'caption', attributes: { role: 'status' } });
  const boundary = element('p', { class: 'muted caption' });
  const failure = element('p', { class: 'outcome failed', attributes: { role: 'status' } });
  const steps = slider(t('Snapshot'), (position) => mark(shownRun()[position] ?? null));
  const levels = numberField(t('level'), COORDINATE, (value) => {
    level = value;
    if (view !== null) draw(view, false);
  });
  const play = button(t('Play'), 'secondary', () => (timer === 0 ? start() : stop()));
  const player = element('div', { class: 'player' }, [play.element, steps.element]);
  const pictureColumn = element('section', { class: 'trainedColumn' }, [
    pictureTitle,
    picture.element,
    player,
    caption,
    boundary,
    levels.element,
    failure,
  ]);
  const results = element('div', { class: 'trainingResults' }, [
    element('div', {}, [plots[0].plot.element, bounds]),
    pictureColumn,
  ]);
  const small = element('div', { class: 'smallPlots' }, [
    ...plots.slice(1).map(({ plot }) => plot.element),
    map.element,
  ]);
  const root = element('div', { class: 'trainingPage' }, [runs.element, results, small, table.element, trial.element]);

  let view: View | null = null;
  let choice: FigureChoice = { layers: 'total', logged: 'loss', isLogX: false, isLogY: false, marked: null };
  /** What is followed, and what is drawn of it. */
  let followed = '';
  let drawn: PanelTraining | null = null;
  let askedPicture = '';
  let marked: PanelSnapshot | null = null;
  /** The last snapshot is shown, also when there is a newer one. */
  let isAtEnd = true;
  let timer = 0;
  /** Of the picture in view. */
  let axes: PictureAxes | null = null;
  /** Where one output decides. */
  let level = 0;

  function shownRun(): PanelSnapshot[] {
    const snapshots = view?.training?.value?.snapshots ?? [];
    const run = marked?.run ?? 0;
    return snapshots.filter((snapshot) => snapshot.run === run);
  }

  function markNearest(x: number): void {
    const all = shownRun();
    if (all.length === 0) return;
    mark(all.reduce((best, one) => (Math.abs(one.at - x) < Math.abs(best.at - x) ? one : best)));
  }

  function mark(snapshot: PanelSnapshot | null): void {
    marked = snapshot;
    isAtEnd = snapshot === shownRun().at(-1);
    if (view !== null) draw(view, true);
  }

  function start(): void {
    const all = shownRun();
    if (marked === null || marked === all.at(-1)) mark(all[0] ?? null);
    timer = window.setInterval(advance, PLAY_MS);
    play.setText(t('Pause'));
  }

  function stop(): void {
    clearInterval(timer);
    timer = 0;
    play.setText(t('Play'));
  }

  /** On to the next snapshot, once the picture of this one is there. */
  function advance(): void {
    const all = shownRun();
    const next = all[all.findIndex(({ file }) => file === marked?.file) + 1];
    if (next === undefined || view?.page !== 'training') return stop();
    const isDrawn = !hasPlane(view) || isOf(view.snapshotPicture?.value ?? null, marked);
    if (isDrawn || view.snapshotPicture?.message !== null) mark(next);
  }

  function chooseFigures(part: Partial<FigureChoice>): void {
    choice = { ...choice, ...part };
    if (view !== null) draw(view, true);
  }

  function update(next: View): void {
    view = next;
    trial.update(next);
    const settings = runSettings(next);
    const wanted = JSON.stringify([next.network.key, next.network.fingerprint, next.network.run, settings]);
    if (next.page === 'training' && wanted !== followed) {
      followed = wanted;
      [marked, isAtEnd, askedPicture] = [null, true, ''];
      return actions.followTraining(settings);
    }
    if (next.page === 'training') draw(next, false);
  }

  function draw(next: View, isForced: boolean): void {
    const training = next.training?.value ?? null;
    runs.update(next);
    const snapshots = training?.snapshots ?? [];
    for (const part of [results, small, table.element]) setHidden(part, snapshots.length === 0);
    if (training === null || snapshots.length === 0) return;
    settleMark(snapshots);
    drawChoices(training);
    if (isForced || training !== drawn) drawPlots(training, next);
    drawn = training;
    drawPicture(training, next);
  }

  /** The snapshot that is marked is still there; at the end, the newest is. */
  function settleMark(snapshots: readonly PanelSnapshot[]): void {
    const run = marked?.run ?? 0;
    const all = snapshots.filter((snapshot) => snapshot.run === run);
    const same = all.find(({ file }) => file === marked?.file) ?? null;
    marked = isAtEnd || same === null ? (all.at(-1) ?? snapshots[0]) : same;
    choice = { ...choice, marked: marked.at };
    const list = all.length > 0 ? all : [marked];
    const position = list.findIndex(({ file }) => file === marked?.file);
    steps.set(0, list.length - 1, Math.max(0, position), formatCount(marked.at));
  }

  function drawChoices(training: PanelTraining): void {
    const names = loggedNames(training.snapshots);
    if (choice.logged !== null && !names.includes(choice.logged)) choice = { ...choice, logged: names[0] ?? null };
    layers.setChoices(
      [
        { value: 'total', text: t('All layers together') },
        { value: 'separate', text: t('After each layer') },
        { value: 'stacked', text: t('What each layer adds') },
      ],
      choice.layers,
    );
    logged.setChoices(
      [{ value: '', text: t('Nothing beside') }, ...names.map((name) => ({ value: name, text: name }))],
      choice.logged ?? '',
    );
    setHidden(logged.element, names.length === 0);
    scales.setChoices(
      [
        { value: 'linear linear', text: t('Linear axes') },
        { value: 'log linear', text: t('Logarithmic steps') },
        { value: 'linear log', text: t('Logarithmic regions') },
        { value: 'log log', text: t('Logarithmic axes') },
      ],
      `${choice.isLogX ? 'log' : 'linear'} ${choice.isLogY ? 'log' : 'linear'}`,
    );
  }

  function drawPlots(training: PanelTraining, next: View): void {
    for (const { plot, figures } of plots) plot.show(figures(training, next));
    const run = marked?.run ?? 0;
    const columns = training.snapshots
      .filter((snapshot) => snapshot.run === run && snapshot.histogram.length > 0)
      .map(({ at, histogram }) => ({ x: at, histogram }));
    map.show(columns, marked?.at ?? null, axisName(training));
    setPowerText(bounds, boundsInWords(training, next.network));
    table.show(training);
  }

  function drawPicture(training: PanelTraining, next: View): void {
    const isPlane = hasPlane(next);
    setHidden(picture.element, !isPlane);
    if (marked === null) return;
    if (isPlane) askPicture(next);
    const answer = next.snapshotPicture;
    const regions = `${marked.exact ? '' : '≥ '}${plural(marked.regions, t('region'), t('regions'))}`;
    setText(pictureTitle, `${capital(axisName(training))} ${formatCount(marked.at)} — ${regions}`);
    const figures = Object.entries(marked.log)
      .filter(([name]) => !/step|epoch|iter|time/i.test(name))
      .map(([name, figure]) => `${name} ${significant(figure, 4)}`);
    setText(caption, [marked.name, ...figures, formatDomain(training.domain)].join(' · '));
    setText(failure, answer?.message ?? '');
    const shown = isPlane ? (answer?.value ?? null) : null;
    setText(boundary, shown === null ? '' : boundaryInWords(shown, level));
    setHidden(levels.element, shown?.outputs !== 1);
    levels.setValue(level);
    const samples = samplesIn(next.settings.place, next.network.inputSize, training.data);
    axes = shown && axesOf(next.settings.place, next.network.inputSize, shown.sides, WHOLE);
    picture.show(shown, samples, axes, `${pictureTitle.textContent}. ${caption.textContent}`);
  }

  function askPicture(next: View): void {
    if (marked === null) return;
    const settings = runSettings(next);
    const wanted = JSON.stringify([next.network.fingerprint, settings, marked.file, marked.regions, level]);
    if (wanted === askedPicture) return;
    askedPicture = wanted;
    actions.askSnapshotPicture(marked.file, level, settings);
  }

  return {
    element: root,
    update,
    resize: () => {
      for (const { plot } of plots) plot.resize();
      map.resize();
      picture.resize();
      trial.resize();
    },
    paper: {
      onPaper: (pixels) => (picture.element.hidden ? null : picture.onPaper(pixels)),
      axes: () => axes,
      title: () => pictureTitle.textContent,
      caption: (shown) => [caption.textContent, boundary.textContent, captionOf(shown)].filter(Boolean).join(' '),
    },
  };
}

/** Regions of the counted place can be drawn. */
/** The picture is one with the weights of this snapshot. */
function isOf(picture: PanelPicture | null, snapshot: PanelSnapshot | null): boolean {
  return picture?.source.kind === 'snapshot' && picture.source.name === snapshot?.file;
}

function hasPlane({ network, training }: View): boolean {
  return training?.value?.method === 'plane' && network.countRefused === null;
}

/** Settings of the panel; a snapshot is one network. */
function runSettings({ settings }: View): CountSettings {
  return { ...settings, seeds: 1, firstSeed: 1, fileWeights: false, workers: 0 };
}
