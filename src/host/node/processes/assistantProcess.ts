import type { ToolAnswer, ToolCall } from '../../../assistant/tools.ts';
import { forkNode } from './forkNode.ts';

/** A call that lasts longer has a fault of its own: counts are limited to less. */
const LIMIT_SECONDS = 100;
/** Calls at the same time; each counts on all threads. */
const MAX_CALLS = 2;
const MEMORY_MB = 2048;

/**
 * Answers the calls of assistants, each in a process of its own: whatever a file does to the analysis, the editor and
 * the connection to the assistant stay free, and a cancelled call ends at once.
 */
export class AssistantProcesses {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** `file` is the bundle of cli/assistant.ts. */
  constructor(private readonly file: string) {}

  /** Rejects with `signal.reason` when the signal is aborted. */
  async call(call: ToolCall, signal?: AbortSignal): Promise<ToolAnswer> {
    await this.takePlace(signal);
    try {
      return await this.answer(call, signal);
    } finally {
      this.freePlace();
    }
  }

  private async takePlace(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.running < MAX_CALLS) return void this.running++;
    await new Promise<void>((resolve, reject) => {
      const take = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(take), 1);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.waiting.push(take);
    });
  }

  /** The next call takes the place at once, so that no other one comes between. */
  private freePlace(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running--;
  }

  private async answer(call: ToolCall, signal: AbortSignal | undefined): Promise<ToolAnswer> {
    const child = forkNode(this.file, [], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [`--max-old-space-size=${MEMORY_MB}`],
    });
    let [limit, abort]: [NodeJS.Timeout | undefined, (() => void) | undefined] = [undefined, undefined];
    try {
      return await new Promise<ToolAnswer>((resolve, reject) => {
        const fail = (text: string) => resolve({ text, isError: true });
        abort = () => reject(signal?.reason as Error);
        signal?.addEventListener('abort', abort);
        limit = setTimeout(() => fail(TOO_LONG), 1000 * LIMIT_SECONDS);
        child.once('message', (answer: ToolAnswer) => resolve(answer));
        child.once('error', ({ message }) => fail(`The analysis could not be started: ${message}`));
        // All its messages have arrived by then.
        child.once('close', () => fail(ENDED));
        child.send(call, () => undefined);
      });
    } finally {
      clearTimeout(limit);
      if (abort) signal?.removeEventListener('abort', abort);
      child.kill('SIGKILL');
    }
  }
}

const TOO_LONG = `The call took more than ${LIMIT_SECONDS} seconds and was stopped. Name one network, or a smaller one.`;
const ENDED =
  'The analysis of this network ended without an answer, most likely for lack of memory. Try a smaller network.';
