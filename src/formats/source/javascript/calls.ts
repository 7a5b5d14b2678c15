import type { Node } from '@babel/types';
import { callSuper } from './classes.ts';
import { memberExpression } from './members.ts';
import type { Argument, Evaluation } from '../evaluation/evaluation.ts';
import { iterate } from '../evaluation/iteration.ts';
import type { Scope } from '../evaluation/scope.ts';
import { bytesOf, Unknown } from '../evaluation/values.ts';
import type { Value } from '../evaluation/values.ts';

type Call = Extract<Node, { type: 'CallExpression' | 'OptionalCallExpression' | 'NewExpression' }>;

function evaluateArguments(e: Evaluation, node: Call, scope: Scope): Argument[] {
  const args: Argument[] = [];
  // Where an argument is missing (`f(, x)`), the recovering parser leaves a hole.
  for (const argument of node.arguments as readonly (Call['arguments'][number] | null)[]) {
    if (argument === null) continue;
    if (argument.type !== 'SpreadElement') {
      args.push({ value: e.evaluate(argument, scope), span: e.span(argument, scope) });
      continue;
    }
    const items = iterate(e, e.evaluate(argument.argument, scope));
    if (items instanceof Unknown) args.push({ value: items.derive(), span: e.span(argument, scope) });
    else {
      e.meter.hold(items.items.length * bytesOf.argument);
      items.items.forEach((value, i) => args.push({ value, span: items.spans[i] }));
    }
  }
  return args;
}

export function callExpression(
  e: Evaluation,
  node: Extract<Call, { type: 'CallExpression' | 'OptionalCallExpression' }>,
  scope: Scope,
): Value {
  const { callee } = node;
  if (callee.type === 'Super') {
    const { home, thisValue } = scope.frame;
    const args = evaluateArguments(e, node, scope);
    if (home) callSuper(e, home, thisValue, args);
    return undefined;
  }
  const module = asynchronousModule(e, node, scope);
  if (module) return module.value;
  if (callee.type === 'Import' || isRequire(callee, scope)) {
    const specifier = node.arguments[0] as Node | undefined;
    return specifier?.type === 'StringLiteral'
      ? e.importModule(specifier.value, specifier.value, scope)
      : new Unknown(e.text(node, scope), e.span(node, scope));
  }
  const isMember = callee.type === 'MemberExpression' || callee.type === 'OptionalMemberExpression';
  const { value, object } = isMember
    ? memberExpression(e, callee, scope)
    : { value: e.evaluate(callee, scope), object: undefined };
  // `object?.method()` without an object: nothing is called.
  if (value === undefined && node.type === 'OptionalCallExpression') return undefined;
  const site = e.site(node, callee, scope);
  return e.call(value, object, evaluateArguments(e, node, scope), site);
}

function isRequire(callee: Node, scope: Scope): boolean {
  return callee.type === 'Identifier' && callee.name === 'require' && !scope.holder('require');
}

/** `define(['@tensorflow/tfjs'], function (tf) { ... })` and the like of AMD: the function gets the modules. */
function asynchronousModule(
  e: Evaluation,
  node: Extract<Call, { type: 'CallExpression' | 'OptionalCallExpression' }>,
  scope: Scope,
): { readonly value: Value } | undefined {
  const { callee } = node;
  if (callee.type !== 'Identifier' || !/^(?:define|require|requirejs)$/.test(callee.name)) return undefined;
  if (scope.holder(callee.name)) return undefined;
  const args = node.arguments as readonly (Call['arguments'][number] | null)[];
  const at = args.findIndex((argument) => argument?.type === 'ArrayExpression');
  const [names, factory] = [args[at], args[at + 1]];
  if (names?.type !== 'ArrayExpression' || !factory) return undefined;
  const modules = names.elements.map((element) => ({
    value: element?.type === 'StringLiteral' ? e.importModule(element.value, element.value, scope) : undefined,
    span: undefined,
  }));
  return { value: e.call(e.evaluate(factory, scope), undefined, modules, e.site(node, callee, scope)) };
}

export function newExpression(e: Evaluation, node: Extract<Call, { type: 'NewExpression' }>, scope: Scope): Value {
  const callee = e.evaluate(node.callee, scope);
  const site = e.site(node, node.callee, scope);
  return e.construct(callee, evaluateArguments(e, node, scope), site);
}
