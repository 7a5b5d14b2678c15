import type { Span } from '../../../../network/definition.ts';
import { Unknown } from '../../evaluation/values.ts';
import type { Parameter } from '../syntax/ast.ts';
import type { Evaluator } from './evaluator.ts';
import { Joiner } from './join.ts';
import { Scope } from './scope.ts';
import type { Frame } from './scope.ts';
import { FunctionValue } from './values.ts';
import type { Argument, Callable, ClassValue, Value } from './values.ts';

export function makeFunction(
  e: Evaluator,
  node: Callable & { readonly name: string; readonly nameSpan: Span },
  scope: Scope,
  home?: ClassValue,
  kind: FunctionValue['kind'] = 'plain',
): FunctionValue {
  const fallbacks = new Map<string, Value>();
  for (const { name, fallback } of node.params) if (fallback) fallbacks.set(name, e.evaluate(fallback, scope));
  e.meter.holdObject();
  const { start, end } = node.nameSpan;
  return new FunctionValue(node, scope, node.name, e.span({ start, end }, scope), fallbacks, home, kind);
}

/** Follows a function's body with these arguments. `isSymbolic`: nobody calls it, parameters may be unknown. */
export function callFunction(
  e: Evaluator,
  callee: FunctionValue,
  args: readonly Argument[],
  isSymbolic = false,
): Value {
  const { node, scope: outer } = callee;
  const frame: Frame = {
    module: outer.frame.module,
    functionName: callee.name,
    functionSpan: callee.nameSpan,
    home: callee.home,
    self: args[0]?.name === undefined ? args[0]?.value : undefined,
    pendingReturns: [],
    loopDoubt: undefined,
    yielded: node.isGenerator ? e.list([]) : undefined,
    at: node.start,
  };
  const scope = new Scope(e.journal.next(), outer, frame);
  bindParameters(e, callee, args, scope, isSymbolic);
  if ('kind' in node.body) return e.evaluate(node.body, scope);
  const ending = e.run(node.body, scope);
  if (frame.yielded) return frame.yielded;
  const value = ending?.kind === 'return' ? ending.value : null;
  const test = new Unknown('a condition', e.span(node, outer), true);
  return frame.pendingReturns.reduce<Value>((joined, early) => joinReturns(e, test, joined, early), value);
}

/** An early way out that gives nothing we know does not hide what is built. */
function joinReturns(e: Evaluator, test: Unknown, value: Value, early: Value): Value {
  if (early instanceof Unknown) return value ?? early;
  if (value instanceof Unknown && early !== null && typeof early === 'object') return early;
  return new Joiner(e, test).value(value, early);
}

function bindParameters(
  e: Evaluator,
  callee: FunctionValue,
  args: readonly Argument[],
  scope: Scope,
  isSymbolic: boolean,
): void {
  const positional = args.filter(({ name }) => name === undefined);
  const named = new Map(args.flatMap((argument) => (argument.name === undefined ? [] : [[argument.name, argument]])));
  const open = named.get('*') ?? named.get('**');
  named.delete('*');
  named.delete('**');
  let next = 0;
  for (const parameter of callee.node.params) {
    const { name, stars } = parameter;
    if (stars === 1) {
      const rest = positional.slice(next).map(({ value }) => value);
      next = positional.length;
      scope.set(
        name,
        e.tuple(
          rest,
          isSymbolic && rest.length === 0 ? symbol(e, parameter, scope) : (open?.value as Unknown | undefined),
        ),
      );
    } else if (stars === 2) {
      const dict = e.dict([...named].map(([key, { value }]) => [key, value] as const));
      if (open) dict.doubt = open.value as Unknown;
      scope.set(name, dict);
    } else {
      const given = named.get(name) ?? (parameter.keywordOnly ? undefined : positional[next]);
      if (given && given === positional[next]) next++;
      named.delete(name);
      const value = given ? given.value : absent(e, callee, parameter, scope, isSymbolic, open);
      scope.set(
        name,
        !given && (isSymbolic || value instanceof Unknown) ? e.supply(value, [name], callee.node.start, scope) : value,
      );
    }
  }
}

function absent(
  e: Evaluator,
  callee: FunctionValue,
  parameter: Parameter,
  scope: Scope,
  isSymbolic: boolean,
  open: Argument | undefined,
): Value {
  const { name } = parameter;
  if (open && open.value instanceof Unknown) return open.value.part(name, e.span(parameter, scope));
  if (callee.fallbacks.has(name)) return callee.fallbacks.get(name);
  return symbol(e, parameter, scope, isSymbolic);
}

function symbol(e: Evaluator, parameter: Parameter, scope: Scope, mayBeAbsent = false): Unknown {
  return new Unknown(parameter.name, e.span(parameter, scope), false, mayBeAbsent);
}
