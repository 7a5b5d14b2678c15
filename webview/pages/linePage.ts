import { sourceAt } from '../../src/protocol/countSources.ts';
import { sourceId } from '../../src/common/weightsSource.ts';
import { formatCount } from '../../src/common/formatFigures.ts';
import { describePlace } from '../../src/common/describePlace.ts';
import { boxOf } from '../../src/common/place.ts';
import type { CountSettings, PanelDistances } from '../../src/protocol/runs.ts';
import type { Actions, Plot } from '../app/actions.ts';
import { DistancePlot } from '../plots/distancePlot.ts';
import { element, setHidden, setText, statusLine } from '../widgets/dom.ts';
import { formatDomain } from '../format.ts';
import { LinePlot } from '../plots/linePlot.ts';
import { PlaceForm } from '../forms/placeForm.ts';
import { t } from '../app/strings.ts';
import { SEED } from '../forms/ranges.ts';
import { button, numberField, progressRing } from '../widgets/toolkit.ts';
import { describeFileWeights, type View } from '../app/view.ts';

/** Seconds that distances are measured for, at once and when asked to go on. */
const AT_ONCE = 2;
const LONGER = 30;

/** One network along a line: its outputs, where they bend; and how far points are from the nearest boundary. */
export class LinePage implements Plot {
  readonly element: HTMLElement;
  readonly #actions: Actions;
  readonly #plot = new LinePlot();
  readonly #distances = new DistancePlot((url) => this.#actions.open(url));
  readonly #title = element('p', { class: 'muted lineTitle' });
  readonly #seed = numberField(t('seed'), SEED, (value) => {
    this.#chosenSeed = value;
    if (this.#view !== null) this.update(this.#view);
  });
  readonly #place = new PlaceForm(
    (next) => this.#actions.placeLine(next),
    (needed) => this.#actions.choosePoints('line', needed),
  );
  readonly #tools = element('div', { class: 'lineTools' }, [...this.#place.elements, this.#seed.element]);
  readonly #waiting = element('div', { class: 'waitingLine muted' }, [progressRing(), t('Following the line…')]);
  readonly #failure = statusLine('outcome failed');
  readonly #progress = statusLine('muted caption');
  readonly #longer = button(t('Measure more points'), 'secondary', () => this.#measureLonger());
  readonly #measuring = element('div', { class: 'measuring' }, [this.#progress, this.#longer.element]);
  #view: View | null = null;
  #chosenSeed = 1;
  #asked = '';
  #askedAround = '';
  /** What was there when more was asked for. */
  #before: PanelDistances | null = null;

  constructor(actions: Actions) {
    this.#actions = actions;
    const parts = [
      this.#title,
      this.#tools,
      this.#waiting,
      this.#failure,
      this.#plot.element,
      this.#distances.element,
      this.#measuring,
    ];
    this.element = element('div', { class: 'linePage' }, parts);
  }

  update(view: View): void {
    this.#view = view;
    if (view.page !== 'line' || this.#ask(view)) return;
    const { network } = view;
    const settings = lineSettings(view);
    const line = view.line?.value ?? null;
    const message = network.countRefused ?? view.line?.message ?? null;
    setHidden(this.#waiting, line !== null || message !== null);
    setText(this.#failure, message ?? '');
    this.#failure.classList.toggle('failed', network.countRefused === null);
    this.#seed.setValue(this.#chosenSeed);
    this.#seed.setDisabled(settings.fileWeights);
    this.#place.update(settings.place, 'line', network.inputSize, false);
    setHidden(this.#tools, network.countRefused !== null);
    setText(this.#title, titleOf(view));
    this.#plot.show(line, network.layers);
    this.#showDistances(view);
  }

  resize(): void {
    for (const part of [this.#plot, this.#distances]) part.resize();
  }

  /** Asks for what has changed, the line first; whether it did: the page is shown again with what is known then. */
  #ask(view: View): boolean {
    const { network } = view;
    if (network.countRefused !== null) return false;
    const settings = lineSettings(view);
    const source = sourceAt(settings, this.#chosenSeed);
    const subject = [network.key, network.fingerprint, sourceId(source)];
    const wanted = JSON.stringify([...subject, settings]);
    if (wanted !== this.#asked) {
      this.#asked = wanted;
      this.#actions.askLine(source, settings);
      return true;
    }
    // Wherever the line goes, the points are those of the box.
    const inBox = boxSettings(view);
    const around = JSON.stringify([...subject, inBox]);
    if (around === this.#askedAround) return false;
    this.#askedAround = around;
    this.#actions.askDistances(source, inBox, AT_ONCE);
    return true;
  }

  #measureLonger(): void {
    const view = this.#view;
    if (view === null) return;
    this.#before = view.distances?.value ?? null;
    this.#actions.askDistances(sourceAt(view.settings, this.#chosenSeed), boxSettings(view), LONGER);
  }

  #showDistances({ distances: answer, network }: View): void {
    const measured = answer?.value ?? null;
    setHidden(this.#measuring, network.countRefused !== null || measured?.complete === true);
    this.#distances.show(measured, network.neurons);
    const message = answer?.message ?? null;
    const isAwaited = message === null && measured === this.#before;
    setHidden(this.#longer.element, isAwaited || network.countRefused !== null);
    const done = t(
      '{0} points, as many as {1} seconds allowed.',
      formatCount(measured?.points ?? 0),
      this.#before === null ? AT_ONCE : LONGER,
    );
    setText(this.#progress, message ?? (isAwaited ? t('Measuring distances to boundaries…') : done));
  }
}

/** Where the line goes, and with which weights. */
function titleOf(view: View): string {
  const place = describePlace(view.network.inputSize, 'line', lineSettings(view).place, t);
  return `${t('On {0}', formatDomain(place))} · ${describeWeights(view)}`;
}

/** Settings of the panel, on this page's line. */
function lineSettings({ settings, linePlace }: View): CountSettings {
  return { ...settings, method: 'line', place: linePlace, seeds: 1, firstSeed: 1, workers: 0 };
}

/** The same, in the box of the line or, where the line goes elsewhere, in the box of the counts. */
function boxSettings(view: View): CountSettings {
  const { settings, linePlace } = view;
  return { ...lineSettings(view), place: boxOf(linePlace.kind === 'box' ? linePlace : settings.place) };
}

function describeWeights({ settings, network }: View): string {
  const { fileWeights, kernel, biasStddev } = settings;
  if (fileWeights) return describeFileWeights(network);
  if (kernel === null && biasStddev === null) return network.initialization;
  return t('{0} weights, bias deviation {1}', kernel ?? network.kernel, biasStddev ?? network.biasStddev);
}
