import type { Node, Statement } from '@babel/types';
import { fork } from '../evaluation/branches.ts';
import type { Completion, Evaluation } from '../evaluation/evaluation.ts';
import { forget } from '../evaluation/forget.ts';
import { iterate } from '../evaluation/iteration.ts';
import type { Written } from '../evaluation/journal.ts';
import { truth } from './operators.ts';
import { bindPattern } from './patterns.ts';
import { Scope } from '../evaluation/scope.ts';
import { Dictionary, List, Unknown } from '../evaluation/values.ts';
import type { Value } from '../evaluation/values.ts';

type Loop = Extract<
  Statement,
  { type: 'ForStatement' | 'ForOfStatement' | 'ForInStatement' | 'WhileStatement' | 'DoWhileStatement' }
>;

const MAX_ITERATIONS = 5_000;

/**
 * One loop on its way: turns are counted, and no loop may use up more than a part of the work that is left, so that
 * what stands after an endless loop is still read.
 */
class Turns {
  private turns = 0;
  private readonly isSpent: () => boolean;
  private readonly changes: number;

  constructor(
    private readonly e: Evaluation,
    private readonly node: Loop,
    private readonly scope: Scope,
    private readonly label: string | undefined,
    private readonly written: Written,
  ) {
    this.isSpent = e.meter.allowance(1 / 4);
    this.changes = e.changes;
    scope.frame.loopDoubt = undefined;
  }

  /** One turn of the body. `ended` says that the loop is over, and how. */
  run(body: () => Completion): { ended: boolean; completion: Completion } {
    this.turns++;
    this.e.step();
    if (this.turns > MAX_ITERATIONS || this.isSpent()) {
      this.abandon();
      return { ended: true, completion: undefined };
    }
    const completion = body();
    if (completion === undefined) return { ended: false, completion };
    if (completion.kind === 'return') return { ended: true, completion };
    const own = completion.label === undefined;
    if (completion.kind === 'continue' && (own || completion.label === this.label))
      return { ended: false, completion: undefined };
    return { ended: true, completion: own ? undefined : completion };
  }

  /** The condition on which an earlier turn left the loop, when that was not known. */
  get doubt(): Unknown | undefined {
    return this.scope.frame.loopDoubt;
  }

  /** One more turn or none: nobody knows. */
  perhaps(test: Unknown, body: () => Completion): Completion {
    const { frame } = this.scope;
    const once = () => {
      const { completion } = this.run(body);
      return completion;
    };
    const place = this.e.span(
      this.node.type === 'ForOfStatement' || this.node.type === 'ForInStatement' ? this.node.right : this.node,
      this.scope,
    );
    const completion = fork(this.e, new Unknown(test.name, place ?? test.span, true), frame, [once, () => undefined]);
    frame.loopDoubt = undefined;
    return completion;
  }

  /** What the loop would have left is not known: what it has written to, and what it would assign to later on. */
  private abandon(): void {
    const { e, node, scope } = this;
    const span = e.span(node, scope);
    for (const name of assignedNames(node)) {
      const holder = scope.holder(name);
      if (!holder) continue;
      e.journal.touch(holder, name);
      holder.set(name, new Unknown(name, span));
    }
    const models = e.changedSince(this.changes);
    for (const model of models) model.unfinished = true;
    const cause = new Unknown(e.text(headOf(node), scope), e.span(headOf(node), scope), true);
    forget(this.written, cause, span, new Set(models.map(({ items }) => items)));
  }
}

/** What says how often the loop runs. */
function headOf(node: Loop): Node {
  if (node.type === 'ForOfStatement' || node.type === 'ForInStatement') return node.right;
  return node.test && !node.test.type.endsWith('Literal') ? node.test : node;
}

const assigned = new WeakMap<Node, ReadonlySet<string>>();

/** Variables that a piece of source assigns to, by name. */
function assignedNames(root: Node): ReadonlySet<string> {
  const known = assigned.get(root);
  if (known) return known;
  const names = new Set<string>();
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const item = pending.pop();
    if (typeof item !== 'object' || item === null) continue;
    if (Array.isArray(item)) {
      for (const child of item) pending.push(child);
      continue;
    }
    const node = item as Node;
    const target =
      node.type === 'AssignmentExpression' ? node.left : node.type === 'UpdateExpression' ? node.argument : undefined;
    if (target?.type === 'Identifier') names.add(target.name);
    for (const [key, child] of Object.entries(node))
      if (key !== 'loc' && !key.endsWith('Comments')) pending.push(child);
  }
  assigned.set(root, names);
  return names;
}

