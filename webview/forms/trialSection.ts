import { formatCount, significant } from '../../src/common/formatFigures.ts';
import { WHOLE } from '../../src/common/place.ts';
import type { CountSettings } from '../../src/protocol/runs.ts';
import { DATA_SETS, OPTIMIZERS, type TrialChoice, type TrialFrame } from '../../src/protocol/trial.ts';
import type { Actions, Plot } from '../app/actions.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import { formatDomain, plural } from '../format.ts';
import { axesOf } from '../picture/pictureAxes.ts';
import { createTrainedPicture } from '../picture/trainedPicture.ts';
import { createCurvePlot } from '../plots/curvePlot.ts';
import { createStepPlot, type StepPoint } from '../plots/stepPlot.ts';
import { element, setHidden, setText } from '../widgets/dom.ts';
import { button, dropdown, numberField, underLabel } from '../widgets/toolkit.ts';
import { SEED } from './ranges.ts';

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
const RATES: Readonly<Record<TrialChoice['optimizer'], number>> = {
  adam: 0.01,
  sgd: 0.1,
  momentum: 0.03,
  rmsprop: 0.005,
};
/** Steps from one picture to the next. */
const STRIDES = [1, 5, 20, 100];
const MOST_STEPS = 1_000_000;
/** More points than this are thinned out: every other one goes. */
const MOST_POINTS = 400;

