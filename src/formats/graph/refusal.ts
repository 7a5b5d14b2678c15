import type { Span } from '../../network/definition.ts';

/** Why an operation is not read, as a sentence, and where if that is not the operation itself. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly span?: Span,
  ) {
    super(message);
  }
}
