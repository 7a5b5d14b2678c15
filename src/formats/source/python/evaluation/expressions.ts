import { compareTensors } from '../../library/torch/tensorCalls.ts';
import { bytesOf, Unknown } from '../../evaluation/values.ts';
import type { CallArgument, ComprehensionClause, Expression } from '../syntax/ast.ts';
import { bindTarget } from './assignment.ts';
import { copyEntries, unknownFrom, makeSet } from '../builtins/collections.ts';
import type { Evaluator } from './evaluator.ts';
import { formatValue } from '../builtins/formatting.ts';
import { makeFunction } from './functions.ts';
import { extendList, itemsOf } from './iteration.ts';
import { builtin } from '../builtins/builtins.ts';
import { compare, operate, truth, unary } from '../builtins/operators.ts';
import { Scope } from './scope.ts';
import { subscript } from './subscripts.ts';
import { Dict, Float, Library, sizeOf, Slice, Super } from './values.ts';
import type { Argument, Value } from './values.ts';

/** Strings longer than this are not kept. */
const MAX_STRING = 100_000;

export function evaluateExpression(e: Evaluator, node: Expression, scope: Scope): Value {
  switch (node.kind) {
    case 'name':
      return variable(e, node, scope);
    case 'number':
      if (node.value === undefined) return e.unknown(node, scope);
      return node.isFloat ? new Float(node.value) : node.value;
    case 'string':
      return node.value;
    case 'formatted':
      return formatted(e, node, scope);
    case 'constant':
      return node.value === 'ellipsis' ? new Library('Ellipsis') : node.value;
    case 'list': {
      const { items, doubt } = elements(e, node.items, scope);
      return e.list(items, doubt);
    }
    case 'tuple': {
      const { items, doubt } = elements(e, node.items, scope);
      return e.tuple(items, doubt);
    }
    case 'set': {
      const { items, doubt } = elements(e, node.items, scope);
      return makeSet(e, items, doubt);
    }
    case 'dict':
      return dictionary(e, node, scope);
    case 'attribute': {
      const object = e.evaluate(node.object, scope);
      return e.get(object, node.name, e.site(node, node, scope));
    }
    case 'subscript':
      return subscript(e, e.evaluate(node.object, scope), e.evaluate(node.index, scope), e.site(node, node, scope));
    case 'slice': {
      const [start, stop, step] = node.parts.map((part) => (part ? e.evaluate(part, scope) : null));
      return new Slice(start ?? null, stop ?? null, step ?? null);
    }
    case 'call':
      return call(e, node, scope);
    case 'unary':
      return unary(e, node.operator, e.evaluate(node.operand, scope), e.site(node, node, scope));
    case 'binary': {
      const left = e.evaluate(node.left, scope);
      return operate(e, node.operator, left, e.evaluate(node.right, scope), e.site(node, node, scope));
    }
    case 'compare':
      return comparison(e, node, scope);
    case 'boolean': {
      const left = e.evaluate(node.left, scope);
      const known = truth(left);
      if (known === undefined) {
        const right = e.evaluate(node.right, scope);
        // `unknown and False` is false either way.
        return truth(right) === (node.operator === 'or') ? right : unknownFrom(e, left, node, scope);
      }
      return known === (node.operator === 'or') ? left : e.evaluate(node.right, scope);
    }
    case 'conditional':
      return conditional(e, node, scope);
    case 'lambda':
      return makeFunction(e, { ...node, name: '<lambda>', nameSpan: node }, scope);
    case 'comprehension':
      return comprehension(e, node, scope);
    case 'walrus': {
      const value = e.evaluate(node.value, scope);
      bindTarget(e, node.target, value, scope);
      return value;
    }
    case 'starred':
    case 'await':
      return e.evaluate(node.value, scope);
    case 'yield': {
      const value = node.value ? e.evaluate(node.value, scope) : null;
      const { yielded } = scope.frame;
      if (yielded) extendList(e, yielded, node.isFrom ? value : e.tuple([value]));
      return null;
    }
    case 'missing':
      return e.unknown(node, scope);
  }
}

function variable(e: Evaluator, node: Extract<Expression, { kind: 'name' }>, scope: Scope): Value {
  const holder = scope.holder(node.id);
  const value = holder?.get(node.id);
  if (holder) return value === undefined ? e.unknown(node, scope) : value;
  return builtin(node.id) ?? e.unknown(node, scope);
}

function elements(
  e: Evaluator,
  nodes: readonly Expression[],
  scope: Scope,
): { items: Value[]; doubt: Unknown | undefined } {
  const items: Value[] = [];
  let doubt: Unknown | undefined;
  for (const node of nodes) {
    const value = e.evaluate(node, scope);
    if (node.kind !== 'starred') {
      items.push(value);
      continue;
    }
    const several = itemsOf(e, value);
    e.meter.hold(several.items.length * bytesOf.item);
    for (const item of several.items) items.push(item);
    doubt ??= several.doubt;
  }
  return { items, doubt };
}

function dictionary(e: Evaluator, node: Extract<Expression, { kind: 'dict' }>, scope: Scope): Dict {
  const dict = e.dict();
  for (const { key, value } of node.entries) {
    const given = e.evaluate(value, scope);
    if (!key) {
      if (given instanceof Dict) copyEntries(e, dict, given);
      else dict.doubt ??= unknownFrom(e, given, value, scope);
      continue;
    }
    const name = e.evaluate(key, scope);
    e.meter.hold(bytesOf.property);
    if (name instanceof Unknown) dict.doubt ??= name;
    else dict.set(name, given);
  }
  return dict;
}

