import { Worker } from 'node:worker_threads';
import type { CountProgress } from '../counting/count.ts';
import type { OutcomeOf, WorkerReply, WorkerRequest, WorkerTask } from '../protocol/pool.ts';

/** A worker that does not answer a request to stop for this long is ended from outside. */
const STOP_PATIENCE_MS = 2000;
const WORKER_MEMORY_MB = 4096;

export interface CountCall {
  readonly signal?: AbortSignal;
  readonly progress?: (progress: CountProgress) => void;
}

interface Job {
  readonly task: WorkerTask;
  readonly call: CountCall;
  readonly resolve: (outcome: OutcomeOf<WorkerTask>) => void;
  readonly reject: (error: Error) => void;
}

interface Lane {
  readonly worker: Worker;
  readonly stop: Int32Array;
  job: Job | null;
}

/** Runs counts on at most `size` worker threads. A worker that dies fails its own count only; the next gets a fresh one. */
export class CountPool {
  private readonly lanes: Lane[] = [];
  private readonly queue: Job[] = [];
  private nextId = 1;

  constructor(
    private readonly workerFile: string,
    private size: number,
  ) {}

  /** Allows at least so many threads from now on. */
  grow(size: number): void {
    this.size = Math.max(this.size, size);
  }

  /**
   * Counts in a worker. An aborted signal ends it with what was found so far (`exact: false`), or rejects when
   * it had not begun or does not answer. Rejects with a sentence for people.
   */
  run<Task extends WorkerTask>(task: Task, call: CountCall = {}): Promise<OutcomeOf<Task>> {
    return new Promise((resolve, reject) => {
      if (call.signal?.aborted) return reject(new Error('cancelled'));
      // A worker answers a task with the outcome of its kind.
      this.queue.push({ task, call, resolve: resolve as Job['resolve'], reject });
      this.advance();
    });
  }

  /** Ends all workers; counts under way are rejected. */
  async dispose(): Promise<void> {
    for (const job of this.queue.splice(0)) job.reject(new Error('cancelled'));
    await Promise.all(this.lanes.splice(0).map((lane) => this.end(lane, 'cancelled')));
  }

  private advance(): void {
    while (this.queue.length > 0) {
      const lane = this.lanes.find(({ job }) => job === null) ?? this.open();
      if (!lane) return;
      const job = this.queue.shift()!;
      if (job.call.signal?.aborted) job.reject(new Error('cancelled'));
      else this.start(lane, job);
    }
  }

  private open(): Lane | null {
    if (this.lanes.length >= this.size) return null;
    const worker = new Worker(this.workerFile, { resourceLimits: { maxOldGenerationSizeMb: WORKER_MEMORY_MB } });
    const lane: Lane = { worker, stop: new Int32Array(new SharedArrayBuffer(4)), job: null };
    worker.on('error', (error: NodeJS.ErrnoException) => {
      const ranOut = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.drop(lane, ranOut ? 'The count needed more memory than a worker may have.' : error.message);
    });
    worker.on('exit', () => this.drop(lane, 'The counting worker ended.'));
    // An idle worker must not keep the process alive.
    worker.unref();
    this.lanes.push(lane);
    return lane;
  }

  private start(lane: Lane, job: Job): void {
    const id = this.nextId++;
    lane.job = job;
    lane.worker.ref();
    Atomics.store(lane.stop, 0, 0);
    let patience: NodeJS.Timeout | undefined;
    const abort = () => {
      Atomics.store(lane.stop, 0, 1);
      patience = setTimeout(() => void this.end(lane, 'cancelled'), STOP_PATIENCE_MS);
    };
    job.call.signal?.addEventListener('abort', abort, { once: true });
    const settle = () => {
      clearTimeout(patience);
      job.call.signal?.removeEventListener('abort', abort);
      lane.worker.off('message', listen);
      lane.worker.unref();
      lane.job = null;
      this.advance();
    };
    const listen = (reply: WorkerReply) => {
      if (reply.id !== id) return;
      if (reply.type === 'progress') return job.call.progress?.(reply.progress);
      settle();
      if (reply.type === 'done') job.resolve(reply.outcome);
      else job.reject(new Error(reply.message));
    };
    lane.worker.on('message', listen);
    lane.worker.postMessage({ id, task: job.task, stop: lane.stop } satisfies WorkerRequest);
  }

  private drop(lane: Lane, message: string): void {
    const position = this.lanes.indexOf(lane);
    if (position >= 0) this.lanes.splice(position, 1);
    const { job } = lane;
    lane.job = null;
    job?.reject(new Error(message));
    this.advance();
  }

  private async end(lane: Lane, message: string): Promise<void> {
    this.drop(lane, message);
    await lane.worker.terminate();
  }
}
