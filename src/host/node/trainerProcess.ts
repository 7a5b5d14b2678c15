import type { ChildProcess } from 'node:child_process';
import type { TrainerReply, TrainerRequest } from '../../trainer/messages.ts';
import type { KeptStep, TrialOutcome, TrialRequest } from '../../trainer/trialSession.ts';
import { forkNode } from './forkNode.ts';

interface Waiting {
  readonly resolve: (reply: TrainerReply) => void;
  readonly reject: (error: Error) => void;
}

/** Trains in a process of its own, which starts with the first request. */
export class TrainerProcess {
  private child: ChildProcess | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;

  /** `file` is the bundle of trainerMain.ts. */
  constructor(private readonly file: string) {}

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
    const child = (this.child ??= this.start());
    const id = this.nextId++;
    const reply = await new Promise<TrainerReply>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      child.send(request(id), () => undefined);
    });
    if (reply.type === 'failed') throw new Error(reply.message);
    return reply;
  }

  private start(): ChildProcess {
    const child = forkNode(this.file, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.on('message', (reply: TrainerReply) => {
      this.waiting.get(reply.id)?.resolve(reply);
      this.waiting.delete(reply.id);
    });
    child.on('close', () => this.lose(child, 'The training process ended.'));
    child.on('error', (error) => this.lose(child, `The training process could not be started: ${error.message}`));
    return child;
  }

  private lose(child: ChildProcess, message: string): void {
    if (child === this.child) this.child = undefined;
    for (const { reject } of this.waiting.values()) reject(new Error(message));
    this.waiting.clear();
  }

  dispose(): void {
    this.child?.kill('SIGKILL');
  }
}
