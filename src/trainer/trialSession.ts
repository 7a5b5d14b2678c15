import { fileWeights } from '../common/weightsSource.ts';
import { planCount, type CountChoice } from '../analysis/counts/countPlan.ts';
import { networkWithWeights } from '../analysis/counts/networkWeights.ts';
import type { DataPoints } from '../analysis/places/points.ts';
import type { Box, Domain } from '../common/place.ts';
import type { CountResult } from '../counting/count.ts';
import { count } from '../counting/countRegions.ts';
import { writeSafetensors } from '../formats/weights/writeSafetensors.ts';
import type { Network } from '../network/network.ts';
import type { TaskNetwork } from '../protocol/pool.ts';
import type { TrialChoice } from '../protocol/trial.ts';
import { lessonOf, makeLesson, type Lesson } from './dataSets.ts';
import { whyNotTrained } from './forward.ts';
import { Trainer, type Score } from './trainer.ts';

/** What is asked: the network after this many steps of this training. */
export interface TrialRequest {
  readonly network: TaskNetwork;
  readonly choice: TrialChoice;
  /** Of the file, where that is the data set. */
  readonly data: DataPoints | null;
  readonly box: Box<number>;
  readonly step: number;
  /** The step that will be asked for next; null where that is not known. */
  readonly ahead: number | null;
}

export interface TrialOutcome extends Score {
  readonly step: number;
  readonly result: CountResult;
  readonly domain: Domain;
  readonly lesson: Lesson;
}

/** The weights at a step that was shown. */
export interface KeptStep extends Score {
  readonly step: number;
  /** A safetensors file. */
  readonly bytes: Uint8Array;
}

/** As many steps as a run of them is worth looking at; of more, every other one is forgotten. */
const MAX_KEPT = 256;
/** Counting may not hold up training. */
const LIMITS = { regions: 150_000, seconds: 2 };

type Request = Omit<TrialRequest, 'ahead'>;

interface Made {
  readonly outcome: TrialOutcome;
  readonly network: Network;
}

/** Training as it goes on: asked for a later step it trains further, for an earlier one it starts again. */
export class TrialSession {
  private key = '';
  private trainer: Trainer | null = null;
  private lesson: Lesson | null = null;
  private kept: (Score & { readonly step: number; readonly network: Network })[] = [];
  /** What will be asked for next. */
  private prepared: (Made & { readonly place: string }) | null = null;

  /** Errors: RangeError, as a sentence, for a network or data that do not fit. */
  at(request: TrialRequest): TrialOutcome {
    const made = this.preparedFor(request) ?? this.make(request);
    this.prepared = null;
    const { outcome, network } = made;
    const { step, loss, accuracy } = outcome;
    this.keep({ step, network, loss, accuracy });
    return outcome;
  }

  /** Trains on to the step that will be asked for after this request, which was answered. */
  prepare({ ahead, ...request }: TrialRequest): void {
    if (ahead === null || keyOf(request) !== this.key || this.trainer === null || this.trainer.step >= ahead) return;
    this.prepared = { ...this.make({ ...request, step: ahead }), place: JSON.stringify(request.box) };
  }

  private preparedFor(request: Request): Made | null {
    const { prepared } = this;
    const isIt =
      prepared?.outcome.step === request.step &&
      keyOf(request) === this.key &&
      prepared.place === JSON.stringify(request.box);
    return isIt ? prepared : null;
  }

  private make(request: Request): Made {
    const { box, step } = request;
    const key = keyOf(request);
    if (key !== this.key || this.trainer === null || this.trainer.step > step) this.restart(request, key);
    const trainer = this.trainer!;
    trainer.trainTo(step);
    const { network } = trainer;
    const score = trainer.score();
    const { result, domain } = counted(network, box);
    return { network, outcome: { step, ...score, result, domain, lesson: this.lesson! } };
  }

  /** The steps that were shown, as files. */
  files(): KeptStep[] {
    return this.kept.map(({ network, ...others }) => ({ ...others, bytes: writeSafetensors(network) }));
  }

  private restart({ network: source, choice, data }: Request, key: string): void {
    const network = readNetwork(source);
    const refused = whyNotTrained(network);
    if (refused !== null) throw new RangeError(refused);
    const outputs = network.layers[network.outputs[0]].outputShape[0];
    const lesson =
      choice.dataSet === 'file' ? lessonOf(dataIn(data), outputs) : makeLesson(choice.dataSet, choice.seed);
    const numbers = lesson.points[0].length;
    if (numbers !== network.inputSize) {
      throw new RangeError(`The samples have ${numbers} numbers each, but the network takes ${network.inputSize}.`);
    }
    this.trainer?.dispose();
    this.trainer = new Trainer(network, lesson, choice);
    [this.key, this.lesson, this.kept, this.prepared] = [key, lesson, [], null];
  }

  private keep(step: (typeof this.kept)[number]): void {
    this.kept = [...this.kept.filter((other) => other.step !== step.step), step];
    if (this.kept.length > MAX_KEPT) this.kept = this.kept.filter((_, i) => i % 2 === 0);
  }
}

/** Equal for requests that go on from each other. */
function keyOf({ network, choice, data }: Request): string {
  return JSON.stringify([network, choice, data]);
}

function readNetwork({ text, fileName, network, imports = {} }: TaskNetwork): Network {
  const files = { text: (path: string) => (Object.hasOwn(imports, path) ? imports[path] : undefined) };
  const read = networkWithWeights(text, fileName, network, null, files);
  if (read === null) throw new RangeError(`there is no network ${network} in ${fileName}`);
  return read.network;
}

function dataIn(data: DataPoints | null): DataPoints {
  if (data === null) throw new RangeError('Choose a file of data first.');
  return data;
}

/** Of one input on the line, of two in the square, of more on the diagonal of the box. */
function counted(network: Network, box: Box<number>): { result: CountResult; domain: Domain } {
  const choice: CountChoice = {
    method: network.inputSize === 2 ? 'plane' : 'line',
    // The network holds the weights of this step.
    source: fileWeights(1),
    place: box,
    linear: false,
    keepRegions: network.inputSize <= 2,
    level: 0,
    limits: LIMITS,
  };
  const request = planCount(network, choice);
  return { result: count(request), domain: request.domain };
}
