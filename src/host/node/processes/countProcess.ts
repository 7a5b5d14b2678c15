import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { OutcomeOf, WorkerTask } from '../../../protocol/pool.ts';
import type { CountReplyMessage, CountRequestMessage } from './countServer.ts';
import { forkNode } from './forkNode.ts';
import type { CountCall } from '../../../worker/job.ts';

/**
 * A cancelled count that is not answered by then is answered here: the process is busy, or at the end of its memory.
 */
const CANCEL_PATIENCE_MS = 95;
/** It is ended when it does not answer for so long either. */
const END_PATIENCE_MS = 2000;
/** How V8 ends a process that has no memory left, by the system's names; numbers are those of shells and of Windows. */
const OUT_OF_MEMORY = new Set<unknown>(['SIGABRT', 'SIGTRAP', 'SIGILL', 133, 134, 0x80000003]);

interface Call {
  readonly call: CountCall;
  readonly resolve: (outcome: OutcomeOf<WorkerTask>) => void;
  readonly reject: (error: Error) => void;
}

/** The counts that a signal cancels, and what listens to it. */
interface Listening {
  readonly ids: Set<number>;
  readonly cancel: () => void;
}

/**
 * Counts in a process of its own: a thread that needs more memory than there is can take its whole process along. When
 * the process ends, the counts in it are rejected with a sentence, and the next count starts another one.
 */
export class CountProcess {
  private child: ChildProcess | undefined;
  private readonly calls = new Map<number, Call>();
  /** Signals that are listened to, once each: hundreds of counts may share one. */
  private readonly signals = new Map<AbortSignal, Listening>();
  private text: string | undefined;
  private nextId = 1;

  /**
   * `file` is the bundle of worker.ts; there are at most `threads` threads. A cancelled count has `patience`
   * milliseconds to tell what it has found, unless more are under way than there are threads.
   */
  constructor(
    private readonly file: string,
    private threads: number,
    private readonly patience = CANCEL_PATIENCE_MS,
  ) {}

  /** At most as many work at a time. */
  get threadCount(): number {
    return this.threads;
  }

  /** Allows at least this many threads from now on. */
  grow(threads: number): void {
    this.threads = Math.max(this.threads, threads);
    if (this.child) send(this.child, { type: 'grow', threads: this.threads });
  }

  /** As `CountPool.run`. */
  run<Task extends WorkerTask>(task: Task, call: CountCall = {}): Promise<OutcomeOf<Task>> {
    return new Promise((resolve, reject) => {
      if (call.signal?.aborted) return reject(new Error('cancelled'));
      const child = (this.child ??= this.start());
      const id = this.nextId++;
      if (call.signal) this.listen(call.signal, id);
      // A task is answered with the outcome of its kind.
      this.calls.set(id, { call, resolve: resolve as Call['resolve'], reject });
      keepAlive(child, true);
      const { text, ...rest }: WorkerTask = task;
      if (this.text !== text) send(child, { type: 'text', text });
      this.text = text;
      send(child, { type: 'run', id, task: rest });
    });
  }

  /** Ends the process; counts under way are rejected. */
  async dispose(): Promise<void> {
    const { child } = this;
    this.lose(child, 'cancelled');
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    // This process stays until that one has ended.
    keepAlive(child, true);
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }

  private start(): ChildProcess {
    const child = forkNode(this.file, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    this.text = undefined;
    child.on('message', (reply: CountReplyMessage) => this.onReply(reply));
    // All its messages have arrived by then.
    child.on('close', (code, signal) => this.lose(child, this.sentence(signal ?? code)));
    child.on('error', (error) => this.lose(child, `The counting process could not be started: ${error.message}`));
    send(child, { type: 'grow', threads: this.threads });
    return child;
  }

  private onReply(reply: CountReplyMessage): void {
    if (reply.type === 'progress') return this.calls.get(reply.id)?.call.progress?.(reply.progress);
    const answered = this.take(reply.id);
    if (reply.type === 'done') answered?.resolve(reply.outcome);
    else answered?.reject(new Error(reply.message));
  }

  private take(id: number): Call | undefined {
    const found = this.calls.get(id);
    this.calls.delete(id);
    if (found?.call.signal) this.listenNoMore(found.call.signal, id);
    if (this.calls.size === 0 && this.child) keepAlive(this.child, false);
    return found;
  }

  private listen(signal: AbortSignal, id: number): void {
    const known = this.signals.get(signal);
    if (known) {
      known.ids.add(id);
      return;
    }
    const ids = new Set([id]);
    const cancel = () => {
      for (const each of [...ids]) this.cancel(each);
    };
    this.signals.set(signal, { ids, cancel });
    signal.addEventListener('abort', cancel, { once: true });
  }

  private listenNoMore(signal: AbortSignal, id: number): void {
    const known = this.signals.get(signal);
    if (!known) return;
    known.ids.delete(id);
    if (known.ids.size > 0) return;
    signal.removeEventListener('abort', known.cancel);
    this.signals.delete(signal);
  }

  private cancel(id: number): void {
    const { child } = this;
    if (!child) return;
    // Of many counts each has found little, and most wait for a thread.
    const patience = this.calls.size > this.threads ? CANCEL_PATIENCE_MS : this.patience;
    send(child, { type: 'cancel', id });
    setTimeout(() => {
      const late = this.take(id);
      if (!late) return;
      late.reject(new Error('cancelled'));
      const end = setTimeout(() => {
        this.lose(child, 'The counting process did not answer and was stopped, and the count with it.');
        child.kill('SIGKILL');
      }, END_PATIENCE_MS);
      child.once('message', () => clearTimeout(end));
      end.unref();
    }, patience);
  }

  private sentence(end: NodeJS.Signals | number | null): string {
    const others = this.calls.size > 1 ? ', together with others that ran at the same time' : '';
    if (OUT_OF_MEMORY.has(end)) return `The count ran out of memory and was stopped${others}.`;
    return `The counting process ended (${end ?? 'without a reason'}), and the count with it${others}.`;
  }

  private lose(child: ChildProcess | undefined, message: string): void {
    if (child !== this.child) return;
    this.child = undefined;
    for (const id of [...this.calls.keys()]) this.take(id)?.reject(new Error(message));
  }
}

function send(child: ChildProcess, message: CountRequestMessage): void {
  // A process that has ended reports that by 'close'.
  child.send(message, () => undefined);
}

/** A process without a task must not keep this one from ending. */
function keepAlive(child: ChildProcess, isBusy: boolean): void {
  if (isBusy) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}
