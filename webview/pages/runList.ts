import { formatCount } from '../../src/common/formatFigures.ts';
import type { PanelTraining, SourcesChange } from '../../src/protocol/training.ts';
import { plural } from '../format.ts';
import { element, plainButton, setHidden, setText, showText, statusLine } from '../widgets/dom.ts';
import { button, type ButtonWidget } from '../widgets/toolkit.ts';
import type { Actions, Section } from '../app/actions.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';

/** Which runs are shown, with which data, and how far they are counted. */
export class RunList implements Section {
  readonly element: HTMLElement;
  readonly #actions: Actions;
  readonly #add = this.#changing(t('Add Run…'), 'primary', () => 'addRun');
  readonly #data = this.#changing(t('Choose Data…'), 'secondary', () => 'chooseData');
  readonly #testData = this.#changing(t('Choose Test Data…'), 'secondary', () => 'chooseTestData');
  readonly #stop = this.#changing(t('Stop'), 'secondary', () => (this.#isStopped ? 'resume' : 'stop'));
  readonly #intro = element('p', {
    class: 'muted',
    text: t(
      'A run is a folder of snapshots: files of weights saved during training, such as step-00100.pt. Each is counted in the same place, and new ones as they come.',
    ),
  });
  readonly #list = element('ul', { class: 'runList' });
  readonly #status = statusLine('caption');
  readonly #failure = statusLine('outcome failed');
  #isStopped = false;
  /** What the list is of. */
  #listed = '';

  constructor(actions: Actions) {
    this.#actions = actions;
    const tools = [this.#add, this.#data, this.#testData, this.#stop].map((tool) => tool.element);
    this.element = element('section', { class: 'runSources' }, [
      element('h2', { text: t('Runs') }),
      this.#intro,
      element('div', { class: 'compareTools' }, tools),
      this.#list,
      this.#status,
      this.#failure,
    ]);
  }

  update({ training: answer, network }: View): void {
    const training = answer?.value ?? null;
    const hasRuns = (training?.runs.length ?? 0) > 0;
    this.#isStopped = training?.status === 'stopped';
    setHidden(this.#intro, hasRuns);
    for (const { element: tool } of [this.#stop, this.#testData]) setHidden(tool, !hasRuns);
    this.#stop.setText(
      this.#isStopped ? t('Resume') : training?.status === 'watching' ? t('Stop Watching') : t('Stop'),
    );
    this.#add.setPrimary(!hasRuns);
    if (training !== null) this.#drawList(training);
    showText(this.#status, hasRuns && training !== null ? statusText(training) : '');
    const problems = training?.runs.flatMap((run) => run.problems) ?? [];
    setText(this.#failure, network.countRefused ?? answer?.message ?? problems.join(' '));
  }

  #changing(text: string, appearance: 'primary' | 'secondary', change: () => Change): ButtonWidget {
    return button(text, appearance, () => this.#actions.changeSources(change()));
  }

  #drawList(training: PanelTraining): void {
    const { runs, data, testData } = training;
    const next = JSON.stringify([runs, data?.label, data?.samples, testData]);
    if (next === this.#listed) return;
    this.#listed = next;
    this.#list.replaceChildren(...entriesOf(training).map((entry) => this.#entry(entry)));
  }

  #entry({ text, label, remove, run }: Entry): HTMLElement {
    if (remove === null) return element('li', {}, [element('span', { text })]);
    const forget = plainButton('chip', t('Remove'), () => this.#actions.changeSources(remove, run));
    forget.setAttribute('aria-label', t('Remove {0}', label));
    return element('li', {}, [element('span', { text }), ' ', forget]);
  }
}

type Change = SourcesChange['change'];

/** A run or a file, and how it is removed; null where the user did not choose it. */
interface Entry {
  readonly text: string;
  readonly label: string;
  readonly remove: Change | null;
  readonly run?: number;
}

function entriesOf({ runs, data, testData }: PanelTraining): Entry[] {
  const entries = runs.map(({ place, counted, files, label, isNamed }, run): Entry => {
    const text = t('{0} — {1} of {2}', place, formatCount(counted), plural(files, t('snapshot'), t('snapshots')));
    return { text, label, remove: isNamed ? null : 'removeRun', run };
  });
  if (data) {
    const text = t('Data: {0}, {1}', data.label, plural(data.samples, t('sample'), t('samples')));
    entries.push({ text, label: data.label, remove: data.isChosen ? 'removeData' : null });
  }
  if (testData) {
    const { label, isChosen } = testData;
    entries.push({ text: t('Test data: {0}', label), label, remove: isChosen ? 'removeTestData' : null });
  }
  return entries;
}

function statusText({ status, runs }: PanelTraining): string {
  const [files, counted] = [
    runs.reduce((sum, run) => sum + run.files, 0),
    runs.reduce((sum, run) => sum + run.counted, 0),
  ];
  switch (status) {
    case 'counting':
      return t('Counting: {0} of {1}', formatCount(counted), plural(files, t('snapshot'), t('snapshots')));
    case 'watching':
      return t('All snapshots are counted. New ones are counted as they come.');
    case 'stopped':
      return t('Stopped. New snapshots are not counted.');
  }
}
