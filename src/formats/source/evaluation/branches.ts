import { Thrown } from './evaluation.ts';
import type { Completion, Evaluation } from './evaluation.ts';
import { Joiner } from './join.ts';
import type { Frame } from './scope.ts';
import type { Mutable, Unknown } from './values.ts';

interface BranchOutcome {
  readonly completion: Completion;
  readonly after: Map<Mutable, unknown>;
  readonly before: Map<Mutable, unknown>;
}

/**
 * Follows each of several paths through the source when it is unknown which one is taken, and joins what they
 * leave. A way that throws is not the one that makes networks; one that returns early leaves the rest to the others.
 */
export function fork(e: Evaluation, test: Unknown, frame: Frame, bodies: readonly (() => Completion)[]): Completion {
  const ways: BranchOutcome[] = [];
  let thrown: Thrown | undefined;
  for (const body of bodies) {
    const { result, after, before } = e.journal.attempt(() => {
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
  merge(e, test, through.length > 0 ? through : left);
  if (through.length === 0) return leave(e, test, left);
  for (const { completion } of left) {
    if (completion?.kind === 'return') frame.pendingReturns.push(completion.value);
    else if (completion) frame.loopDoubt = test;
  }
  return undefined;
}

/** All ways leave: how they do it together. */
function leave(e: Evaluation, test: Unknown, ways: readonly BranchOutcome[]): Completion {
  const [first, ...others] = ways.map((way) => way.completion);
  if (first?.kind !== 'return') return first;
  const joiner = new Joiner(e, test);
  const value = others.reduce(
    (joined, next) => (next?.kind === 'return' ? joiner.value(joined, next.value) : joined),
    first.value,
  );
  return { kind: 'return', value };
}

function merge(e: Evaluation, test: Unknown, ways: readonly BranchOutcome[]): void {
  if (ways.length === 0) return;
  if (ways.length === 1) return e.journal.keep(ways[0].after);
  const joiner = new Joiner(e, test);
  const holders = new Set(ways.flatMap((way) => [...way.after.keys()]));
  const joined = new Map<Mutable, unknown>();
  for (const holder of holders) {
    const before = ways.find((way) => way.before.has(holder))?.before.get(holder);
    const states = ways.map((way) => (way.after.has(holder) ? way.after.get(holder) : before));
    joined.set(
      holder,
      states.reduce((a, b) => joiner.state(holder, a, b)),
    );
  }
  e.journal.keep(joined);
}
