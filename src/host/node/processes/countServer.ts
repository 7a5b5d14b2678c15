import type { OutcomeOf, WithoutText, WorkerTask } from '../../../protocol/pool.ts';
import { CountPool } from '../../../worker/countPool.ts';
import type { JobProgress } from '../../../worker/job.ts';
import { threadsOf } from './threads.ts';

/** To the process that counts. */
export type CountRequestMessage =
  /** The text of all tasks from now on. */
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'run'; readonly id: number; readonly task: WithoutText<WorkerTask> }
  | { readonly type: 'cancel'; readonly id: number }
  /** Allows at least this many threads. */
  | { readonly type: 'grow'; readonly threads: number };

export type CountReplyMessage =
  | { readonly type: 'progress'; readonly id: number; readonly progress: JobProgress }
  | { readonly type: 'done'; readonly id: number; readonly outcome: OutcomeOf<WorkerTask> }
  /** `message` is a sentence for people. */
  | { readonly type: 'failed'; readonly id: number; readonly message: string };

/** Answers counts that the process which started this one asks for, on threads of this file. Ends with that process. */
export function serveCounts(file: string): void {
  const pool = new CountPool(threadsOf(file), 1);
  const underWay = new Map<number, AbortController>();
  let text = '';

  const reply = (message: CountReplyMessage) => process.send?.(message);
  const run = async (id: number, task: WorkerTask): Promise<void> => {
    const control = new AbortController();
    underWay.set(id, control);
    const progress = (latest: JobProgress) => reply({ type: 'progress', id, progress: latest });
    try {
      reply({ type: 'done', id, outcome: await pool.run(task, { signal: control.signal, progress }) });
    } catch (error) {
      reply({ type: 'failed', id, message: error instanceof Error ? error.message : String(error) });
    } finally {
      underWay.delete(id);
    }
  };

  process.on('message', (message: CountRequestMessage) => {
    switch (message.type) {
      case 'text':
        text = message.text;
        return;
      case 'run':
        return void run(message.id, { ...message.task, text });
      case 'cancel':
        return underWay.get(message.id)?.abort();
      case 'grow':
        return pool.grow(message.threads);
    }
  });
  // At once, whatever the threads are doing.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // A terminal sends these to all processes of a command: the one that asks decides.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
}