export function runFor(
  e: Evaluation,
  node: Extract<Loop, { type: 'ForStatement' }>,
  scope: Scope,
  label?: string,
): Completion {
  return e.journal.watching((written) => runTurns(e, node, scope, label, written));
}

function runTurns(
  e: Evaluation,
  node: Extract<Loop, { type: 'ForStatement' }>,
  scope: Scope,
  label: string | undefined,
  written: Written,
): Completion {
  let head = new Scope(e.journal.next(), scope, scope.frame);
  if (node.init?.type === 'VariableDeclaration') e.statement(node.init, head);
  else if (node.init) e.evaluate(node.init, head);
  const turns = new Turns(e, node, head, label, written);
  const body = () => e.block(node.body, head);
  for (;;) {
    const test = node.test ? e.evaluate(node.test, head) : true;
    const doubt = turns.doubt ?? (test instanceof Unknown ? test : undefined);
    if (doubt) return turns.perhaps(doubt, body);
    if (!truth(test)) return undefined;
    const { ended, completion } = turns.run(body);
    if (ended) return completion;
    // Each turn has its own variables, which closures keep.
    const next = new Scope(e.journal.next(), scope, scope.frame);
    e.meter.hold(head.bytes);
    next.restore(head.save());
    head = next;
    if (node.update) e.evaluate(node.update, head);
  }
}

export function runForEach(
  e: Evaluation,
  node: Extract<Loop, { type: 'ForOfStatement' }>,
  scope: Scope,
  label?: string,
): Completion {
  const items = iterate(e, e.evaluate(node.right, scope));
  return e.journal.watching((written) => runOver(e, node, items, scope, label, written));
}

export function runForKeys(
  e: Evaluation,
  node: Extract<Loop, { type: 'ForInStatement' }>,
  scope: Scope,
  label?: string,
): Completion {
  const value = e.evaluate(node.right, scope);
  let keys: List | Unknown = new Unknown(e.text(node.right, scope), e.span(node.right, scope));
  if (value instanceof List) keys = e.list(value.items.map((_item, i) => String(i)));
  else if (value instanceof Dictionary && !value.doubt) keys = e.list([...value.properties.keys()]);
  else if (value instanceof Unknown) keys = value;
  return e.journal.watching((written) => runOver(e, node, keys, scope, label, written));
}

function runOver(
  e: Evaluation,
  node: Extract<Loop, { type: 'ForOfStatement' | 'ForInStatement' }>,
  items: List | Unknown,
  scope: Scope,
  label: string | undefined,
  written: Written,
): Completion {
  const turns = new Turns(e, node, scope, label, written);
  const body = (item: Value) => () => {
    const inner = new Scope(e.journal.next(), scope, scope.frame);
    if (node.left.type === 'VariableDeclaration') {
      bindPattern(e, node.left.declarations[0].id, item, inner, node.left.kind === 'var' ? 'var' : 'declare');
    } else {
      bindPattern(e, node.left, item, inner, 'assign');
    }
    return e.block(node.body, inner);
  };
  if (items instanceof Unknown) return turns.perhaps(items, body(items.part(`an item of ${items.name}`, items.span)));
  // The list may grow on the way, as JavaScript's own would.
  for (let i = 0; i < items.items.length; i++) {
    const item = items.items[i];
    const doubt = turns.doubt ?? (items.doubt && item instanceof Unknown ? items.doubt : undefined);
    if (doubt) {
      const completion = turns.perhaps(doubt, body(item));
      if (completion || turns.doubt) return completion;
      continue;
    }
    const { ended, completion } = turns.run(body(item));
    if (ended) return completion;
  }
  return undefined;
}

export function runWhile(
  e: Evaluation,
  node: Extract<Loop, { type: 'WhileStatement' | 'DoWhileStatement' }>,
  scope: Scope,
  label?: string,
): Completion {
  return e.journal.watching((written) => repeat(e, node, scope, new Turns(e, node, scope, label, written)));
}

function repeat(
  e: Evaluation,
  node: Extract<Loop, { type: 'WhileStatement' | 'DoWhileStatement' }>,
  scope: Scope,
  turns: Turns,
): Completion {
  const body = () => e.block(node.body, scope);
  let first = node.type === 'DoWhileStatement';
  for (;;) {
    const test = first || e.evaluate(node.test, scope);
    first = false;
    const doubt = turns.doubt ?? (test instanceof Unknown ? test : undefined);
    if (doubt) return turns.perhaps(doubt, body);
    if (!truth(test)) return undefined;
    const { ended, completion } = turns.run(body);
    if (ended) return completion;
  }
}
