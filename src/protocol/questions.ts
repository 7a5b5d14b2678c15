import type { WeightsSource } from '../common/weightsSource.ts';
import type { PlaneWindow, PointSet } from '../common/place.ts';
import {
  isComparedCount,
  isComparison,
  isCost,
  isObjective,
  isPanelFit,
  isSweepOption,
  isDistances,
  isLine,
  isPicture,
  isProbe,
  isSweptRow,
} from './answerGuards.ts';
import { between, isBoolean, isNatural, isNumber, isString, listOf, nullOr, shape, type Guard } from './guards.ts';
import type {
  ComparedCount,
  ComparisonParts,
  CountSettings,
  FitQuestion,
  PanelComparison,
  PanelCost,
  PanelFit,
  PanelDistances,
  PanelLine,
  PanelPicture,
  PanelProbe,
  SweepSubject,
  SweptRow,
} from './runs.ts';
import type { ChosenData, PanelTraining, SourcesChange } from './training.ts';
import { isChosenData, isSourcesChange, isTraining, isTrialChoice, isTrialFrame } from './trainingGuards.ts';
import type { TrialChoice, TrialFrame } from './trial.ts';
import { isCountSettings, isPointSet, isPositive, isSubject, isUris, isWeightsSource, isWindow } from './validate.ts';

/** What the panel asks about one network: the types of the question and the answer, and their checks. */
interface Question<P, A> {
  readonly params: Guard<P>;
  readonly answer: Guard<A>;
}

function question<P, A>(params: Guard<P>, answer: Guard<A>): Question<P, A> {
  return { params, answer };
}

/** One of the networks that are counted so. */
interface Drawn {
  readonly source: WeightsSource;
  readonly settings: CountSettings;
}
const parts = { uris: isUris, counterparts: isBoolean, siblings: isBoolean };
const fitParams = {
  maxParameters: isPositive,
  maxMultiplyAdds: nullOr(isPositive),
  objective: isObjective,
  depth: nullOr(isNatural),
};
const drawn = { source: isWeightsSource, settings: isCountSettings };

/**
 * Every question of the panel. A new one is a row here, a handler in the extension (`PanelAnswers`) and the code of the
 * page that asks it. The extension works on one question of a name at a time: a newer one ends the one before.
 */
