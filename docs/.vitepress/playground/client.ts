import type { Answer, Question } from './protocol.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** A worker that answers the newest question only. */
export class Engine {
  private worker: Worker | null = null;
  private newest = 0;
  private guard: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param file Address of the worker's script.
   * @param patience Milliseconds after which a question is given up.
   */
  constructor(
    private readonly file: string,
    private readonly patience: number,
    private readonly answered: (answer: Answer) => void,
  ) {}

  ask(question: WithoutId<Question>): void {
    this.worker ??= this.start();
    const id = ++this.newest;
    this.worker.postMessage({ ...question, id });
    clearTimeout(this.guard);
    this.guard = setTimeout(
      () => this.refuse('This takes too long for a web page. Try the command line.'),
      this.patience,
    );
  }

  /** Ends what runs. The next question starts a new worker. */
  stop(): void {
    clearTimeout(this.guard);
    this.worker?.terminate();
    this.worker = null;
    this.newest++;
  }

  private start(): Worker {
    const worker = new Worker(this.file);
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.id !== this.newest) return;
      clearTimeout(this.guard);
      this.answered(data);
    };
    worker.onerror = (event) => this.refuse(event.message || 'The engine could not be started.');
    return worker;
  }

  private refuse(message: string): void {
    const id = this.newest;
    this.stop();
    this.answered({ kind: 'refusal', id, message });
  }
}
