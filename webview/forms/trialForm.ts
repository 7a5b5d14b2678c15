import { OPTIMIZERS, type TrialChoice } from '../../src/protocol/trial.ts';
import { t } from '../app/strings.ts';
import { plural } from '../format.ts';
import { element } from '../widgets/dom.ts';
import { dropdown, numberField, underLabel } from '../widgets/toolkit.ts';
import { SEED } from './ranges.ts';
import type { TrialPace } from './trialSteps.ts';

const DATA_NAMES: Readonly<Record<TrialChoice['dataSet'], string>> = {
  spirals: t('Two spirals'),
  circles: t('Two circles'),
  xor: t('XOR'),
  moons: t('Two moons'),
  curve: t('A curve of one input'),
  file: t('The data above'),
};
const OPTIMIZER_NAMES: Readonly<Record<TrialChoice['optimizer'], string>> = {
  adam: 'Adam',
  sgd: 'SGD',
  momentum: t('SGD with momentum'),
  rmsprop: 'RMSprop',
};
/** Rates with which each usually learns something. */
export const RATES: Readonly<Record<TrialChoice['optimizer'], number>> = {
  adam: 0.01,
  sgd: 0.1,
  momentum: 0.03,
  rmsprop: 0.005,
};
/** Steps from one picture to the next. */
const STRIDES = [1, 5, 20, 100];
const MOST_STEPS = 1_000_000;
const RATE = { least: 1e-9, most: 1000, hint: t('A number above 0'), fits: Number.isFinite };
const COUNTED = { least: 1, most: 1_000_000, hint: t('A whole number from 1 on') };

export interface TrialFormChanges {
  choose(part: Partial<TrialChoice>): void;
  pace(part: Partial<Pick<TrialPace, 'stride' | 'end'>>): void;
}

/** What a trial learns, how, and for how long. */
export class TrialForm {
  readonly element: HTMLElement;
  readonly #on: TrialFormChanges;
  readonly #dataSets = dropdown(t('Data'), (value) => this.#on.choose({ dataSet: value as TrialChoice['dataSet'] }));
  readonly #optimizers = dropdown(t('Optimizer'), (value) => {
    const optimizer = value as TrialChoice['optimizer'];
    this.#on.choose({ optimizer, rate: RATES[optimizer] });
  });
  readonly #rate = numberField(t('learning rate'), RATE, (rate) => this.#on.choose({ rate }));
  readonly #batch = numberField(t('batch'), COUNTED, (batch) => this.#on.choose({ batch }));
  readonly #seed = numberField(t('seed'), SEED, (seed) => this.#on.choose({ seed }));
  readonly #last = numberField(t('last step'), { ...COUNTED, most: MOST_STEPS }, (end) => this.#on.pace({ end }));
  readonly #strides = dropdown(t('Steps from picture to picture'), (value) => this.#on.pace({ stride: Number(value) }));

  constructor(on: TrialFormChanges) {
    this.#on = on;
    this.element = element('div', { class: 'trialForm' }, [
      underLabel(t('data'), this.#dataSets.element),
      underLabel(t('optimizer'), this.#optimizers.element),
      this.#rate.element,
      this.#batch.element,
      this.#seed.element,
      this.#last.element,
      underLabel(t('picture every'), this.#strides.element),
    ]);
  }

  show(choice: TrialChoice, { stride, end }: TrialPace, offered: readonly TrialChoice['dataSet'][]): void {
    this.#dataSets.setChoices(
      offered.map((value) => ({ value, text: DATA_NAMES[value] })),
      choice.dataSet,
    );
    this.#optimizers.setChoices(
      OPTIMIZERS.map((value) => ({ value, text: OPTIMIZER_NAMES[value] })),
      choice.optimizer,
    );
    this.#strides.setChoices(
      STRIDES.map((count) => ({ value: String(count), text: plural(count, t('step'), t('steps')) })),
      String(stride),
    );
    this.#rate.setValue(choice.rate);
    this.#batch.setValue(choice.batch);
    this.#seed.setValue(choice.seed);
    this.#last.setValue(end);
  }
}
