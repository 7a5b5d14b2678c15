import type { CountChoice } from '../analysis/countPlan.ts';
import type { MeasureChoice } from '../analysis/measurement.ts';
import type { CountDomain, CountProgress, CountResult } from '../counting/count.ts';
import type { RegionDescription } from '../counting/describe.ts';
import type { Measured } from '../counting/measure.ts';

/** What a counting worker is asked to count: the text it reads itself (weights never cross the thread), and how to count. */
export interface CountTask {
  readonly kind?: 'count';
  readonly text: string;
  readonly fileName: string;
  /** A name, or a position among the file's networks. */
  readonly network: string | number;
  readonly choice: CountChoice;
  /** Count this many times and report the fastest time; 1 outside benchmarks. */
  readonly runs: number;
}

export interface CountOutcome {
  readonly result: CountResult;
  readonly domain: CountDomain;
  readonly seed: number;
}

/** Hanin and Rolnick's quantities of the network of one seed. */
export interface MeasureTask {
  readonly kind: 'measure';
  readonly text: string;
  readonly fileName: string;
  readonly network: string | number;
  readonly choice: MeasureChoice;
}

export interface MeasureOutcome {
  readonly measured: Measured;
  readonly seed: number;
}

/** What the network does in the region at a point of a count's domain, for a region that someone points at. */
export interface RegionTask {
  readonly kind: 'region';
  readonly text: string;
  readonly fileName: string;
  readonly network: string | number;
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
