import { formatCount, significant } from '../../src/common/formatFigures.ts';
import type { CountSettings } from '../../src/protocol/runs.ts';
import { DATA_SETS, type TrialChoice, type TrialFrame } from '../../src/protocol/trial.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import { formatDomain, plural } from '../format.ts';
import type { StepPoint } from '../plots/steps/stepFigures.ts';

/** How a trial goes on, step after step: plain functions, without a page. */

/** More points than this are thinned out: every other one goes. */
const MOST_POINTS = 400;

/** What a trial has shown until now. */
export interface TrialCourse {
  /** The last frame; null before the first. */
  readonly shown: TrialFrame | null;
  readonly regions: readonly StepPoint[];
  readonly losses: readonly StepPoint[];
  /** The step that was said to be asked for next. */
  readonly announced: number | null;
}

export const NOT_BEGUN: TrialCourse = { shown: null, regions: [], losses: [], announced: null };

export interface TrialPace {
  readonly isRunning: boolean;
  /** Steps from one picture to the next. */
  readonly stride: number;
  /** The last step. */
  readonly end: number;
}

/** What was announced is trained already. */
export function nextStep({ shown, announced }: TrialCourse, { isRunning, stride, end }: TrialPace): number {
  if (shown === null) return 0;
  if (announced !== null && announced <= end) return announced;
  return isRunning ? Math.min(end, shown.step + stride) : shown.step + stride;
}

/** The step that will be asked for after `step`; null where that is not known. */
export function stepAfter(step: number, { isRunning, stride, end }: TrialPace): number | null {
  return isRunning && step < end ? Math.min(end, step + stride) : null;
}

export function withFrame(course: TrialCourse, frame: TrialFrame): TrialCourse {
  const { step, regions, exact, loss } = frame;
  return {
    ...course,
    shown: frame,
    regions: withPoint(course.regions, { x: step, y: regions, isAtLeast: !exact }),
    losses: loss === null ? course.losses : withPoint(course.losses, { x: step, y: loss }),
  };
}

/** As many points as a line has use for, always with the newest. */
function withPoint(points: readonly StepPoint[], point: StepPoint): StepPoint[] {
  const thinned = points.length > MOST_POINTS ? points.filter((_, i) => i % 2 === 0) : points;
  return [...thinned, point];
}

/** Data that a network with this many inputs can learn: with more than two, those of the panel alone. */
export function offeredDataSets(inputSize: number, hasData: boolean): TrialChoice['dataSet'][] {
  return DATA_SETS.filter((name) =>
    name === 'file' ? hasData || inputSize > 2 : name === 'curve' ? inputSize === 1 : inputSize === 2,
  );
}

/** What was chosen, or the first that such a network can learn. */
export function fittingDataSet(inputSize: number, chosen: TrialChoice['dataSet']): TrialChoice['dataSet'] {
  if (inputSize === 1) return 'curve';
  if (inputSize > 2) return 'file';
  return chosen === 'curve' ? 'spirals' : chosen;
}

export function statusText({ step, loss, accuracy, exact, regions, domain }: TrialFrame): string {
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

/** Another subject is another trial. */
export function trialSubject({ network, settings: { place } }: View): string {
  const box = place.kind === 'box' ? `${place.lower} ${place.upper}` : '';
  return JSON.stringify([network.key, network.fingerprint, box]);
}

export function trialSettings({ settings }: View): CountSettings {
  return { ...settings, method: 'auto', seeds: 1, firstSeed: 1, fileWeights: false, workers: 0 };
}
