import { WHOLE } from '../../src/common/place.ts';
import type { TrialFrame } from '../../src/protocol/trial.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import { axesOf } from '../picture/pictureAxes.ts';
import { TrainedPicture } from '../picture/trainedPicture.ts';
import { CurvePlot } from '../plots/curvePlot.ts';
import type { StepFigures } from '../plots/steps/stepFigures.ts';
import { StepPlot } from '../plots/steps/stepPlot.ts';
import { element, setHidden, setText, statusLine } from '../widgets/dom.ts';
import { statusText, type TrialCourse } from './trialSteps.ts';

/** What a network in training is like now, and how it came to that. */
export class TrialResults {
  readonly status = statusLine('trialStatus');
  readonly element: HTMLElement;
  readonly #plot = new StepPlot(240, () => undefined);
  readonly #picture = new TrainedPicture(t('Regions of the network in training'));
  readonly #curve = new CurvePlot();

  constructor() {
    this.element = element('div', { class: 'trialResults' }, [
      element('div', {}, [this.#plot.element]),
      element('div', { class: 'trainedColumn' }, [this.#picture.element, this.#curve.element]),
    ]);
  }

  /** `frame` is the last one of the course. */
  show({ settings: { place }, network }: View, course: TrialCourse, frame: TrialFrame): void {
    const { line, data, targets, picture } = frame;
    const box = place.kind === 'box' ? place : { lower: -1, upper: 1 };
    const text = statusText(frame);
    setText(this.status, text);
    this.#plot.show(courseFigures(course, text));
    setHidden(this.#picture.element, picture === null);
    if (picture !== null) {
      const axes = axesOf({ kind: 'box', ...box }, network.inputSize, picture.sides, WHOLE);
      this.#picture.show(picture, { data, ...box }, axes, text);
    }
    this.#curve.show(line === null ? null : { line, data, targets, ...box });
  }

  setHidden(isHidden: boolean): void {
    for (const part of [this.element, this.status]) setHidden(part, isHidden);
  }

  resize(): void {
    for (const part of [this.#plot, this.#picture, this.#curve]) part.resize();
  }
}

function courseFigures({ regions, losses }: TrialCourse, description: string): StepFigures {
  return {
    heading: t('Regions while it learns'),
    description,
    series: [{ id: 'trial', label: t('counted'), kind: 'counted', points: regions }],
    levels: [],
    second: { id: 'loss', label: t('loss'), kind: 'logged', points: losses },
    isLogX: false,
    isLogY: false,
    marked: null,
    axis: t('step'),
    vertical: t('regions'),
  };
}
