import { Thrown } from './evaluation.ts';
import type { Completion, Evaluation } from './evaluation.ts';
import { Joiner } from './join.ts';
import type { Journal } from './journal.ts';
import type { Frame } from './scope.ts';
import type { Mutable, Unknown } from './values.ts';

interface BranchOutcome<Value> {
  readonly completion: Completion<Value>;
  readonly after: Map<Mutable, unknown>;
  readonly before: Map<Mutable, unknown>;
}

/** Brings together what two ways through the source leave: values, and the states of what they changed. */
export interface WaysJoiner<Value> {
  value(a: Value, b: Value): Value;
  state(holder: Mutable, a: unknown, b: unknown): unknown;
}

/** What a language's evaluator brings along. */
export interface Forking<Value> {
  readonly journal: Journal;
  readonly joiner: () => WaysJoiner<Value>;
  /** The condition that is not known. */
  readonly test: Unknown;
  readonly frame: { readonly pendingReturns: Value[]; loopDoubt: Unknown | undefined };
}

/**
 * Follows each of several paths through the source when it is unknown which one is taken, and joins what they
 * leave.
 */
export function fork(e: Evaluation, test: Unknown, frame: Frame, bodies: readonly (() => Completion)[]): Completion {
  return followWays({ journal: e.journal, joiner: () => new Joiner(e, test), test, frame }, bodies);
}

/**
 * The same for any language. A way that throws is not the one that makes networks; one that returns early leaves the
 * rest to the others.
 */
export function followWays<Value>(
  forking: Forking<Value>,
  bodies: readonly (() => Completion<Value>)[],
): Completion<Value> {
  const { journal, frame, test } = forking;
  const ways: BranchOutcome<Value>[] = [];
  let thrown: Thrown | undefined;
  for (const body of bodies) {
    const { result, after, before } = journal.attempt(() => {
      try {
        return { completion: body() };
      } catch (error) {
        if (!(error instanceof Thrown)) throw error;
        thrown = error;
        return undefined;
      }
    });
    if (result) ways.push({ completion: result.completion, after, before });
  }
  if (ways.length === 0 && thrown) throw thrown;
  const through = ways.filter((way) => way.completion === undefined);
  const left = ways.filter((way) => way.completion !== undefined);
  merge(forking, through.length > 0 ? through : left);
  if (through.length === 0) return leave(forking, left);
  for (const { completion } of left) {
    if (completion?.kind === 'return') frame.pendingReturns.push(completion.value);
    else if (completion) frame.loopDoubt = test;
  }
  return undefined;
}

/** All ways leave: how they do it together. */
function leave<Value>({ joiner }: Forking<Value>, ways: readonly BranchOutcome<Value>[]): Completion<Value> {
  const [first, ...others] = ways.map((way) => way.completion);
  if (first?.kind !== 'return') return first;
  const joining = joiner();
  const value = others.reduce(
    (joined, next) => (next?.kind === 'return' ? joining.value(joined, next.value) : joined),
    first.value,
  );
  return { kind: 'return', value };
}

function merge<Value>({ journal, joiner }: Forking<Value>, ways: readonly BranchOutcome<Value>[]): void {
  if (ways.length === 0) return;
  if (ways.length === 1) return journal.keep(ways[0].after);
  const joining = joiner();
  const holders = new Set(ways.flatMap((way) => [...way.after.keys()]));
  const joined = new Map<Mutable, unknown>();
  for (const holder of holders) {
    const before = ways.find((way) => way.before.has(holder))?.before.get(holder);
    const states = ways.map((way) => (way.after.has(holder) ? way.after.get(holder) : before));
    joined.set(
      holder,
      states.reduce((a, b) => joining.state(holder, a, b)),
    );
  }
  journal.keep(joined);
}
