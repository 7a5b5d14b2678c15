import type { CountSettings } from '../src/protocol/runs.ts';
import type { Actions, Plot } from './actions.ts';
import { createDistancePlot } from './distancePlot.ts';
import { element, setHidden, setText } from './dom.ts';
import { formatDomain } from './format.ts';
import { createLinePlot } from './linePlot.ts';
import { t } from './strings.ts';
import { button, numberField, progressRing } from './toolkit.ts';
import type { View } from './view.ts';

/** One network along a line: its outputs, where they bend, and how far points are from the nearest bend. */
export function createLinePage(actions: Actions): Plot {
  const plot = createLinePlot();
  const distances = createDistancePlot((url) => actions.open(url));
  const title = element('p', { class: 'muted lineTitle' });
  const seed = numberField(t('seed'), 0, 2 ** 31 - 1, (value) => {
    chosenSeed = value;
    if (view !== null) update(view);
  });
  const points = button(
    t('Through two points…'),
    'secondary',
    () => view !== null && actions.choosePoints(lineSettings(view)),
  );
  const waiting = element('div', { class: 'waitingLine muted' }, [progressRing(), t('Following the line…')]);
  const failure = element('p', { class: 'outcome failed', attributes: { role: 'status' } });
  const tools = element('div', { class: 'lineTools' }, [title, seed.element, points.element]);
  const root = element('div', { class: 'linePage' }, [tools, waiting, failure, plot.element, distances.element]);
  let view: View | null = null;
  let chosenSeed = 1;
  let asked = '';

  function update(next: View): void {
    view = next;
    if (next.page !== 'line') return;
    const settings = lineSettings(next);
    const { network } = next;
    const wanted = JSON.stringify([network.key, network.fingerprint, chosenSeed, settings]);
    if (wanted !== asked && network.countRefused === null) {
      asked = wanted;
      actions.askLine(chosenSeed, settings);
      return;
    }
    const line = next.line?.value ?? null;
    const message = network.countRefused ?? next.line?.message ?? null;
    setHidden(waiting, line !== null || message !== null);
    setText(failure, message ?? '');
    seed.setValue(chosenSeed);
    seed.setDisabled(settings.fileWeights);
    const weights = settings.fileWeights ? t('weights of the file') : network.initialization;
    setText(title, `${t('On {0}', formatDomain(lineDomain(next)))} · ${weights}`);
    plot.show(line, network.layers);
    distances.show(line, network.neurons);
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

/** Settings of the panel, on a line; points that were chosen for a plane give its first side. */
function lineSettings({ settings }: View): CountSettings {
  return { ...settings, method: 'line', seeds: 1, firstSeed: 1, workers: 0 };
}

function lineDomain({ settings, network }: View): string {
  if (settings.points !== null) return t('the line through two points of {0}', settings.points.label);
  const { lower, upper } = settings;
  const interval = `[${String(lower).replace('-', '−')}, ${String(upper).replace('-', '−')}]`;
  return network.inputSize === 1 ? interval : t('the diagonal of {0}', `${interval}^${network.inputSize}`);
}
