import type { StoppedWork, Work } from '../protocol/server.ts';
import type { RunningServer } from './host.ts';

/** So long may the server not answer. */
const SILENT_SECONDS = 10;
/** After this many ends without a known reason, within so long, the server is not started again by itself. */
const MAX_ENDS = 5;
const ENDS_WITHIN_MS = 3 * 60_000;
const LONG_WORK_MS = 3000;

export interface WatchHost {
  /** Resolves when the server has answered. */
  ping(): Promise<unknown>;
  /** Hears what the server was at when it ended, and how long it had not answered where it was ended for that. */
  ended(work: Work | null, silentSeconds: number | null): void;
}

/**
 * The language server, watched from outside: one that does not answer is ended, and what a server was at when it ended
 * is not begun again by the next one.
 */
export class ServerWatch {
  /** What the next server must not begin again. */
  stopped: readonly StoppedWork[] = [];
  private server: Pick<RunningServer, 'kill' | 'isEndedFromOutside'> | undefined;
  private work: Work | null = null;
  private workStart = 0;
  private isSilent = false;
  /** When the server ended without a known reason. */
  private ends: number[] = [];
  private timer: ReturnType<typeof setInterval> | undefined;
  private secondsSilent = 0;

  constructor(
    private readonly host: WatchHost,
    private readonly maxSilentSeconds = SILENT_SECONDS,
  ) {}

  /** A server was started. */
  begin(server: Pick<RunningServer, 'kill' | 'isEndedFromOutside'>): void {
    this.work = null;
    this.isSilent = false;
    this.server = server;
  }

  /** Ends the server, whatever it is doing. */
  kill(): void {
    this.server?.kill();
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
      } else if (++this.secondsSilent >= this.maxSilentSeconds) {
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

  /** To be called when the server has ended by itself. True when another should be started. */
  hasEnded(): boolean {
    this.rest();
    const { work } = this;
    const silentSeconds = this.isSilent ? this.maxSilentSeconds : null;
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
   * A server that was ended from outside may have been at any work by chance. The system ends those so that use up its
   * memory too, but that takes them a while.
   */
  private get isToBlame(): boolean {
    const isFromOutside = !this.isSilent && this.server?.isEndedFromOutside() === true;
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
