import type { ChildProcess } from 'node:child_process';
import type { StoppedWork, Work } from '../protocol/server.ts';
import { forkNode } from '../host/node/forkNode.ts';

export interface AnalyzerLimits {
  /** So long may the server not answer. */
  readonly silentSeconds: number;
  /** A document that needs more than this ends the server, not the machine. */
  readonly memoryMb: number;
}
const LIMITS: AnalyzerLimits = { silentSeconds: 10, memoryMb: 2048 };
/** After this many ends without a known reason, within so long, the server is not started again by itself. */
const MAX_ENDS = 5;
const ENDS_WITHIN_MS = 3 * 60_000;
const LONG_WORK_MS = 3000;

export interface AnalyzerHost {
  /** Resolves when the server has answered. */
  ping(): Promise<unknown>;
  /** Hears what the process prints. */
  log(text: string): void;
  /** Hears what the server was at when it ended, and how long it had not answered where it was ended for that. */
  ended(work: Work | null, silentSeconds: number | null): void;
}

/**
 * The process of the language server, watched from outside: one that does not answer is ended, and what a server was at
 * when it ended is not begun again by the next one.
 */
export class AnalyzerProcess {
  /** What the next server must not begin again. */
  stopped: readonly StoppedWork[] = [];
  private child: ChildProcess | undefined;
  private work: Work | null = null;
  private workStart = 0;
  private isSilent = false;
  /** When the server ended without a known reason. */
  private ends: number[] = [];
  private timer: NodeJS.Timeout | undefined;
  private secondsSilent = 0;

  constructor(
    private readonly file: string,
    private readonly host: AnalyzerHost,
    private readonly limits = LIMITS,
  ) {}

  start(): ChildProcess {
    const execArgv = [`--max-old-space-size=${this.limits.memoryMb}`];
    const child = forkNode(this.file, ['--node-ipc', `--clientProcessId=${process.pid}`], { execArgv });
    const log = (text: Buffer) => this.host.log(text.toString().trimEnd());
    child.stdout?.on('data', log);
    child.stderr?.on('data', log);
    this.work = null;
    this.isSilent = false;
    this.child = child;
    return child;
  }

  /** Ends the process, whatever it is doing. */
  kill(): void {
    this.child?.kill('SIGKILL');
  }

  /** What the server says it is at. */
  worksOn(work: Work | null): void {
    this.work = work;
    this.workStart = performance.now();
    this.secondsSilent = 0;
    if (work) this.expectAnswer();
  }

  /** The server was sent something, or has begun something: it has to answer a ping in time. */
  expectAnswer(): void {
    if (this.timer) return;
    let isAsked = false;
    this.secondsSilent = 0;
    // Seconds are counted, not measured: a machine that slept does not make the server late.
    this.timer = setInterval(() => {
      if (!isAsked) {
        isAsked = true;
        const rest = () => this.rest();
        this.host.ping().then(rest, rest);
      } else if (++this.secondsSilent >= this.limits.silentSeconds) {
        this.isSilent = true;
        this.rest();
        this.kill();
      }
    }, 1000);
  }

  private rest(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** To be called when the process has ended by itself. True when another should be started. */
  hasEnded(): boolean {
    this.rest();
    const { work } = this;
    const silentSeconds = this.isSilent ? this.limits.silentSeconds : null;
    this.host.ended(work, silentSeconds);
    if (work && this.isToBlame) {
      this.stopped = [...this.stopped, { ...work, silentSeconds }];
      // This cannot repeat itself, and need not be counted.
      return true;
    }
    const now = Date.now();
    this.ends = [...this.ends.filter((end) => now - end < ENDS_WITHIN_MS), now];
    return this.ends.length < MAX_ENDS;
  }

  /**
   * A process that was ended from outside may have been at any work by chance. The system ends those so that use up its
   * memory too, but that takes them a while.
   */
  private get isToBlame(): boolean {
    const isFromOutside = !this.isSilent && ['SIGKILL', 'SIGTERM'].includes(this.child?.signalCode ?? '');
    return !isFromOutside || performance.now() - this.workStart > LONG_WORK_MS;
  }

  /** The document is closed, or is to be analyzed once more. */
  forget(uri: string): void {
    this.stopped = this.stopped.filter((work) => work.uri !== uri);
  }

  /** As if no server had ended yet. */
  forgetAll(): void {
    this.stopped = [];
    this.ends = [];
  }

  dispose(): void {
    this.rest();
    this.kill();
  }
}
