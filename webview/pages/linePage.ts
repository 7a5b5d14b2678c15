import { sourceAt } from '../../src/protocol/countSources.ts';
import { sourceId } from '../../src/common/weightsSource.ts';
import { formatCount } from '../../src/common/formatFigures.ts';
import { describePlace } from '../../src/common/describePlace.ts';
import { boxOf } from '../../src/common/place.ts';
import type { CountSettings, PanelDistances } from '../../src/protocol/runs.ts';
import type { Actions, Plot } from '../app/actions.ts';
import { createDistancePlot } from '../plots/distancePlot.ts';
import { element, setHidden, setText } from '../widgets/dom.ts';
import { formatDomain } from '../format.ts';
import { createLinePlot } from '../plots/linePlot.ts';
import { createPlaceForm } from '../forms/placeForm.ts';
import { t } from '../app/strings.ts';
import { SEED } from '../forms/ranges.ts';
import { button, numberField, progressRing } from '../widgets/toolkit.ts';
import { describeFileWeights, type View } from '../app/view.ts';

/** Seconds that distances are measured for, at once and when asked to go on. */
const AT_ONCE = 2;
const LONGER = 30;

/** One network along a line: its outputs, where they bend; and how far points are from the nearest boundary. */
export function createLinePage(actions: Actions): Plot {
  const plot = createLinePlot();
  const distances = createDistancePlot((url) => actions.open(url));
  const title = element('p', { class: 'muted lineTitle' });
  const seed = numberField(t('seed'), SEED, (value) => {
    chosenSeed = value;
    if (view !== null) update(view);
  });
  const place = createPlaceForm(
    (next) => actions.placeLine(next),
    (needed) => actions.choosePoints('line', needed),
  );
  const waiting = element('div', { class: 'waitingLine muted' }, [progressRing(), t('Following the line…')]);
  const failure = element('p', { class: 'outcome failed', attributes: { role: 'status' } });
  const longer = button(t('Measure more points'), 'secondary', () => {
    if (view === null) return;
    before = view.distances?.value ?? null;
    actions.askDistances(sourceAt(view.settings, chosenSeed), boxSettings(view), LONGER);
  });
  const progress = element('p', { class: 'muted caption', attributes: { role: 'status' } });
  const tools = element('div', { class: 'lineTools' }, [...place.elements, seed.element]);
  const measuring = element('div', { class: 'measuring' }, [progress, longer.element]);
  const root = element('div', { class: 'linePage' }, [
    title,
    tools,
    waiting,
    failure,
    plot.element,
    distances.element,
    measuring,
  ]);
  let view: View | null = null;
  let chosenSeed = 1;
  let asked = '';
  let askedAround = '';
  /** What was there when more was asked for. */
  let before: PanelDistances | null = null;

  function update(next: View): void {
    view = next;
    if (next.page !== 'line') return;
    const settings = lineSettings(next);
    const { network } = next;
    const source = sourceAt(settings, chosenSeed);
    const wanted = JSON.stringify([network.key, network.fingerprint, sourceId(source), settings]);
    if (wanted !== asked && network.countRefused === null) {
      asked = wanted;
      return actions.askLine(source, settings);
    }
    // Wherever the line goes, the points are those of the box.
    const inBox = boxSettings(next);
    const around = JSON.stringify([network.key, network.fingerprint, sourceId(source), inBox]);
    if (around !== askedAround && network.countRefused === null) {
      askedAround = around;
      return actions.askDistances(source, inBox, AT_ONCE);
    }
    const line = next.line?.value ?? null;
    const message = network.countRefused ?? next.line?.message ?? null;
    setHidden(waiting, line !== null || message !== null);
    setText(failure, message ?? '');
    failure.classList.toggle('failed', network.countRefused === null);
    seed.setValue(chosenSeed);
    seed.setDisabled(settings.fileWeights);
    place.update(settings.place, 'line', network.inputSize, false);
    setHidden(tools, network.countRefused !== null);
    setText(
      title,
      `${t('On {0}', formatDomain(describePlace(network.inputSize, 'line', settings.place, t)))} · ${describeWeights(next)}`,
    );
    plot.show(line, network.layers);
    showDistances(next);
  }

  function showDistances({ distances: answer, network }: View): void {
    const measured = answer?.value ?? null;
    setHidden(measuring, network.countRefused !== null || measured?.complete === true);
    distances.show(measured, network.neurons);
    const message = answer?.message ?? null;
    const isAwaited = message === null && measured === before;
    setHidden(longer.element, isAwaited || network.countRefused !== null);
    const done = t(
      '{0} points, as many as {1} seconds allowed.',
      formatCount(measured?.points ?? 0),
      before === null ? AT_ONCE : LONGER,
    );
    setText(progress, message ?? (isAwaited ? t('Measuring distances to boundaries…') : done));
  }
  return {
    element: root,
    update,
    resize: () => {
      plot.resize();
      distances.resize();
    },
  };
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
