import type { Span } from '../../../network/definition.ts';
import type { ModelValue } from './values.ts';

/** Networks of one file that are read. */
export const MAX_NETWORKS = 200;
const MAX_MODELS_PER_PLACE = 40;

/** The models that came into being, and what was changed when. */
export class ModelLog {
  /** In order of appearance. */
  readonly models = new Set<ModelValue>();
  /** Places that made models which are not among them, by their offset. */
  readonly omitted = new Map<number, Span>();
  private readonly madeAt = new Map<number, number>();
  private log: ModelValue[] = [];

  /** Remembers a model that came into being or got one more layer. */
  changed(model: ModelValue): void {
    if (this.log.at(-1) !== model) this.log.push(model);
    if (this.models.has(model)) return;
    // One place in the source creates this many models only in an endless loop.
    const made = (this.madeAt.get(model.span.start) ?? 0) + 1;
    this.madeAt.set(model.span.start, made);
    if (made <= MAX_MODELS_PER_PLACE && this.models.size < MAX_NETWORKS) this.models.add(model);
    else this.omitted.set(model.span.start, model.calleeSpan);
  }

  /** How many changes there were since the last `begin`. */
  get count(): number {
    return this.log.length;
  }

  since(count: number): readonly ModelValue[] {
    return this.log.slice(count);
  }

  begin(): void {
    this.log = [];
  }
}
