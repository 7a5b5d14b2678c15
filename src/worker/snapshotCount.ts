import type { CountChoice } from '../analysis/counts/countPlan.ts';
import type { SnapshotResult } from '../analysis/training/snapshotFigures.ts';
import type { TrainingChoice } from '../analysis/training/trainingPlaces.ts';
import type { OutcomeOf, TaskNetwork, WorkerTask } from '../protocol/pool.ts';
import type { CountCall } from './job.ts';

/** What does tasks: a pool of threads, here or in a process of its own. */
export interface Counting {
  run<Task extends WorkerTask>(task: Task, call?: CountCall): Promise<OutcomeOf<Task>>;
}

/** Counts and measures one snapshot: a network whose `weights` are those of the snapshot's file. */
export async function countSnapshot(
  counting: Counting,
  network: TaskNetwork,
  choices: { readonly count: CountChoice; readonly training: TrainingChoice },
  call: CountCall,
): Promise<SnapshotResult> {
  const { signal } = call;
  const [{ result, domain }, { figures }] = await Promise.all([
    counting.run({ ...network, choice: choices.count, runs: 1 }, call),
    counting.run({ kind: 'snapshot', ...network, choice: choices.training }, { signal }),
  ]);
  return { count: result, domain, figures };
}
