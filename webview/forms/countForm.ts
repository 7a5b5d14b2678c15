import { describePlace } from '../../src/common/describePlace.ts';
import { DEFAULT_BOX, PLACES } from '../../src/common/place.ts';
import type { CountMethodName, CountSettings } from '../../src/protocol/runs.ts';
import { MAX_SAMPLES, MAX_SEEDS } from '../../src/protocol/validate.ts';
import type { Actions, Section } from '../app/actions.ts';
import { element, setHidden, setText } from '../widgets/dom.ts';
import { capital, formatDomain, plural } from '../format.ts';
import { createPlaceForm } from './placeForm.ts';
import { t } from '../app/strings.ts';
import { button, checkbox, dropdown, numberField, underLabel } from '../widgets/toolkit.ts';
import { chosenMethod, describeFileWeights, type View } from '../app/view.ts';

const MAX_WORKERS = 64;
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
  const method = dropdown(t('How to count'), (value) => change(withMethod(value as CountMethodName, settings)));
  const place = createPlaceForm(
    (next) => change({ place: next }),
    (needed) => actions.choosePoints('count', needed),
  );
  const samples = numberField(t('points'), 1, MAX_SAMPLES, (value) => change({ samples: value }));
  const note = element('p', {
    class: 'muted formNote',
    text: t('Random points meet some of the regions: their number is a lower bound, however many there are.'),
  });
  const seeds = numberField(t('networks'), 1, MAX_SEEDS, (value) => change({ seeds: value }));
  const firstSeed = numberField(t('first seed'), 0, 2 ** 31 - 1, (value) => change({ firstSeed: value }));
  const kernel = dropdown(t('How weights are drawn'), (value) => change({ kernel: value === '' ? null : value }));
  const bias = numberField(t('bias deviation'), 0, 1e6, (value) => change({ biasStddev: value }), Number.isFinite);
  const workers = numberField(t('threads (0: all but one)'), 0, MAX_WORKERS, (value) => change({ workers: value }));
  const fileWeights = checkbox(t('weights of the file'), 'visibly', (checked) => change({ fileWeights: checked }));
  const again = button(t('As in the file'), 'secondary', () =>
    change({ method: 'auto', place: DEFAULT_BOX, kernel: null, biasStddev: null, workers: 0 }),
  );
  const summary = element('span', { class: 'muted' });
  const group = (title: string, children: readonly HTMLElement[]): HTMLElement =>
    element('fieldset', {}, [element('legend', { text: title }), ...children]);
  const root = element('details', { class: 'runSettings' }, [
    element('summary', {}, [element('span', { text: t('How to count') }), summary]),
    element('div', { class: 'runForm' }, [
      group(t('Where'), [underLabel(t('method'), method.element), ...place.elements, samples.element, note]),
      group(t('Which networks'), [
        seeds.element,
        firstSeed.element,
        underLabel(t('weights'), kernel.element),
        bias.element,
        fileWeights.element,
      ]),
      group(t('On what'), [workers.element, again.element]),
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
  auto: t('as suits the network'),
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

/** Which method was taken, and why: `In a plane, since two inputs: the box is a plane.` */
export function chosenSentence(method: CountSettings['method'], why: string): string {
  return t('{0}, since {1}.', capital(METHOD_WORDS[method]), why.replace(/R\^\d+/g, formatDomain));
}

function kernelChoices({ network }: View): { value: string; text: string }[] {
  return [
    { value: '', text: t('as in the file: {0}', network.kernel) },
    ...KERNELS.map((value) => ({ value, text: value })),
  ];
}

function describeSettings({ settings, network }: View): string {
  const { method } = chosenMethod(network, settings);
  const place = t('on {0}', formatDomain(describePlace(network.inputSize, method, settings.place, t)));
  const how =
    method === 'sample' ? t('by samples {0}', place) : method === 'cells' ? t('whole cells {0}', place) : place;
  if (settings.fileWeights) return `${describeFileWeights(network)}, ${how}`;
  const networks = plural(settings.seeds, t('drawn network'), t('drawn networks'));
  return t('{0}, {1}, from seed {2}', networks, how, settings.firstSeed);
}
