import { describePlace } from '../../src/common/describePlace.ts';
import { DEFAULT_BOX, PLACES } from '../../src/common/place.ts';
import type { CountMethodName, CountSettings } from '../../src/protocol/runs.ts';
import type { Actions, Section } from '../app/actions.ts';
import { element, setHidden, setText } from '../widgets/dom.ts';
import { formatDomain, plural } from '../format.ts';
import { PlaceForm } from './placeForm.ts';
import { DEVIATION, NETWORKS, SAMPLES, SEED, THREADS } from './ranges.ts';
import { t } from '../app/strings.ts';
import { button, checkbox, dropdown, numberField, underLabel } from '../widgets/toolkit.ts';
import { chosenMethod, describeFileWeights, type View } from '../app/view.ts';

/** Of networks that do not say how their weights are drawn. */
const DEFAULT_KERNEL = 'he_normal';
const KERNELS = [
  'he_normal',
  'he_uniform',
  'glorot_normal',
  'glorot_uniform',
  'lecun_normal',
  'lecun_uniform',
  'orthogonal',
];

/** How to count, folded away: method, place, networks, threads. */
export function createCountForm(actions: Actions): Section {
  let settings: CountSettings | null = null;
  const change = (part: Partial<CountSettings>): void => {
    if (settings !== null) actions.changeSettings({ ...settings, ...part });
  };
  const method = dropdown(t('Method'), (value) => change(withMethod(value as CountMethodName, settings)));
  const place = new PlaceForm(
    (next) => change({ place: next }),
    (needed) => actions.choosePoints('count', needed),
  );
  const samples = numberField(t('points'), SAMPLES, (value) => change({ samples: value }));
  const note = element('p', {
    class: 'muted formNote',
    text: t('Random points meet some of the regions: their number is a lower bound, however many there are.'),
  });
  const seeds = numberField(t('networks'), NETWORKS, (value) => change({ seeds: value }));
  const firstSeed = numberField(t('first seed'), SEED, (value) => change({ firstSeed: value }));
  const kernel = dropdown(t('How weights are drawn'), (value) => change({ kernel: value === '' ? null : value }));
  const bias = numberField(t('bias deviation'), DEVIATION, (value) => change({ biasStddev: value }));
  const workers = numberField(t('threads (0: automatic)'), THREADS, (value) => change({ workers: value }));
  const fileWeights = checkbox(t('weights of the file'), 'visibly', (checked) => change({ fileWeights: checked }));
  const again = button(t('Reset'), 'secondary', () =>
    change({ method: 'auto', place: DEFAULT_BOX, kernel: null, biasStddev: null, workers: 0 }),
  );
  const summary = element('span', { class: 'muted' });
  const group = (title: string, children: readonly HTMLElement[]): HTMLElement =>
    element('fieldset', {}, [element('legend', { text: title }), ...children]);
  const root = element('details', { class: 'runSettings' }, [
    element('summary', {}, [element('span', { text: t('Count settings') }), summary]),
    element('div', { class: 'runForm' }, [
      group(t('Domain'), [underLabel(t('method'), method.element), ...place.elements, samples.element, note]),
      group(t('Random networks'), [
        seeds.element,
        firstSeed.element,
        underLabel(t('weights'), kernel.element),
        bias.element,
        fileWeights.element,
      ]),
      group(t('Computation'), [workers.element, again.element]),
    ]),
  ]);

  function update(view: View): void {
    const { network } = view;
    settings = view.settings;
    const running = view.run?.status === 'running';
    setHidden(root, network.countRefused !== null);
    setText(summary, describeSettings(view));
    method.setChoices(methodChoices(view), settings.method);
    place.update(settings.place, settings.method, network.inputSize, running);
    const isSample = chosenMethod(network, settings).method === 'sample';
    samples.setValue(settings.samples);
    setHidden(samples.element, !isSample);
    setHidden(note, !isSample);
    seeds.setValue(settings.seeds);
    firstSeed.setValue(settings.firstSeed);
    kernel.setChoices(kernelChoices(view), settings.kernel ?? '');
    bias.setValue(settings.biasStddev ?? network.biasStddev);
    workers.setValue(settings.workers);
    fileWeights.setLabel(describeFileWeights(network));
    fileWeights.setChecked(settings.fileWeights);
    setHidden(fileWeights.element, !network.hasWeights);
    for (const widget of [method, samples, fileWeights, workers, again]) widget.setDisabled(running);
    for (const field of [seeds, firstSeed, kernel, bias]) field.setDisabled(running || settings.fileWeights);
  }
  return { element: root, update };
}

/** Another method, and the place as it was where it has such a place. */
function withMethod(method: CountMethodName, before: CountSettings | null): Partial<CountSettings> {
  const place = before?.place ?? DEFAULT_BOX;
  const fits =
    PLACES[method].includes(place.kind) &&
    (place.kind !== 'points' || place.points.length === (method === 'line' ? 2 : 3));
  return { method, place: fits ? place : DEFAULT_BOX };
}

const METHOD_WORDS: Readonly<Record<CountSettings['method'], string>> = {
  auto: t('automatic'),
  line: t('on a line'),
  plane: t('in a plane'),
  cells: t('whole cells'),
  sample: t('by samples (a lower bound)'),
};

function methodChoices({ network }: View): { value: string; text: string }[] {
  const all: CountMethodName[] = ['auto', 'line', 'plane', 'cells', 'sample'];
  const fits = (method: CountMethodName): boolean =>
    method === 'plane' ? network.inputSize > 1 : method !== 'cells' || network.counting.cells;
  return all.filter(fits).map((value) => ({ value, text: METHOD_WORDS[value] }));
}

/** Which method was taken, and why, where the network decided. */
export function chosenSentence(method: CountSettings['method'], why: string): string {
  return t(
    'Method: {0}, since {1}.',
    METHOD_WORDS[method],
    why
      .replace(/R\^\d+/g, formatDomain)
      .replace(/an estimated ([\d,]+) regions/, (_, size: string) => t('roughly {0} regions', size)),
  );
}

function kernelChoices({ network }: View): { value: string; text: string }[] {
  return [
    {
      value: '',
      text: network.kernel === DEFAULT_KERNEL ? t('default: {0}', network.kernel) : t('file: {0}', network.kernel),
    },
    ...KERNELS.map((value) => ({ value, text: value })),
  ];
}

function describeSettings({ settings, network }: View): string {
  const { method } = chosenMethod(network, settings);
  const place = t('on {0}', formatDomain(describePlace(network.inputSize, method, settings.place, t)));
  const how =
    method === 'sample' ? t('by samples {0}', place) : method === 'cells' ? t('whole cells {0}', place) : place;
  if (settings.fileWeights) return `${describeFileWeights(network)}, ${how}`;
  const networks = plural(settings.seeds, t('random network'), t('random networks'));
  return t('{0}, {1}, from seed {2}', networks, how, settings.firstSeed);
}
