import type { Input } from '../host/input.ts';
import type { CountOutcome, CountTask } from '../protocol/pool.ts';
import type { CountCall } from '../worker/job.ts';
import type { WeightsHost } from '../worker/modelWeights.ts';

/** What the tools need of the place they run in. */
export interface AssistantHost {
  /** A file's content, or a sentence why there is none. It waits for no pipe, and reads no file that is too large. */
  readInput(file: string): Promise<Input | { readonly fault: string }>;
  isAbsolute(path: string): boolean;
  readonly weights: WeightsHost;
  count(task: CountTask, call: CountCall): Promise<CountOutcome>;
  /** Lets other work of this thread happen. */
  nextTurn(): Promise<unknown>;
}
