import { Unknown } from '../evaluation/values.ts';
import type { Closure, Value } from '../evaluation/values.ts';
import type { Argument, Evaluation } from '../evaluation/evaluation.ts';
import { Joiner } from '../evaluation/join.ts';
import { bindPattern } from './patterns.ts';
import { Scope } from '../evaluation/scope.ts';
import type { Frame } from '../evaluation/scope.ts';

export interface CallOptions {
  /** Nobody calls this function: parameters that have no default are symbols of their own. */
  readonly symbolic?: boolean;
  /** Runs before the body, when the parameters have their values. */
  readonly before?: (scope: Scope) => void;
}

/** Follows a function's body with these arguments. */
export function callClosure(
  e: Evaluation,
  closure: Closure,
  thisValue: Value,
  args: readonly Argument[],
  options: CallOptions = {},
): Value {
  const { node } = closure;
  if ('generator' in node && node.generator) return new Unknown(`${closure.name}()`, undefined);
  const isArrow = node.type === 'ArrowFunctionExpression';
  const outer = closure.scope.frame;
  const frame: Frame = {
    module: outer.module,
    thisValue: isArrow ? closure.thisValue : thisValue,
    home: closure.home ?? (isArrow ? outer.home : undefined),
    functionName: closure.name || outer.functionName,
    functionSpan: closure.nameSpan ?? outer.functionSpan,
    functionLines: [...(node.loc ? [node.loc.start.line] : []), ...outer.functionLines],
    args: args.map((argument) => argument.value),
    pendingReturns: [],
    loopDoubt: undefined,
    line: node.loc?.start.line ?? outer.line,
  };
  const scope = new Scope(e.journal.next(), closure.scope, frame, true);
  bindParameters(e, closure, args, scope, options.symbolic === true);
  options.before?.(scope);
  if (node.body.type !== 'BlockStatement') return e.evaluate(node.body, scope);
  const completion = e.run(node.body.body, scope);
  const value = completion?.kind === 'return' ? completion.value : undefined;
  const test = new Unknown('a condition', e.span(node, scope), true);
  return frame.pendingReturns.reduce<Value>((joined, early) => joinReturns(new Joiner(e, test), joined, early), value);
}

/**
 * An early way out that gives nothing we know (a model loaded from disk, null) does not hide the model that is built.
 */
function joinReturns(joiner: Joiner, value: Value, early: Value): Value {
  if (early instanceof Unknown) return value ?? early;
  if (value instanceof Unknown && early !== null && typeof early === 'object') return early;
  return joiner.value(value, early);
}

function bindParameters(
  e: Evaluation,
  closure: Closure,
  args: readonly Argument[],
  scope: Scope,
  symbolic: boolean,
): void {
  closure.node.params.forEach((parameter, i) => {
    if (parameter.type === 'RestElement') {
      const rest = args.slice(i);
      const value = symbolic && rest.length === 0 ? symbol(e, parameter.argument, scope) : restList(e, rest);
      return bindPattern(e, parameter.argument, value, scope, 'declare');
    }
    const given = i < args.length ? args[i].value : undefined;
    const inner = parameter.type === 'TSParameterProperty' ? parameter.parameter : parameter;
    const free =
      symbolic &&
      i >= args.length &&
      inner.type !== 'AssignmentPattern' &&
      !(inner.type === 'Identifier' && inner.optional);
    const value = free ? e.supply(symbol(e, inner, scope), namesOf(inner), closure.node, scope) : given;
    bindPattern(e, parameter, defaulted(e, value, inner, closure, scope, symbolic), scope, 'declare');
  });
}

/** A directive above an uncalled function also speaks of parameters that have a default. */
function defaulted(
  e: Evaluation,
  value: Value,
  parameter: Closure['node']['params'][number],
  closure: Closure,
  scope: Scope,
  symbolic: boolean,
): Value {
  if (!symbolic || value !== undefined || parameter.type === 'RestElement') return value;
  const absent = new Unknown('', undefined);
  const supplied = e.supply(absent, namesOf(parameter), closure.node, scope);
  return supplied === absent ? undefined : supplied;
}

function namesOf(parameter: Closure['node']['params'][number]): string[] {
  if (parameter.type === 'Identifier') return [parameter.name];
  return parameter.type === 'AssignmentPattern' && parameter.left.type === 'Identifier' ? [parameter.left.name] : [];
}

function restList(e: Evaluation, args: readonly Argument[]): Value {
  return e.list(
    args.map((argument) => argument.value),
    args.map((argument) => argument.span),
  );
}

function symbol(e: Evaluation, parameter: Parameters<typeof bindPattern>[1], scope: Scope): Unknown {
  const name = parameter.type === 'Identifier' ? parameter.name : 'the argument';
  return new Unknown(name, e.span(parameter, scope), false, true);
}
