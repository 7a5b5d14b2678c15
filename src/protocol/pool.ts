import type { CountChoice } from '../analysis/countPlan.ts';
import type { CountDomain, CountProgress, CountResult } from '../counting/count.ts';

/** What a counting worker is asked: the text it reads itself (weights never cross the thread), and how to count. */
export interface CountTask {
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

export type WorkerRequest = {
  readonly id: number;
  readonly task: CountTask;
  /** One shared number; not 0 asks the count to stop and report what it has. */
  readonly stop: Int32Array;
};

export type WorkerReply =
  | { readonly type: 'progress'; readonly id: number; readonly progress: CountProgress }
  | { readonly type: 'done'; readonly id: number; readonly outcome: CountOutcome }
  /** `message` is a sentence for people: a domain that does not fit, no such network. */
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