/** Trains the network of the file here: its regions, its boundary and its loss move while it learns. */
export function createTrialSection(actions: Actions): Plot {
  const change = (part: Partial<TrialChoice>): void => {
    choice = { ...choice, ...part };
    reset();
  };
  const dataSets = dropdown(t('Data'), (value) => change({ dataSet: value as TrialChoice['dataSet'] }));
  const optimizers = dropdown(t('Optimizer'), (value) => {
    const optimizer = value as TrialChoice['optimizer'];
    change({ optimizer, rate: RATES[optimizer] });
  });
  const rate = numberField(
    t('learning rate'),
    { least: 1e-9, most: 1000, hint: t('A number above 0'), fits: Number.isFinite },
    (value) => change({ rate: value }),
  );
  const whole = t('A whole number from 1 on');
  const batch = numberField(t('batch'), { least: 1, most: 1_000_000, hint: whole }, (value) =>
    change({ batch: value }),
  );
  const seed = numberField(t('seed'), SEED, (value) => change({ seed: value }));
  const last = numberField(t('last step'), { least: 1, most: MOST_STEPS, hint: whole }, (value) => (end = value));
  const strides = dropdown(t('Steps from picture to picture'), (value) => (stride = Number(value)));
  const start = button(t('Start'), 'primary', () => (isRunning ? pause() : run()));
  const step = button(t('Step'), 'secondary', () => advance());
  const again = button(t('Reset'), 'secondary', () => reset());
  const keep = button(t('Keep as a Run…'), 'secondary', () => {
    pause();
    actions.keepTrial();
  });
  const form = element('div', { class: 'trialForm' }, [
    underLabel(t('data'), dataSets.element),
    underLabel(t('optimizer'), optimizers.element),
    rate.element,
    batch.element,
    seed.element,
    last.element,
    underLabel(t('picture every'), strides.element),
  ]);
  const buttons = element('div', { class: 'compareTools' }, [start.element, step.element, again.element, keep.element]);
  const status = element('p', { class: 'trialStatus', attributes: { role: 'status' } });
  const failure = element('p', { class: 'outcome failed', attributes: { role: 'status' } });
  const plot = createStepPlot(240, () => undefined);
  const picture = createTrainedPicture(t('Regions of the network in training'));
  const curve = createCurvePlot();
  const results = element('div', { class: 'trialResults' }, [
    element('div', {}, [plot.element]),
    element('div', { class: 'trainedColumn' }, [picture.element, curve.element]),
  ]);
  const root = element('section', { class: 'trialSection' }, [
    element('h2', { text: t('Try it here') }),
    element('p', {
      class: 'muted',
      text: t(
        'Trains this network on a small data set, from random weights of the seed. Nothing leaves this computer.',
      ),
    }),
    form,
    buttons,
    status,
    failure,
    results,
  ]);

  let view: View | null = null;
  let choice: TrialChoice = { dataSet: 'spirals', optimizer: 'adam', rate: RATES.adam, batch: 32, seed: 1 };
  let stride = 5;
  let end = 2000;
  let isRunning = false;
  /** The network and the choice that `points` are of. */
  let subject = '';
  let shown: TrialFrame | null = null;
  let regions: StepPoint[] = [];
  let losses: StepPoint[] = [];
  /** A question is on its way. */
  let isAsked = false;
  /** The step that was said to be asked for next. */
  let announced: number | null = null;
  let isFresh = true;

  function run(): void {
    if (view === null || view.network.countRefused !== null) return;
    isRunning = true;
    if (shown !== null && shown.step >= end) forget();
    advance();
  }

  function pause(): void {
    isRunning = false;
    drawButtons();
  }

  function advance(): void {
    if (view === null || isAsked) return drawButtons();
    isAsked = true;
    const next = nextStep();
    announced = isRunning && next < end ? Math.min(end, next + stride) : null;
    actions.askTrial(choice, next, announced, trialSettings(view));
    drawButtons();
  }

  /** What was announced is trained already. */
  function nextStep(): number {
    if (shown === null) return 0;
    if (announced !== null && announced <= end) return announced;
    return isRunning ? Math.min(end, shown.step + stride) : shown.step + stride;
  }

  function forget(): void {
    [shown, regions, losses, announced] = [null, [], [], null];
  }

  /** Back to the start, with the weights that the seed gives. */
  function reset(): void {
    isRunning = false;
    forget();
    [isAsked, isFresh] = [false, false];
    setText(failure, '');
    advance();
  }

  function update(next: View): void {
    view = next;
    if (next.page !== 'training') return;
    const wanted = JSON.stringify([next.network.key, next.network.fingerprint, boxText(next)]);
    if (wanted !== subject) {
      subject = wanted;
      const { inputSize } = next.network;
      const fits =
        inputSize === 1
          ? 'curve'
          : inputSize === 2
            ? choice.dataSet === 'curve'
              ? 'spirals'
              : choice.dataSet
            : 'file';
      choice = { ...choice, dataSet: fits };
      isRunning = false;
      forget();
      [isAsked, isFresh] = [false, true];
    }
    setHidden(root, next.network.countRefused !== null);
    drawForm(next);
    receive(next);
    drawButtons();
  }

  /** Takes in the answer, asks for the next one, and draws. */
  function receive(next: View): void {
    const answer = next.trial;
    if (!isAsked || answer === null || (answer.value === shown && answer.message === null)) return;
    if (answer.message !== null) {
      [isAsked, isRunning] = [false, false];
      setText(failure, answer.message);
      return;
    }
    const frame = answer.value;
    if (frame === null || frame === shown) return;
    isAsked = false;
    setText(failure, '');
    shown = frame;
    regions = withPoint(regions, { x: frame.step, y: frame.regions, isAtLeast: !frame.exact });
    if (frame.loss !== null) losses = withPoint(losses, { x: frame.step, y: frame.loss });
    if (isRunning && frame.step >= end) isRunning = false;
    // The next steps are trained while these are drawn.
    if (isRunning) advance();
    drawFrame(next, frame);
  }

  function drawFrame(next: View, frame: TrialFrame): void {
    const { place } = next.settings;
    const box = place.kind === 'box' ? place : { lower: -1, upper: 1 };
    const text = statusText(frame);
    setText(status, text);
    plot.show({
      heading: t('Regions while it learns'),
      description: text,
      series: [{ id: 'trial', label: t('counted'), kind: 'counted', points: regions }],
      levels: [],
      second: { id: 'loss', label: t('loss'), kind: 'logged', points: losses },
      isLogX: false,
      isLogY: false,
      marked: null,
      axis: t('step'),
      vertical: t('regions'),
    });
    setHidden(picture.element, frame.picture === null);
    if (frame.picture !== null) {
      const axes = axesOf({ kind: 'box', ...box }, next.network.inputSize, frame.picture.sides, WHOLE);
      picture.show(frame.picture, { data: frame.data, ...box }, axes, text);
    }
    curve.show(frame.line === null ? null : { line: frame.line, data: frame.data, targets: frame.targets, ...box });
  }

  function drawForm({ network: { inputSize }, training }: View): void {
    const hasData = (training?.value?.data ?? null) !== null;
    const offered = DATA_SETS.filter((name) =>
      name === 'file' ? hasData || inputSize > 2 : name === 'curve' ? inputSize === 1 : inputSize === 2,
    );
    dataSets.setChoices(
      offered.map((value) => ({ value, text: DATA_NAMES[value] })),
      choice.dataSet,
    );
    optimizers.setChoices(
      OPTIMIZERS.map((value) => ({ value, text: OPTIMIZER_NAMES[value] })),
      choice.optimizer,
    );
    strides.setChoices(
      STRIDES.map((count) => ({ value: String(count), text: plural(count, t('step'), t('steps')) })),
      String(stride),
    );
    rate.setValue(choice.rate);
    batch.setValue(choice.batch);
    seed.setValue(choice.seed);
    last.setValue(end);
  }

  function drawButtons(): void {
    start.setText(isRunning ? t('Pause') : shown !== null && shown.step > 0 ? t('Go On') : t('Start'));
    step.setDisabled(isRunning);
    keep.setDisabled(shown === null);
    again.setDisabled(isFresh && shown === null);
    setHidden(results, shown === null);
    setHidden(status, shown === null);
  }

  return {
    element: root,
    update,
    resize: () => {
      plot.resize();
      picture.resize();
      curve.resize();
    },
  };
}

/** As many points as a line has use for, always with the newest. */
function withPoint(points: readonly StepPoint[], point: StepPoint): StepPoint[] {
  const thinned = points.length > MOST_POINTS ? points.filter((_, i) => i % 2 === 0) : points;
  return [...thinned, point];
}

function statusText({ step, loss, accuracy, exact, regions, domain }: TrialFrame): string {
  return [
    t('Step {0}', formatCount(step)),
    `${exact ? '' : '≥ '}${plural(regions, t('region'), t('regions'))}`,
    loss === null ? t('the loss is not a number any more') : t('loss {0}', significant(loss)),
    accuracy === null ? '' : t('accuracy {0}', `${(100 * accuracy).toFixed(1)}%`),
    t('on {0}', formatDomain(domain)),
  ]
    .filter(Boolean)
    .join(' · ');
}

function boxText({ settings: { place } }: View): string {
  return place.kind === 'box' ? `${place.lower} ${place.upper}` : '';
}

function trialSettings({ settings }: View): CountSettings {
  return { ...settings, method: 'auto', seeds: 1, firstSeed: 1, fileWeights: false, workers: 0 };
}
