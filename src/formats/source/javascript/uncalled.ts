import type { Node } from '@babel/types';
import type { Evaluator } from './evaluator.ts';
import { buildingOffsets } from './sniff.ts';
import type { ClassValue, Closure } from '../evaluation/values.ts';

/** Functions that are looked at together, and followed at all. */
const MAX_UNCALLED_FUNCTIONS = 150;

/** Functions that build networks and that this file itself never calls: each is followed once, callers first. */
export function followUncalled(evaluator: Evaluator, text: string): void {
  const offsets = buildingOffsets(text);
  const builds = (node: Node) => holdsOne(offsets, node.start ?? 0, node.end ?? 0);
  const done = new Set<Node>();
  const occurrences = occurrencesIn(text);
  for (let round = 0; round < MAX_UNCALLED_FUNCTIONS; round++) {
    const waiting = [...evaluator.closures.values()]
      .filter((closure) => {
        const { node } = closure;
        return !done.has(node) && !isInstanceMethod(closure) && !evaluator.wasCalled(node) && builds(node);
      })
      .slice(0, MAX_UNCALLED_FUNCTIONS);
    const isMentioned = (closure: Closure) => {
      const places = occurrences(closure.name);
      return waiting.some((other) => other !== closure && mentions(places, other, closure));
    };
    const next = waiting.find((closure) => !isMentioned(closure));
    const closure = next ?? waiting[0];
    if (closure) {
      done.add(closure.node);
      evaluator.runUncalled(closure, closure.home ?? closure.thisValue);
      continue;
    }
    const cls = evaluator.classes.find((candidate) => !done.has(candidate.node) && builds(candidate.node));
    if (!cls) return;
    done.add(cls.node);
    followMethods(evaluator, cls, builds);
  }
}

/** Makes an instance of a class if the file makes none, and follows those of its methods that nobody calls. */
function followMethods(evaluator: Evaluator, cls: ClassValue, builds: (node: Node) => boolean): void {
  const instance = evaluator.instances.get(cls) ?? evaluator.instantiateUncalled(cls);
  for (const member of cls.node.body.body) {
    const isMethod =
      (member.type === 'ClassMethod' || member.type === 'ClassPrivateMethod') &&
      !member.static &&
      member.kind === 'method';
    if (!isMethod || evaluator.wasCalled(member) || !builds(member)) continue;
    const name = member.key.type === 'Identifier' ? member.key.name : cls.name;
    evaluator.runUncalled(evaluator.closure(member, cls.scope, name, undefined, cls), instance);
  }
}

/** Those need an instance. */
function isInstanceMethod({ node }: Closure): boolean {
  return (node.type === 'ClassMethod' || node.type === 'ClassPrivateMethod') && !node.static;
}

/** Where a name occurs in the text, each name looked up once. */
function occurrencesIn(text: string): (name: string) => readonly number[] {
  const known = new Map<string, number[]>();
  return (name) => {
    const found = known.get(name) ?? [];
    if (name === '' || known.has(name)) return found;
    known.set(name, found);
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) found.push(at);
    return found;
  };
}

/** Whether the text of one function holds the name of another one, which is not within it. */
function mentions(places: readonly number[], caller: Closure, callee: Closure): boolean {
  const start = caller.node.start ?? 0;
  const end = caller.node.end ?? 0;
  const own = callee.node.start ?? 0;
  return !(own >= start && own < end) && holdsOne(places, start, end);
}

/** Whether one of the ascending offsets lies in the range. */
function holdsOne(offsets: readonly number[], start: number, end: number): boolean {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle] < start) low = middle + 1;
    else high = middle;
  }
  return low < offsets.length && offsets[low] < end;
}
