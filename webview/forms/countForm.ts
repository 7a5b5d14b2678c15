import { describePlace } from '../../src/common/describePlace.ts';
import { DEFAULT_BOX, PLACES } from '../../src/common/place.ts';
import type { CountMethodName, CountSettings } from '../../src/protocol/runs.ts';
import type { Actions, Section } from '../app/actions.ts';
import { element, setHidden, setText } from '../widgets/dom.ts';
import { formatDomain, plural } from '../format.ts';
import { PlaceForm } from './placeForm.ts';
import { DEVIATION, NETWORKS, SAMPLES, SEED, THREADS } from './ranges.ts';
import { t } from '../app/strings.ts';
import { KERNEL_INITIALIZERS } from '../../src/common/kernelInitializers.ts';
import { button, checkbox, dropdown, numberField, underLabel } from '../widgets/toolkit.ts';
import { chosenMethod, describeFileWeights, type View } from '../app/view.ts';

/** Of networks that do not say how their weights are drawn. */
const DEFAULT_KERNEL = 'he_normal';
/** Those that need no deviation beside them. */
const KERNELS = KERNEL_INITIALIZERS.filter((name) => name !== 'normal');

/** How to count, folded away: method, place, networks, threads. */
export class CountForm implements Section {
  readonly element: HTMLElement;
  readonly #actions: Pick<Actions, 'changeSettings' | 'choosePoints'>;
  readonly #summary = element('span', { class: 'muted' });
  readonly #method = dropdown(t('Method'), (value) =>
    this.#actions.changeSettings(withMethod(value as CountMethodName, this.#settings)),
  );
  readonly #place = new PlaceForm(
    (place) => this.#actions.changeSettings({ place }),
    (needed) => this.#actions.choosePoints('count', needed),
  );
  readonly #samples = numberField(t('points'), SAMPLES, (samples) => this.#actions.changeSettings({ samples }));
  readonly #note = element('p', {
    class: 'muted formNote',
    text: t('Random points meet some of the regions: their number is a lower bound, however many there are.'),
  });
  readonly #seeds = numberField(t('networks'), NETWORKS, (seeds) => this.#actions.changeSettings({ seeds }));
  readonly #firstSeed = numberField(t('first seed'), SEED, (firstSeed) => this.#actions.changeSettings({ firstSeed }));
  readonly #kernel = dropdown(t('How weights are drawn'), (value) =>
    this.#actions.changeSettings({ kernel: KERNELS.find((name) => name === value) ?? null }),
  );
  readonly #bias = numberField(t('bias deviation'), DEVIATION, (biasStddev) =>
    this.#actions.changeSettings({ biasStddev }),
  );
  readonly #fileWeights = checkbox(t('weights of the file'), 'visibly', (fileWeights) =>
    this.#actions.changeSettings({ fileWeights }),
  );
  readonly #workers = numberField(t('threads (0: automatic)'), THREADS, (workers) =>
    this.#actions.changeSettings({ workers }),
  );
  readonly #again = button(t('Reset'), 'secondary', () =>
    this.#actions.changeSettings({ method: 'auto', place: DEFAULT_BOX, kernel: null, biasStddev: null, workers: 0 }),
  );
  #settings: CountSettings | null = null;

  constructor(actions: Pick<Actions, 'changeSettings' | 'choosePoints'>) {
    this.#actions = actions;
    const drawn = [
      this.#seeds.element,
      this.#firstSeed.element,
      underLabel(t('weights'), this.#kernel.element),
      this.#bias.element,
    ];
    this.element = element('details', { class: 'runSettings' }, [
      element('summary', {}, [element('span', { text: t('Count settings') }), this.#summary]),
      element('div', { class: 'runForm' }, [
        group(t('Domain'), [
          underLabel(t('method'), this.#method.element),
          ...this.#place.elements,
          this.#samples.element,
          this.#note,
        ]),
        group(t('Random networks'), [...drawn, this.#fileWeights.element]),
        group(t('Computation'), [this.#workers.element, this.#again.element]),
      ]),
    ]);
  }

  update(view: View): void {
    const { network, settings } = view;
    this.#settings = settings;
    const isRunning = view.run?.status === 'running';
    setHidden(this.element, network.countRefused !== null);
    setText(this.#summary, describeSettings(view));
    this.#method.setChoices(methodChoices(view), settings.method);
    this.#place.update(settings.place, settings.method, network.inputSize, isRunning);
    const isSample = chosenMethod(network, settings).method === 'sample';
    this.#samples.setValue(settings.samples);
    for (const part of [this.#samples.element, this.#note]) setHidden(part, !isSample);
    this.#workers.setValue(settings.workers);
    this.#updateWeights(view, isRunning);
    for (const widget of [this.#method, this.#samples, this.#workers, this.#again]) widget.setDisabled(isRunning);
  }

  #updateWeights(view: View, isRunning: boolean): void {
    const { network, settings } = view;
    this.#seeds.setValue(settings.seeds);
    this.#firstSeed.setValue(settings.firstSeed);
    this.#kernel.setChoices(kernelChoices(view), settings.kernel ?? '');
    this.#bias.setValue(settings.biasStddev ?? network.biasStddev);
    this.#fileWeights.setLabel(describeFileWeights(network));
    this.#fileWeights.setChecked(settings.fileWeights);
    this.#fileWeights.setDisabled(isRunning);
    setHidden(this.#fileWeights.element, !network.hasWeights);
    for (const field of [this.#seeds, this.#firstSeed, this.#kernel, this.#bias])
      field.setDisabled(isRunning || settings.fileWeights);
  }
}

function group(title: string, children: readonly HTMLElement[]): HTMLElement {
  return element('fieldset', {}, [element('legend', { text: title }), ...children]);
}

/** Another method, and the place as it was where it has such a place. */
function withMethod(method: CountMethodName, before: CountSettings | null): Partial<CountSettings> {
  const place = before?.place ?? DEFAULT_BOX;
  const fits =
    PLACES[method].includes(place.kind) &&
    (place.kind !== 'points' || place.points.length === (method === 'line' ? 2 : 3));
  return fits ? { method } : { method, place: DEFAULT_BOX };
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