const QUESTIONS = {
  /** The regions of the plane in a window. */
  picture: question(
    shape<Drawn & { readonly window: PlaneWindow; readonly level: number | null }>({
      ...drawn,
      window: isWindow,
      level: nullOr(isNumber),
    }),
    isPicture satisfies Guard<PanelPicture>,
  ),
  /** The network along a line. */
  line: question(shape<Drawn>(drawn), isLine satisfies Guard<PanelLine>),
  /** Distances of random points to the nearest boundary, within this many seconds. */
  distances: question(
    shape<Drawn & { readonly seconds: number }>({ ...drawn, seconds: between(0, 600) }),
    isDistances satisfies Guard<PanelDistances>,
  ),
  /** What a count of one network takes, before it is made. */
  cost: question(shape<Drawn>(drawn), isCost satisfies Guard<PanelCost>),
  /** The region at a point of the plane, in the coordinates of the whole parallelogram. */
  probe: question(
    shape<Drawn & { readonly x: number; readonly y: number }>({ ...drawn, x: between(0, 1), y: between(0, 1) }),
    isProbe satisfies Guard<PanelProbe>,
  ),
  /** Points of a file that the user chooses: two for a line, three for a plane. Null where none are chosen. */
  points: question(
    shape<{ readonly needed: 2 | 3 }>({ needed: (value): value is 2 | 3 => value === 2 || value === 3 }),
    nullOr<PointSet>(isPointSet),
  ),
  /** Files that the user chooses to compare with. Null where the user chooses nothing. */
  files: question(shape<{ readonly uris: readonly string[] }>({ uris: isUris }), nullOr(listOf(isString))),
  comparison: question(shape<ComparisonParts>(parts), isComparison satisfies Guard<PanelComparison>),
  /** One random network of a row of the comparison, counted. Null for a row of null, which ends the count before. */
  comparedCount: question(
    shape<ComparisonParts & { readonly row: string | null; readonly seed: number; readonly settings: CountSettings }>({
      ...parts,
      row: nullOr(isString),
      seed: isNatural,
      settings: isCountSettings,
    }),
    nullOr<ComparedCount>(isComparedCount),
  ),
  /** What can be varied in the network. */
  sweepOptions: question(shape<Record<never, never>>({}), listOf(isSweepOption)),
  /** Designs under a budget. */
  fit: question(shape<FitQuestion>(fitParams), isPanelFit satisfies Guard<PanelFit>),
  /** The network with one size changed. */
  sweep: question(
    shape<{ readonly subject: SweepSubject; readonly value: number }>({ subject: isSubject, value: isPositive }),
    isSweptRow satisfies Guard<SweptRow>,
  ),
  /** What is new about the network's runs since a revision: answered when there is something new. */
  training: question(
    shape<{ readonly since: number; readonly settings: CountSettings }>({
      since: isNatural,
      settings: isCountSettings,
    }),
    isTraining satisfies Guard<PanelTraining>,
  ),
  /** Answered with whether anything changed. */
  trainingSources: question(isSourcesChange satisfies Guard<SourcesChange>, isBoolean),
  /** The data of the network: those that were chosen, else those beside its run. */
  data: question(shape<Record<never, never>>({}), isChosenData satisfies Guard<ChosenData>),
  /** The regions with the weights of a snapshot. */
  snapshotPicture: question(
    shape<{ readonly file: string; readonly level: number; readonly settings: CountSettings }>({
      file: isString,
      level: isNumber,
      settings: isCountSettings,
    }),
    isPicture satisfies Guard<PanelPicture>,
  ),
  /**
   * The network after this many steps of training it here: later steps go on from earlier ones. `ahead` is the step
   * that will be asked for next, if that is known: it is trained while this one is drawn.
   */
  trial: question(
    shape<{
      readonly choice: TrialChoice;
      readonly step: number;
      readonly ahead: number | null;
      readonly settings: CountSettings;
    }>({
      choice: isTrialChoice,
      step: isNatural,
      ahead: nullOr(isNatural),
      settings: isCountSettings,
    }),
    isTrialFrame satisfies Guard<TrialFrame>,
  ),
  /** Keeps the steps that were shown as a run, in a folder that the user chooses. False where the user chooses none. */
  keepTrial: question(shape<Record<never, never>>({}), isBoolean),
};

type Questions = typeof QUESTIONS;
export type QuestionName = keyof Questions;
type Guarded<G> = G extends Guard<infer T> ? T : never;
export type ParamsOf<N extends QuestionName> = Guarded<Questions[N]['params']>;
export type AnswerOf<N extends QuestionName> = Guarded<Questions[N]['answer']>;

/** A question about the network with this key, as a message. `id` tells which question an answer belongs to. */
export interface Ask {
  readonly type: 'ask';
  readonly id: number;
  readonly key: string;
  readonly name: QuestionName;
  readonly params: unknown;
}

/** Either the answer or, as a sentence, why there is none. */
export interface Answer {
  readonly type: 'answer';
  readonly id: number;
  readonly name: QuestionName;
  readonly answer: unknown;
  readonly error: string | null;
}

function isQuestionName(value: unknown): value is QuestionName {
  return isString(value) && Object.hasOwn(QUESTIONS, value);
}

const hasAskShape = shape<Omit<Ask, 'type' | 'params'>>({ id: isNatural, key: isString, name: isQuestionName });

export const isAsk: Guard<Ask> = (value): value is Ask =>
  hasAskShape(value) && 'params' in value && QUESTIONS[value.name].params(value.params);

const hasAnswerShape = shape<Omit<Answer, 'type' | 'answer'>>({
  id: isNatural,
  name: isQuestionName,
  error: nullOr(isString),
});

export const isAnswer: Guard<Answer> = (value): value is Answer =>
  hasAnswerShape(value) && 'answer' in value && (value.error !== null || QUESTIONS[value.name].answer(value.answer));
