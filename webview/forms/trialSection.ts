import type { TrialChoice, TrialFrame } from '../../src/protocol/trial.ts';
import type { Actions, Plot } from '../app/actions.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import { element, setHidden, setText, statusLine } from '../widgets/dom.ts';
import { button } from '../widgets/toolkit.ts';
import { RATES, TrialForm } from './trialForm.ts';
import { TrialResults } from './trialResults.ts';
import {
  fittingDataSet,
  nextStep,
  NOT_BEGUN,
  offeredDataSets,
  stepAfter,
  trialSettings,
  trialSubject,
  withFrame,
  type TrialPace,
} from './trialSteps.ts';

/** Trains the network of the file here: its regions, its boundary and its loss move while it learns. */
export class TrialSection implements Plot {
  readonly element: HTMLElement;
  readonly #actions: Actions;
  readonly #form = new TrialForm({
    choose: (part) => {
      this.#choice = { ...this.#choice, ...part };
      this.#reset();
    },
    pace: (part) => this.#setPace(part),
  });
  readonly #start = button(t('Start'), 'primary', () => (this.#pace.isRunning ? this.#pause() : this.#run()));
  readonly #step = button(t('Step'), 'secondary', () => this.#advance());
  readonly #again = button(t('Reset'), 'secondary', () => this.#reset());
  readonly #keep = button(t('Keep as a Run…'), 'secondary', () => {
    this.#pause();
    this.#actions.keepTrial();
  });
  readonly #failure = statusLine('outcome failed');
  readonly #results = new TrialResults();
  #view: View | null = null;
  #choice: TrialChoice = { dataSet: 'spirals', optimizer: 'adam', rate: RATES.adam, batch: 32, seed: 1 };
  #pace: TrialPace = { isRunning: false, stride: 5, end: 2000 };
  /** The network and the place that `course` is of. */
  #subject = '';
  #course = NOT_BEGUN;
  /** A question is on its way. */
  #isAsked = false;
  /** Nothing was chosen or started yet. */
  #isFresh = true;

  constructor(actions: Actions) {
    this.#actions = actions;
    const buttons = [this.#start, this.#step, this.#again, this.#keep].map((one) => one.element);
    this.element = element('section', { class: 'trialSection' }, [
      element('h2', { text: t('Try it here') }),
      element('p', {
        class: 'muted',
        text: t(
          'Trains this network on a small data set, from random weights of the seed. Nothing leaves this computer.',
        ),
      }),
      this.#form.element,
      element('div', { class: 'compareTools' }, buttons),
      this.#results.status,
      this.#failure,
      this.#results.element,
    ]);
  }

  update(view: View): void {
    this.#view = view;
    if (view.page !== 'training') return;
    const { network, training } = view;
    const wanted = trialSubject(view);
    if (wanted !== this.#subject) this.#changeSubject(wanted, network.inputSize);
    setHidden(this.element, network.countRefused !== null);
    const hasData = (training?.value?.data ?? null) !== null;
    this.#form.show(this.#choice, this.#pace, offeredDataSets(network.inputSize, hasData));
    this.#receive(view);
    this.#drawButtons();
  }

  resize(): void {
    this.#results.resize();
  }

  #setPace(part: Partial<TrialPace>): void {
    this.#pace = { ...this.#pace, ...part };
  }

  #run(): void {
    if (this.#view === null || this.#view.network.countRefused !== null) return;
    this.#setPace({ isRunning: true });
    const { shown } = this.#course;
    if (shown !== null && shown.step >= this.#pace.end) this.#course = NOT_BEGUN;
    this.#advance();
  }

  #pause(): void {
    this.#setPace({ isRunning: false });
    this.#drawButtons();
  }

  #advance(): void {
    const view = this.#view;
    const course = this.#course;
    const pace = this.#pace;
    if (view === null || this.#isAsked) return this.#drawButtons();
    this.#isAsked = true;
    const next = nextStep(course, pace);
    const announced = stepAfter(next, pace);
    this.#course = { ...course, announced };
    this.#actions.askTrial(this.#choice, next, announced, trialSettings(view));
    this.#drawButtons();
  }

  /** Back to the start, with the weights that the seed gives. */
  #reset(): void {
    this.#setPace({ isRunning: false });
    this.#course = NOT_BEGUN;
    [this.#isAsked, this.#isFresh] = [false, false];
    setText(this.#failure, '');
    this.#advance();
  }

  #changeSubject(subject: string, inputSize: number): void {
    this.#subject = subject;
    this.#choice = { ...this.#choice, dataSet: fittingDataSet(inputSize, this.#choice.dataSet) };
    this.#setPace({ isRunning: false });
    this.#course = NOT_BEGUN;
    [this.#isAsked, this.#isFresh] = [false, true];
  }

  #receive(view: View): void {
    const { trial: answer } = view;
    const { shown } = this.#course;
    if (!this.#isAsked || answer === null) return;
    if (answer.message !== null) {
      this.#isAsked = false;
      this.#setPace({ isRunning: false });
      setText(this.#failure, answer.message);
    } else if (answer.value !== null && answer.value !== shown) this.#take(view, answer.value);
  }

  /** Takes in the answer, asks for the next one, and draws. */
  #take(view: View, frame: TrialFrame): void {
    this.#isAsked = false;
    setText(this.#failure, '');
    this.#course = withFrame(this.#course, frame);
    if (frame.step >= this.#pace.end) this.#setPace({ isRunning: false });
    // The next steps are trained while these are drawn.
    if (this.#pace.isRunning) this.#advance();
    this.#results.show(view, this.#course, frame);
  }

  #drawButtons(): void {
    const { shown } = this.#course;
    const { isRunning } = this.#pace;
    this.#start.setText(isRunning ? t('Pause') : shown !== null && shown.step > 0 ? t('Go On') : t('Start'));
    this.#step.setDisabled(isRunning);
    this.#keep.setDisabled(shown === null);
    this.#again.setDisabled(this.#isFresh && shown === null);
    this.#results.setHidden(shown === null);
  }
}
