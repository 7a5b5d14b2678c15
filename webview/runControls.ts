import type { CountSettings } from '../src/protocol/runs.ts';
import { MOST_SEEDS } from '../src/protocol/validate.ts';
import type { Actions, Section } from './actions.ts';
import { element, setHidden, setText } from './dom.ts';
import { formatCount, formatDomain, plural } from './format.ts';
import { t } from './strings.ts';
import { button, checkbox, dropdown, numberField, progressRing } from './toolkit.ts';
import type { View } from './view.ts';

const MOST_WORKERS = 64;
const KERNELS = ['he_normal', 'he_uniform', 'glorot_normal', 'glorot_uniform', 'lecun_normal', 'lecun_uniform', 'orthogonal']; // prettier-ignore

/** How to count (folded away), how far a count is, and how it ended. */
export function createRunControls(actions: Actions): Section {
  let settings: CountSettings | null = null;
  const change = (part: Partial<CountSettings>): void => {
    if (settings !== null) actions.changeSettings({ ...settings, ...part });
  };
  const method = dropdown(t('Where to count'), (value) => change({ method: value === 'plane' ? 'plane' : 'line', points: null })); // prettier-ignore
  const place = dropdown(t('Which line or plane'), (value) => {
    if (value === 'points' && settings !== null) actions.choosePoints(settings);
    else change({ points: null });
  });
  const seeds = numberField(t('networks'), 1, MOST_SEEDS, (value) => change({ seeds: value }));
  const firstSeed = numberField(t('first seed'), 0, 2 ** 31 - 1, (value) => change({ firstSeed: value }));
  const lower = numberField(t('from'), -1e9, 1e9, (value) => change(box(value, settings?.upper ?? 1)), Number.isFinite);
  const upper = numberField(t('to'), -1e9, 1e9, (value) => change(box(settings?.lower ?? -1, value)), Number.isFinite);
  const kernel = dropdown(t('How weights are drawn'), (value) => change({ kernel: value === '' ? null : value }));
  const bias = numberField(t('bias deviation'), 0, 1e6, (value) => change({ biasStddev: value }), Number.isFinite);
  const workers = numberField(t('threads (0: all but one)'), 0, MOST_WORKERS, (value) => change({ workers: value }));
  const fileWeights = checkbox(t('weights of the file'), 'visibly', (checked) => change({ fileWeights: checked }));
  const again = button(t('As in the file'), 'secondary', () => change({ kernel: null, biasStddev: null, lower: -1, upper: 1, points: null, workers: 0 })); // prettier-ignore
  const summary = element('span', { class: 'muted' });
  const group = (title: string, children: readonly HTMLElement[]): HTMLElement =>
    element('fieldset', {}, [element('legend', { text: title }), ...children]);
  const form = element('div', { class: 'runForm' }, [
    group(t('Where'), [method.element, place.element, lower.element, upper.element]),
    group(t('Which networks'), [seeds.element, firstSeed.element, kernel.element, bias.element, fileWeights.element]),
    group(t('How'), [workers.element, again.element]),
  ]);
  const details = element('details', { class: 'runSettings' }, [
    element('summary', {}, [element('span', { text: t('How to count') }), summary]),
    form,
  ]);
  const bar = element('div', { class: 'progressBar' });
  const attributes = { role: 'progressbar', 'aria-label': t('Counting'), 'aria-valuemin': '0', 'aria-valuemax': '100' };
  const track = element('div', { class: 'progressTrack', attributes }, [bar]);
  const progressText = element('span', {});
  const progress = element('div', { class: 'progress' }, [
    track,
    element('div', { class: 'progressLine muted' }, [progressRing(), progressText]),
  ]);
  const outcome = element('p', { class: 'outcome', attributes: { role: 'status' } });
  const root = element('section', { class: 'run', attributes: { 'aria-label': t('Counting') } }, [
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
    place.setChoices(placeChoices(view), settings.points === null ? 'box' : 'points');
    seeds.setValue(settings.seeds);
    firstSeed.setValue(settings.firstSeed);
    lower.setValue(settings.lower);
    upper.setValue(settings.upper);
    kernel.setChoices(kernelChoices(view), settings.kernel ?? '');
    bias.setValue(settings.biasStddev ?? view.network.biasStddev);
    workers.setValue(settings.workers);
    fileWeights.setChecked(settings.fileWeights);
    setHidden(fileWeights.element, !view.network.hasWeights);
    for (const widget of [method, place, fileWeights, workers, again]) widget.setDisabled(running);
    for (const field of [lower, upper]) field.setDisabled(running || settings.points !== null);
    for (const field of [seeds, firstSeed, kernel, bias]) field.setDisabled(running || settings.fileWeights);
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
    const found = regions > 0 ? ` · ${plural(regions, t('region'), t('regions'))}` : '';
    setText(progressText, `${t('Network {0} of {1}', formatCount(Math.min(done + 1, of)), formatCount(of))}${found}`);
  }
  return { element: root, update };
}

/** A box with its ends in order: typing one beyond the other changes nothing. */
function box(lower: number, upper: number): Partial<CountSettings> {
  return lower < upper ? { lower, upper } : {};
}

function methodChoices(view: View): { value: string; text: string }[] {
  const line = { value: 'line', text: t('on a line') };
  const plane = { value: 'plane', text: t('in a plane') };
  return view.network.inputSize < 2 ? [line] : [line, plane];
}

function placeChoices({ settings, network }: View): { value: string; text: string }[] {
  const usual =
    settings.method === 'line'
      ? t('the diagonal of the box')
      : network.inputSize === 2
        ? t('the whole box')
        : t('a random plane, by seed');
  const points = settings.points === null ? t('through points of a file…') : t('through {0}', settings.points.label);
  return [
    { value: 'box', text: usual },
    { value: 'points', text: points },
  ];
}

function kernelChoices({ network }: View): { value: string; text: string }[] {
  return [
    { value: '', text: t('as in the file: {0}', network.kernel) },
    ...KERNELS.map((value) => ({ value, text: value })),
  ];
}

function describeSettings(view: View): string {
  const { settings, network } = view;
  const isUsual = settings.method === network.countMethod && settings.points === null && settings.lower === -1 && settings.upper === 1; // prettier-ignore
  const place = isUsual ? t('on {0}', formatDomain(network.countDomain)) : settings.method === 'line' ? t('on a line') : t('in a plane'); // prettier-ignore
  if (settings.fileWeights) return t('with the weights of the file, {0}', place);
  const networks = plural(settings.seeds, t('drawn network'), t('drawn networks'));
  return t('{0}, {1}, from seed {2}', networks, place, settings.firstSeed);
}

function outcomeText(view: View): string {
  const { run } = view;
  if (run === null || run.status === 'running' || run.status === 'done') return run?.message ?? '';
  if (run.status === 'failed') return t('The count failed: {0}', run.message ?? t('no reason was given'));
  return run.message ?? t('Stopped after {0}.', plural(run.counts.length, t('network'), t('networks')));
}
