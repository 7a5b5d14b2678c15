import type { Written } from '../../evaluation/journal.ts';
import { Unknown } from '../../evaluation/values.ts';
import type { Expression, Statement } from '../syntax/ast.ts';
import { bindTarget } from './assignment.ts';
import type { Ending, Evaluator } from './evaluator.ts';
import { unknownFrom } from '../builtins/collections.ts';
import { itemsOf } from './iteration.ts';
import { truth } from '../builtins/operators.ts';
import { Scope } from './scope.ts';
import { Dict, Instance, List } from './values.ts';
import type { Value } from './values.ts';

type Loop = Extract<Statement, { kind: 'for' | 'while' }>;

const MAX_ITERATIONS = 5_000;

/**
 * One loop on its way: turns are counted, and no loop may use up more than a part of the work that is left, so that
 * what stands after an endless loop is still read.
 */
class Turns {
  private turns = 0;
  private readonly isSpent: () => boolean;

  constructor(
    private readonly e: Evaluator,
    private readonly node: Loop,
    private readonly head: Expression,
    private readonly scope: Scope,
    private readonly written: Written,
  ) {
    this.isSpent = e.meter.allowance(1 / 4);
    scope.frame.loopDoubt = undefined;
  }

  /** One turn. `ended` says that the loop is over, and how. */
  run(body: () => Ending): { ended: boolean; ending: Ending; isBroken: boolean } {
    this.turns++;
    this.e.step();
    if (this.turns > MAX_ITERATIONS || this.isSpent()) {
      this.abandon();
      return { ended: true, ending: undefined, isBroken: true };
    }
    const ending = body();
    if (ending === undefined || ending.kind === 'continue') return { ended: false, ending: undefined, isBroken: false };
    return { ended: true, ending: ending.kind === 'return' ? ending : undefined, isBroken: true };
  }

  /** The condition on which an earlier turn left the loop, when that was not known. */
  get doubt(): Unknown | undefined {
    return this.scope.frame.loopDoubt;
  }

  /** One more turn or none: nobody knows. */
  perhaps(test: Unknown, body: () => Ending): Ending {
    const { frame } = this.scope;
    const place = this.e.span(this.head, this.scope) ?? test.span;
    const ending = this.e.fork(new Unknown(test.name, place, true), frame, [
      () => this.run(body).ending,
      () => undefined,
    ]);
    frame.loopDoubt = undefined;
    return ending;
  }

  /** What the loop would have left is not known. */
  private abandon(): void {
    const { e, node, head, scope } = this;
    const span = e.span(node, scope);
    e.gaveUp(span ?? e.caller.place);
    const cause = new Unknown(e.text(head, scope), e.span(head, scope), true);
    for (const [holder, keys] of this.written) {
      if (holder instanceof Scope) {
        for (const name of keys) if (name !== undefined) holder.set(name, new Unknown(name, span));
      } else if (holder instanceof List || holder instanceof Dict || holder instanceof Instance) holder.doubt ??= cause;
    }
  }
}

export function runFor(e: Evaluator, node: Extract<Loop, { kind: 'for' }>, scope: Scope): Ending {
  const iterated = e.evaluate(node.iterable, scope);
  return e.journal.watching((written) => runOver(e, node, iterated, scope, written));
}

function runOver(
  e: Evaluator,
  node: Extract<Loop, { kind: 'for' }>,
  iterated: Value,
  scope: Scope,
  written: Written,
): Ending {
  const turns = new Turns(e, node, node.iterable, scope, written);
  const { items, doubt } = itemsOf(e, iterated);
  const body = (item: Value) => () => {
    bindTarget(e, node.target, item, scope);
    return e.run(node.body, scope);
  };
  for (const item of items) {
    const open = turns.doubt ?? (doubt && item instanceof Unknown ? doubt : undefined);
    if (open) {
      const ending = turns.perhaps(open, body(item));
      if (ending) return ending;
      continue;
    }
    const { ended, ending, isBroken } = turns.run(body(item));
    if (ended && (ending || isBroken)) return ending;
  }
  if (doubt && items.length === 0)
    return turns.perhaps(doubt, body(doubt.part(`an item of ${doubt.name}`, doubt.span)));
  return e.run(node.otherwise, scope);
}

export function runWhile(e: Evaluator, node: Extract<Loop, { kind: 'while' }>, scope: Scope): Ending {
  return e.journal.watching((written) => {
    const turns = new Turns(e, node, node.test, scope, written);
    const body = () => e.run(node.body, scope);
    for (;;) {
      const test = e.evaluate(node.test, scope);
      const known = truth(test);
      const open = turns.doubt ?? (known === undefined ? unknownFrom(e, test, node.test, scope) : undefined);
      if (open) return turns.perhaps(open, body);
      if (!known) return e.run(node.otherwise, scope);
      const { ended, ending } = turns.run(body);
      if (ended) return ending;
    }
  });
}
