import type { StartThread, Thread } from '../host/threads.ts';
import type { TrainerReply, TrainerRequest } from './messages.ts';
import type { KeptStep, TrialOutcome, TrialRequest } from './trialSession.ts';

interface Waiting {
  readonly resolve: (reply: TrainerReply) => void;
  readonly reject: (error: Error) => void;
}

/** Asks what trains elsewhere: in a process, or in a Web Worker. It starts with the first request. */
export class TrainerClient {
  private thread: Thread<TrainerRequest> | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;

  constructor(private readonly start: StartThread<TrainerRequest, TrainerReply>) {}

  /** The network after this many steps. Errors: Error, as a sentence. */
  async frame(request: TrialRequest): Promise<TrialOutcome> {
    const reply = await this.ask((id) => ({ id, type: 'frame', request }));
    if (reply.type !== 'frame') throw new Error('The training process gave another answer.');
    return reply.outcome;
  }

  async files(): Promise<readonly KeptStep[]> {
    const reply = await this.ask((id) => ({ id, type: 'files' }));
    return reply.type === 'files' ? reply.files : [];
  }

  private async ask(request: (id: number) => TrainerRequest): Promise<TrainerReply> {
    const thread = (this.thread ??= this.start({
      onReply: (reply) => {
        this.waiting.get(reply.id)?.resolve(reply);
        this.waiting.delete(reply.id);
      },
      onEnd: (message) => this.lose(message),
    }));
    const id = this.nextId++;
    const reply = await new Promise<TrainerReply>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      thread.post(request(id));
    });
    if (reply.type === 'failed') throw new Error(reply.message);
    return reply;
  }

  /** What is asked next starts another one. */
  private lose(message: string): void {
    this.thread = undefined;
    for (const { reject } of this.waiting.values()) reject(new Error(message));
    this.waiting.clear();
  }

  dispose(): void {
    void this.thread?.end();
    this.thread = undefined;
  }
}