function formatted(e: Evaluator, node: Extract<Expression, { kind: 'formatted' }>, scope: Scope): Value {
  let text = '';
  for (const part of node.parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const value = e.evaluate(part.value, scope);
    const shown = formatValue(value, part.spec);
    if (shown === undefined) return unknownFrom(e, value, node, scope);
    e.meter.hold(shown.length);
    text += shown;
    if (text.length > MAX_STRING) return e.unknown(node, scope, true);
  }
  return text;
}

function call(e: Evaluator, node: Extract<Expression, { kind: 'call' }>, scope: Scope): Value {
  const { callee } = node;
  if (callee.kind === 'name' && callee.id === 'super' && !scope.holder('super')) return superOf(e, node, scope);
  const value = e.evaluate(callee, scope);
  const args = callArguments(e, node.args, scope);
  return e.call(value, args, e.site(node, callee, scope));
}

/** `super()` or `super(Class, self)` */
function superOf(e: Evaluator, node: Extract<Expression, { kind: 'call' }>, scope: Scope): Value {
  const { home, self } = scope.frame;
  const [cls, object] = node.args.map((argument) => e.evaluate(argument.value, scope));
  const after = cls ?? home;
  return after !== undefined && typeof after === 'object' && after !== null && 'lineage' in after
    ? new Super(after, object ?? self)
    : e.unknown(node, scope);
}

export function callArguments(e: Evaluator, nodes: readonly CallArgument[], scope: Scope): Argument[] {
  const args: Argument[] = [];
  for (const node of nodes) {
    const value = e.evaluate(node.value, scope);
    const span = e.span(node.value, scope);
    if (node.stars === 0) {
      args.push({ name: node.name, value, span });
    } else if (node.stars === 1) {
      const { items, doubt } = itemsOf(e, value);
      e.meter.hold(items.length * bytesOf.argument);
      for (const item of items) args.push({ name: undefined, value: item, span });
      if (doubt) args.push({ name: '*', value: doubt.derive(), span });
    } else {
      const entries = value instanceof Dict ? [...value.entries.values()] : [];
      e.meter.hold(entries.length * bytesOf.argument);
      for (const [key, item] of entries) if (typeof key === 'string') args.push({ name: key, value: item, span });
      const doubt = value instanceof Dict ? value.doubt : unknownFrom(e, value, node.value, scope);
      if (doubt) args.push({ name: '**', value: doubt, span });
    }
  }
  return args;
}

function comparison(e: Evaluator, node: Extract<Expression, { kind: 'compare' }>, scope: Scope): Value {
  let left = e.evaluate(node.first, scope);
  let unknown: Unknown | undefined;
  for (const { operator, operand } of node.rest) {
    const right = e.evaluate(operand, scope);
    const condition = node.rest.length === 1 ? compareTensors(e, operator, left, right) : undefined;
    if (condition !== undefined) return condition;
    e.meter.read(sizeOf(right));
    const result = compare(operator, left, right);
    if (result === false) return false;
    if (result === undefined)
      unknown ??=
        left instanceof Unknown || right instanceof Unknown ? firstUnknown(left, right) : e.unknown(node, scope, true);
    left = right;
  }
  return unknown ?? true;
}

function firstUnknown(...values: readonly Value[]): Unknown | undefined {
  return values.find((value) => value instanceof Unknown)?.derive();
}

function conditional(e: Evaluator, node: Extract<Expression, { kind: 'conditional' }>, scope: Scope): Value {
  const test = e.evaluate(node.test, scope);
  const known = truth(test);
  if (known !== undefined) return e.evaluate(known ? node.then : node.otherwise, scope);
  const ways = [node.then, node.otherwise].map((part) => () => ({
    kind: 'return' as const,
    value: e.evaluate(part, scope),
  }));
  const ending = e.fork(unknownFrom(e, test, node.test, scope), scope.frame, ways);
  return ending?.kind === 'return' ? ending.value : e.unknown(node, scope, true);
}

function comprehension(e: Evaluator, node: Extract<Expression, { kind: 'comprehension' }>, scope: Scope): Value {
  const inner = new Scope(e.journal.next(), scope, scope.frame);
  const dict = node.of === 'dict' ? e.dict() : undefined;
  const items: Value[] = [];
  let doubt: Unknown | undefined;
  const produce = () => {
    e.meter.hold(bytesOf.item);
    const element = e.evaluate(node.element, inner);
    if (!dict || !node.value) return void items.push(element);
    const value = e.evaluate(node.value, inner);
    e.meter.hold(bytesOf.property);
    if (element instanceof Unknown) doubt ??= element;
    else dict.set(element, value);
  };
  const follow = (clauses: readonly ComprehensionClause[]): void => {
    const [clause, ...rest] = clauses;
    if (!clause) return produce();
    const iterated = itemsOf(e, e.evaluate(clause.iterable, clauses === node.clauses ? scope : inner));
    doubt ??= iterated.doubt;
    for (const item of iterated.items) {
      e.step();
      bindTarget(e, clause.target, item, inner);
      const tests = clause.conditions.map((condition) => truth(e.evaluate(condition, inner)));
      if (tests.includes(false)) continue;
      if (tests.includes(undefined)) doubt ??= e.unknown(clause.conditions[0], scope, true);
      follow(rest);
    }
  };
  follow(node.clauses);
  if (dict) dict.doubt = doubt;
  if (dict) return dict;
  return node.of === 'set' ? makeSet(e, items, doubt) : e.list(items, doubt);
}
