import type { Tensor } from '../../library/torch/tensor.ts';
import type { NeedsShape, Trace } from '../../library/torch/trace.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import type { Callable, Value } from '../evaluation/values.ts';
import { Moves } from '../syntax/moves.ts';
import type { PassKey } from './passKey.ts';

export interface ForwardPass {
  readonly trace: Trace;
  readonly outputs: readonly Tensor[];
  /** What it gave back, where that is not a tensor. */
  readonly value: Value;
  /** Set when the shape of an input is needed to go on. */
  readonly needs: NeedsShape | undefined;
}

/** A pass with its module as it was then, what it took, and the functions that it called. */
interface Run {
  readonly key: PassKey;
  readonly pass: ForwardPass;
  readonly steps: number;
  readonly bytes: number;
  readonly called: ReadonlySet<Callable>;
}

/** Modules whose passes are held at a time. */
const MAX_MODULES = 50;

/**
 * Whole forward passes of this version of the text: one tells the shapes that come out, whether its inputs fit, and its
 * layers.
 */
export class Runs {
  /** By the texts of keys and what tells inputs apart. */
  private readonly held = new Map<string, Map<string, Run>>();

  constructor(private readonly e: Evaluator) {}

  /** A pass of a module with this key on inputs of known shapes; `isLast`: its trace is changed afterwards. */
  of(key: PassKey | undefined, inputs: string, isLast: boolean, follow: () => ForwardPass): ForwardPass {
    if (!key || !this.e.main.directives.isEmpty) return follow();
    const runs = this.held.get(key.text) ?? new Map<string, Run>();
    const known = runs.get(inputs);
    if (isLast) runs.delete(inputs);
    if (known && Moves.isNone(known.key, key) && this.e.passes.hasRoomFor(known)) return this.repeated(known);
    const run = this.followed(key, follow);
    if (isLast || !run.stands || this.held.size >= MAX_MODULES) return run.pass;
    this.held.set(key.text, runs.set(inputs, run));
    return run.pass;
  }

  private repeated({ pass, steps, bytes, called }: Run): ForwardPass {
    this.e.meter.spend(steps, bytes);
    for (const callee of called) this.e.caller.noteCalled(callee);
    return pass;
  }

  private followed(key: PassKey, follow: () => ForwardPass): Run & { readonly stands: boolean } {
    const { e } = this;
    const [before, state, { limited }] = [e.meter.used, e.passes.state(true).join(), e];
    const called = new Set<Callable>();
    const pass = e.caller.hearing(called, follow);
    const [steps, bytes] = [e.meter.used.steps - before.steps, e.meter.used.bytes - before.bytes];
    const isWhole = !pass.needs && !pass.trace.readsChannelsLast && e.limited === limited;
    return { key, pass, steps, bytes, called, stands: isWhole && e.passes.state(true).join() === state };
  }
}
