import { MAX_THREADS } from '../counting/walk/sharedCount.ts';
import type { StopReason } from '../counting/walk/sharedCount.ts';
import type { CountOutcome, CountTask, OutcomeOf, WorkerReply, WorkerRequest, WorkerTask } from '../protocol/pool.ts';
import type { StartThread, Thread } from '../host/threads.ts';
import { Job, type CountCall } from './job.ts';

/** A worker that does not answer a request to stop within this time is terminated. */
const STOP_PATIENCE_MS = 80;
/** A new thread is started if at least this much of a count is left; starting one takes a tenth of a second. */
const MIN_SHARED_SECONDS = 0.25;
const RAN_OUT = 'The count needed more memory than a worker may have.';

interface Lane {
  readonly thread: Thread<WorkerRequest>;
  job: Job | null;
  /** Among the threads of its job; the first one leads. */
  position: number;
  /** The text that the worker has. */
  text?: string;
}

/**
 * Runs counts on at most `size` worker threads. While no count waits, idle threads take a share of one under way. A
 * worker that dies ends its own count only; the next gets a fresh one.
 */
export class CountPool {
  private readonly lanes: Lane[] = [];
  private readonly queue: Job[] = [];
  private size: number;
  private nextId = 1;

  constructor(
    private readonly startThread: StartThread<WorkerRequest, WorkerReply>,
    size: number,
  ) {
    this.size = Math.min(size, MAX_THREADS);
  }

  /** Allows at least this many threads from now on. */
  grow(size: number): void {
    this.size = Math.min(MAX_THREADS, Math.max(this.size, size));
  }

  /**
   * Counts in a worker. An aborted signal, or too little memory, ends it with what was found so far (`exact: false`),
   * or rejects when it had not begun. Rejects with a sentence for people.
   */
  async run<Task extends WorkerTask>(task: Task, call: CountCall = {}): Promise<OutcomeOf<Task>> {
    const first = await this.runOnce(task, call);
    if (!('runs' in task) || task.runs === 1) return first;
    // Only a count has runs.
    return (await this.fastest(task, call, first as CountOutcome)) as OutcomeOf<Task>;
  }

  /**
   * The fastest of the runs that are finished; a run that is stopped, or that a signal does not let begin, ends them.
   */
  private async fastest(task: CountTask, call: CountCall, first: CountOutcome): Promise<CountOutcome> {
    if (first.result.stoppedBy !== null) return first;
    let best = first;
    for (let k = 1; k < task.runs; k++) {
      const next = await this.runOnce(task, call).catch((error: unknown) => {
        if (call.signal?.aborted) return null;
        throw error;
      });
      if (next === null || next.result.stoppedBy !== null) return { ...best, runs: k };
      if (next.result.seconds < best.result.seconds) best = next;
    }
    return { ...best, runs: task.runs };
  }

  /** Threads that may work on one task. They share memory, which browsers have only in pages isolated from others. */
  private get threadsForOne(): number {
    return typeof SharedArrayBuffer === 'undefined' ? 1 : this.size;
  }

  private runOnce<Task extends WorkerTask>(task: Task, call: CountCall): Promise<OutcomeOf<Task>> {
    return new Promise((resolve, reject) => {
      if (call.signal?.aborted) return reject(new Error('cancelled'));
      // A worker answers a task with the outcome of its kind.
      this.queue.push(new Job(this.nextId++, task, call, this.threadsForOne, resolve as Job['resolve'], reject));
      this.advance();
    });
  }

  /** Ends all workers; counts under way are rejected. */
  async dispose(): Promise<void> {
    for (const job of this.queue.splice(0)) job.reject(new Error('cancelled'));
    const lanes = this.lanes.splice(0);
    for (const lane of lanes) {
      const { job } = lane;
      // Its further replies are ignored. The worker stays referenced, so the process lives until the worker has ended.
      lane.job = null;
      if (job) this.fail(job, 'cancelled');
    }
    await Promise.all(lanes.map(({ thread }) => thread.end()));
  }

  private advance(): void {
    while (this.queue.length > 0) {
      const lane = this.idle() ?? this.open();
      if (!lane) return;
      const job = this.queue.shift()!;
      if (job.call.signal?.aborted) job.reject(new Error('cancelled'));
      else this.start(lane, job);
    }
    for (const job of new Set(this.lanes.map((lane) => lane.job))) if (job) this.assignHelpers(job);
  }

  private idle(): Lane | undefined {
    return this.lanes.find(({ job }) => job === null);
  }

  /** Idle threads help at once; new ones are started where it pays. */
  private assignHelpers(job: Job): void {
    if (!job.isShareable || job.isWaiting || job.isSettled || this.queue.length > 0) return;
    const isLong = job.secondsLeft !== null && job.secondsLeft > MIN_SHARED_SECONDS;
    while (job.threadsAsked < job.threads) {
      const lane = this.idle() ?? (isLong ? this.open() : null);
      if (!lane) return;
      this.ask(lane, job);
    }
  }

