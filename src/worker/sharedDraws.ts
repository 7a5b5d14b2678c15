import type { DrawnShare, MeanChoice, RangeOfRounds } from '../analysis/expectation/drawnMean.ts';
import type { DrawsTask, OutcomeOf, TaskNetwork } from '../protocol/pool.ts';
import type { CountCall } from './job.ts';

/** Threads that take tasks. */
export interface Threads {
  readonly threadCount: number;
  run(task: DrawsTask, call: CountCall): Promise<OutcomeOf<DrawsTask>>;
}

/** A share of a mean's draws from each thread; those of a thread that fails say why. */
export function drawOnThreads(
  threads: Threads,
  network: TaskNetwork,
  choice: MeanChoice,
  signal: AbortSignal,
  range?: RangeOfRounds,
): Promise<DrawnShare[]> {
  const of = threads.threadCount;
  return Promise.all(
    Array.from({ length: of }, (_, index) =>
      threads.run({ ...network, kind: 'draws', choice, share: { index, of, ...range } }, { signal }).then(
        ({ share }) => share,
        (error: unknown) => ({ reason: sentenceOf(error) }),
      ),
    ),
  );
}

/** What went wrong, as a sentence. */
export function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.charAt(0).toUpperCase() + message.slice(1) + (message.endsWith('.') ? '' : '.');
}
