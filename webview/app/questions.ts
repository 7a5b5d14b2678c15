import type { Answer, AnswerOf, ParamsOf, QuestionName } from '../../src/protocol/questions.ts';
import type { Post } from './host.ts';

/** A newer question of the same name was asked, or the page is gone: nobody waits for this answer any more. */
export class Superseded extends Error {}

interface Pending {
  readonly id: number;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The panel's questions to the extension, one of each name at a time. */
export class Questions {
  readonly #post: Post;
  #lastId = 0;
  readonly #pending = new Map<QuestionName, Pending>();

  constructor(post: Post) {
    this.#post = post;
  }

  /** Errors: `Superseded`, or an Error whose message says why there is no answer. */
  ask<N extends QuestionName>(name: N, key: string, params: ParamsOf<N>): Promise<AnswerOf<N>> {
    this.#pending.get(name)?.reject(new Superseded());
    const id = ++this.#lastId;
    return new Promise<AnswerOf<N>>((resolve, reject) => {
      // The message was checked to hold an answer of this name.
      this.#pending.set(name, { id, resolve: (answer) => resolve(answer as AnswerOf<N>), reject });
      this.#post({ type: 'ask', id, key, name, params });
    });
  }

  /** An answer to anything but the newest question of its name is dropped. */
  receive({ id, name, answer, error }: Answer): void {
    const pending = this.#pending.get(name);
    if (pending?.id !== id) return;
    this.#pending.delete(name);
    if (error === null) pending.resolve(answer);
    else pending.reject(new Error(error));
  }

  dispose(): void {
    for (const { reject } of this.#pending.values()) reject(new Superseded());
    this.#pending.clear();
  }
}