  private open(): Lane | null {
    if (this.lanes.length >= this.size) return null;
    const thread = this.startThread({
      onReply: (reply) => this.onReply(lane, reply),
      onEnd: (message, isOutOfMemory) => this.drop(lane, message, isOutOfMemory),
    });
    const lane: Lane = { thread, job: null, position: 0 };
    thread.keepAlive(false);
    this.lanes.push(lane);
    return lane;
  }

  private start(lane: Lane, job: Job): void {
    const { signal } = job.call;
    const cancel = () => this.cancel(job);
    signal?.addEventListener('abort', cancel, { once: true });
    job.whenSettled = () => signal?.removeEventListener('abort', cancel);
    this.ask(lane, job);
  }

  private ask(lane: Lane, job: Job): void {
    lane.job = job;
    lane.position = job.threadsAsked++;
    lane.thread.keepAlive(true);
    const { id, memory, threads } = job;
    const { text, ...task } = job.task;
    if (lane.text !== text) lane.thread.post({ type: 'text', text });
    lane.text = text;
    lane.thread.post({ type: 'perform', id, task, place: { memory, thread: lane.position, threads } });
  }

  private onReply(lane: Lane, reply: WorkerReply): void {
    const { job } = lane;
    if (job?.id !== reply.id) return;
    switch (reply.type) {
      case 'begun':
        job.begin(reply.start);
        this.assignHelpers(job);
        return;
      case 'progress':
        job.progressed(lane.position, reply.progress);
        this.assignHelpers(job);
        return;
      case 'waiting':
        job.isWaiting = true;
        // The count has been answered already, for example because it was cancelled.
        if (job.isSettled) this.free(lane);
        else this.addUp(job);
        return;
      case 'part':
        job.handOver(lane.position, reply.part);
        this.free(lane);
        this.addUp(job);
        return;
      case 'refused':
        this.free(lane);
        this.settle(job, () => this.queue.unshift(job.alone(this.nextId++)));
        this.advance();
        return;
      case 'done':
        this.free(lane);
        this.settle(job, () => job.resolve(reply.outcome));
        return;
      case 'failed':
        this.free(lane);
        if (reply.outOfMemory) this.answerSoFar(job, 'memory', RAN_OUT);
        else this.fail(job, reply.message);
    }
  }

  private addUp(job: Job): void {
    const lead = this.leadOf(job);
    if (!lead || job.isSettled || !job.isComplete) return;
    lead.thread.post({ type: 'add', id: job.id, parts: job.parts });
  }

  private free(lane: Lane): void {
    lane.job = null;
    lane.thread.keepAlive(false);
    this.advance();
  }

  private settle(job: Job, answer: () => void): void {
    if (job.isSettled) return;
    job.isSettled = true;
    // What others still find comes too late.
    job.share.stop('request');
    job.whenSettled?.();
    answer();
    // A lead that waits has nothing left to do.
    const lead = this.leadOf(job);
    if (lead && job.isWaiting) this.free(lead);
  }

  private leadOf(job: Job): Lane | undefined {
    return this.lanes.find((lane) => lane.job === job && lane.position === 0);
  }

  /**
   * Asks all threads to stop. Those that do not answer are ended, and the answer is what they have reported.
   */
  private cancel(job: Job): void {
    this.stop(job, 'request');
    setTimeout(() => {
      if (job.isSettled) return;
      this.answerSoFar(job, 'request', 'cancelled');
      for (const lane of this.lanes.filter((each) => each.job === job)) void this.end(lane);
    }, STOP_PATIENCE_MS);
  }

  /** Asks all threads of a job to stop. */
  private stop(job: Job, reason: StopReason): void {
    job.share.stop(reason);
    if (job.memory) return;
    this.leadOf(job)?.thread.post({ type: 'stop', id: job.id, reason });
  }

  private answerSoFar(job: Job, reason: StopReason, otherwise: string): void {
    this.stop(job, reason);
    const outcome = job.soFar(reason);
    if (outcome) this.settle(job, () => job.resolve(outcome));
    else this.fail(job, otherwise);
  }

  private fail(job: Job, message: string): void {
    this.stop(job, 'request');
    this.settle(job, () => job.reject(new Error(message)));
  }

  private drop(lane: Lane, message: string, isOutOfMemory: boolean): void {
    const position = this.lanes.indexOf(lane);
    if (position >= 0) this.lanes.splice(position, 1);
    const { job } = lane;
    lane.job = null;
    if (job && isOutOfMemory) this.answerSoFar(job, 'memory', RAN_OUT);
    else if (job) this.fail(job, message);
    this.advance();
  }

  private async end(lane: Lane): Promise<void> {
    this.drop(lane, 'cancelled', false);
    await lane.thread.end();
  }
}
