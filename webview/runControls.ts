import type { CountSettings } from '../src/protocol/panel.ts';
import type { Actions, Section } from './actions.ts';
import { element, setHidden, setText } from './dom.ts';
import { formatCount, formatDomain, plural } from './format.ts';
import { checkbox, dropdown, numberField, progressRing } from './toolkit.ts';
import type { View } from './view.ts';

/** As many networks as the extension accepts in one run. */
const MOST_SEEDS = 1000;

/** How to count (folded away), how far a count is, and how it ended. */
export function createRunControls(actions: Actions): Section {
  let settings: CountSettings | null = null;
  const change = (part: Partial<CountSettings>): void => {
    if (settings !== null) actions.changeSettings({ ...settings, ...part });
  };
  const method = dropdown('Where to count', (value) => change({ method: value === 'plane' ? 'plane' : 'line' }));
  const seeds = numberField('networks', 1, MOST_SEEDS, (value) => change({ seeds: value }));
  const firstSeed = numberField('first seed', 0, 2 ** 31 - 1, (value) => change({ firstSeed: value }));
  const fileWeights = checkbox('weights of the file', 'visibly', (checked) => change({ fileWeights: checked }));
  const summary = element('span', { class: 'muted' });
  const form = element('div', { class: 'runForm' }, [
    method.element,
    seeds.element,
    firstSeed.element,
    fileWeights.element,
  ]);
  const details = element('details', { class: 'runSettings' }, [
    element('summary', {}, [element('span', { text: 'How to count' }), summary]),
    form,
  ]);
  const bar = element('div', { class: 'progressBar' });
  const track = element(
    'div',
    {
      class: 'progressTrack',
      attributes: { role: 'progressbar', 'aria-label': 'Counting', 'aria-valuemin': '0', 'aria-valuemax': '100' },
    },
    [bar],
  );
  const progressText = element('span', {});
  const progress = element('div', { class: 'progress' }, [
    track,
    element('div', { class: 'progressLine muted' }, [progressRing(), progressText]),
  ]);
  const outcome = element('p', { class: 'outcome', attributes: { role: 'status' } });
  const root = element('section', { class: 'run', attributes: { 'aria-label': 'Counting' } }, [
    details,
    progress,
    outcome,
  ]);

  function update(view: View): void {
    settings = view.settings;
    const running = view.run?.status === 'running';
    setHidden(details, view.network.countRefused !== null);
    setText(summary, describeSettings(view));
    method.setChoices(methodChoices(view), settings.method);
    seeds.setValue(settings.seeds);
    firstSeed.setValue(settings.firstSeed);
    fileWeights.setChecked(settings.fileWeights);
    setHidden(fileWeights.element, !view.network.hasWeights);
    for (const widget of [method, fileWeights]) widget.setDisabled(running);
    for (const field of [seeds, firstSeed]) field.setDisabled(running || settings.fileWeights);
    setHidden(progress, !running);
    if (running) drawProgress(view);
    setText(outcome, outcomeText(view));
    outcome.classList.toggle('failed', view.run?.status === 'failed');
  }

  function drawProgress(view: View): void {
    const { done, of, fraction, regions } = view.progress ?? {
      done: view.counts.length,
      of: view.settings.seeds,
      fraction: 0,
      regions: 0,
    };
    const share = Math.min(1, (done + fraction) / Math.max(1, of));
    bar.style.transform = `scaleX(${share})`;
    track.setAttribute('aria-valuenow', String(Math.round(100 * share)));
    const found = regions > 0 ? ` · ${plural(regions, 'region')}` : '';
    setText(progressText, `Network ${formatCount(Math.min(done + 1, of))} of ${formatCount(of)}${found}`);
  }
  return { element: root, update };
}

function methodChoices(view: View): { value: string; text: string }[] {
  const line = { value: 'line', text: 'on a line' };
  const plane = { value: 'plane', text: 'in a plane' };
  return view.network.inputSize < 2 ? [line] : [line, plane];
}

function describeSettings(view: View): string {
  const { settings, network } = view;
  const place =
    settings.method === network.countMethod
      ? `on ${formatDomain(network.countDomain)}`
      : settings.method === 'line'
        ? 'on a line'
        : 'in a plane';
  if (settings.fileWeights) return `with the weights of the file, ${place}`;
  return `${plural(settings.seeds, 'drawn network')}, ${place}, from seed ${settings.firstSeed}`;
}

function outcomeText(view: View): string {
  const { run } = view;
  if (run === null || run.status === 'running' || run.status === 'done') return run?.message ?? '';
  if (run.status === 'failed') return `The count failed: ${run.message ?? 'no reason was given'}`;
  return run.message ?? `Stopped after ${plural(run.counts.length, 'network')}.`;
}
