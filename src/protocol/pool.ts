import type { CountChoice } from '../analysis/countPlan.ts';
import type { MeasureChoice } from '../analysis/measurement.ts';
import type { CountDomain, CountProgress, CountResult } from '../counting/count.ts';
import type { RegionDescription } from '../counting/describe.ts';
import type { Measured } from '../counting/measure.ts';

/** A network for a worker: the text it reads itself, for weights never cross the thread. */
export interface TaskNetwork {
  readonly text: string;
  readonly fileName: string;
  /** A name, or a position among the file's networks. */
  readonly network: string | number;
  /** Texts of files that the text imports, by their paths from its folder. */
  readonly imports?: Readonly<Record<string, string>>;
  /** Where weights beside the text are; without, those in the text are used, and missing ones are drawn. */
  readonly weights?: WeightsPlace;
}

/** What is counted, and how. */
export interface CountTask extends TaskNetwork {
  readonly kind?: 'count';
  readonly choice: CountChoice;
  /** Count this many times and report the fastest time; 1 outside benchmarks. */
  readonly runs: number;
}

/** Paths that the user has named or that lie in the folder of the model: a worker reads no others. */
export interface WeightsPlace {
  /** A file of weights. */
  readonly file?: string;
  /** The model's folder, for the files that its own text names. */
  readonly folder?: string;
}

export interface CountOutcome {
  readonly result: CountResult;
  readonly domain: CountDomain;
  readonly seed: number;
}

/** Hanin and Rolnick's quantities of the network of one seed. */
export interface MeasureTask extends TaskNetwork {
  readonly kind: 'measure';
  readonly choice: MeasureChoice;
}

export interface MeasureOutcome {
  readonly measured: Measured;
  readonly seed: number;
}

/** What the network does in the region at a point of a count's domain, for a region that someone points at. */
export interface RegionTask extends TaskNetwork {
  readonly kind: 'region';
  /** Of the count whose domain it is. */
  readonly choice: CountChoice;
  /** Coordinates (0 to 1) of the domain, as those of `PlaneRegions`. */
  readonly at: readonly number[];
}

export type WorkerTask = CountTask | MeasureTask | RegionTask;
type AnyOutcome = CountOutcome | MeasureOutcome | RegionDescription;
export type OutcomeOf<Task extends WorkerTask> = Task extends MeasureTask
  ? MeasureOutcome
  : Task extends RegionTask
    ? RegionDescription
    : CountOutcome;

export type WorkerRequest = {
  readonly id: number;
  readonly task: WorkerTask;
  /** One shared number; not 0 asks the count to stop and report what it has. */
  readonly stop: Int32Array;
};

export type WorkerReply =
  | { readonly type: 'progress'; readonly id: number; readonly progress: CountProgress }
  | { readonly type: 'done'; readonly id: number; readonly outcome: AnyOutcome }
  /** `message` is a sentence for people: a domain that does not fit, no such network. */
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
