// The value of an expression. An operand that is not known makes the result unknown but does not end the evaluation,
// and a branch on an unknown condition is followed both ways and joined: see `evaluation/branches.ts`.

import type { Node } from '@babel/types';
import { fork } from '../evaluation/branches.ts';
import { evaluateClass } from './classes.ts';
import { bindName } from '../evaluation/evaluation.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';
import { callExpression, newExpression } from './calls.ts';
import { copyProperties, iterate, spreadInto } from '../evaluation/iteration.ts';
import { Joiner } from '../evaluation/join.ts';
import { propertyKey } from './keys.ts';
import { namedLibrary } from './libraryName.ts';
import { memberExpression } from './members.ts';
import { globalValue } from './natives/globals.ts';
import { binaryOperation, concatenate, truth, unaryOperation } from './operators.ts';
import { bindPattern, nameSpan } from './patterns.ts';
import { placed } from './statements.ts';
import { Dictionary, Unknown } from '../evaluation/values.ts';
import type { Value } from '../evaluation/values.ts';
import type { Scope } from '../evaluation/scope.ts';

type NodeOf<Type extends Node['type']> = Extract<Node, { type: Type }>;

export function evaluateExpression(e: Evaluation, node: Node, scope: Scope): Value {
  switch (node.type) {
    case 'NumericLiteral':
    case 'StringLiteral':
    case 'BooleanLiteral':
      return node.value;
    case 'NullLiteral':
      return null;
    case 'TemplateLiteral':
      return template(e, node, scope);
    case 'Identifier':
      return identifier(e, node, scope);
    case 'ThisExpression':
      return scope.frame.thisValue;
    case 'ArrayExpression':
      return array(e, node, scope);
    case 'ObjectExpression':
      return object(e, node, scope);
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return e.closure(node, scope, ('id' in node && node.id?.name) || '', undefined);
    case 'FunctionDeclaration': // `export default function () {...}`
      return e.closure(node, scope, node.id?.name ?? 'default', undefined);
    case 'ClassExpression':
    case 'ClassDeclaration':
      return evaluateClass(e, node, scope);
    case 'UnaryExpression':
      return unary(e, node, scope);
    case 'UpdateExpression':
      return update(e, node, scope);
    case 'BinaryExpression':
      return binary(e, node, scope);
    case 'LogicalExpression':
      return logical(e, node.operator, e.evaluate(node.left, scope), node.right, scope);
    case 'AssignmentExpression':
      return assignment(e, node, scope);
    case 'ConditionalExpression':
      return conditional(e, node, scope);
    case 'SequenceExpression':
      return node.expressions.reduce<Value>((_previous, part) => e.evaluate(part, scope), undefined);
    case 'CallExpression':
    case 'OptionalCallExpression':
      return callExpression(e, node, scope);
    case 'NewExpression':
      return newExpression(e, node, scope);
    case 'MemberExpression':
    case 'OptionalMemberExpression':
      return memberExpression(e, node, scope).value;
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
      return typed(e.evaluate(node.expression, scope), node.typeAnnotation);
    case 'TSNonNullExpression':
    case 'TSInstantiationExpression':
    case 'ParenthesizedExpression':
      return e.evaluate(node.expression, scope);
    case 'AwaitExpression':
      return e.evaluate(node.argument, scope);
    case 'ImportExpression':
      return node.source.type === 'StringLiteral'
        ? e.importModule(node.source.value, node.source.value, scope)
        : symbol(e, node, scope);
    default:
      return symbol(e, node, scope);
  }
}

function symbol(e: Evaluation, node: Node, scope: Scope): Unknown {
  return new Unknown(e.text(node, scope), e.span(node, scope));
}

function identifier(e: Evaluation, node: NodeOf<'Identifier'>, scope: Scope): Value {
  e.step(scope.depth >> 4);
  const holder = scope.holder(node.name);
  const value = holder ? holder.get(node.name) : globalValue(e, node.name, scope, e.span(node, scope));
  return namedLibrary(node.name, value);
}

function template(e: Evaluation, node: NodeOf<'TemplateLiteral'>, scope: Scope): Value {
  const pieces: Value[] = [];
  node.quasis.forEach((quasi, i) => {
    pieces.push(quasi.value.cooked ?? quasi.value.raw);
    if (i < node.expressions.length) pieces.push(e.evaluate(node.expressions[i], scope));
  });
  return madeText(e, concatenate(pieces));
}

function array(e: Evaluation, node: NodeOf<'ArrayExpression'>, scope: Scope): Value {
  const list = e.list([], [], e.span(node, scope));
  for (const element of node.elements) {
    if (element?.type === 'SpreadElement') {
      spreadInto(e, list, iterate(e, e.evaluate(element.argument, scope)));
    } else {
      list.items.push(element ? e.evaluate(element, scope) : undefined);
      list.spans.push(element ? e.span(element, scope) : undefined);
    }
  }
  return list;
}

function object(e: Evaluation, node: NodeOf<'ObjectExpression'>, scope: Scope): Value {
  const result = e.dictionary(e.span(node, scope));
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      spreadProperties(e, result, e.evaluate(property.argument, scope));
      continue;
    }
    const key = propertyKey(e, property, scope);
    if (typeof key !== 'string') {
      result.doubt ??= key.derive();
      continue;
    }
    const keySpan = e.span(property.key, scope);
    if (property.type === 'ObjectMethod') {
      if (property.kind === 'set') continue;
      const value = e.closure(property, scope, key, keySpan);
      result.properties.set(key, { value, span: undefined, keySpan, getter: property.kind === 'get' });
    } else {
      const value = e.supply(e.evaluate(property.value, scope), [key], property, scope);
      bindName(value, key, keySpan);
      result.properties.set(key, { value, span: e.span(property.value, scope), keySpan });
    }
  }
  return result;
}

function spreadProperties(e: Evaluation, target: Dictionary, source: Value): void {
  if (source instanceof Unknown) target.doubt ??= source.mayBeAbsent ? undefined : source.derive();
  if (!(source instanceof Dictionary)) return;
  target.doubt ??= source.doubt;
  copyProperties(e, target, source);
}

/** Counts a text that an expression made. */
function madeText(e: Evaluation, value: Value): Value {
  if (typeof value === 'string') e.meter.hold(value.length);
  return value;
}

function unary(e: Evaluation, node: NodeOf<'UnaryExpression'>, scope: Scope): Value {
  if (node.operator !== 'delete') return unaryOperation(node.operator, e.evaluate(node.argument, scope));
  if (node.argument.type === 'MemberExpression') {
    const target = e.evaluate(node.argument.object, scope);
    const key = propertyKey(e, node.argument, scope);
    if (target instanceof Dictionary && typeof key === 'string') {
      e.journal.touch(target, key);
      target.properties.delete(key);
    }
  }
  return true;
}

function update(e: Evaluation, node: NodeOf<'UpdateExpression'>, scope: Scope): Value {
  const before = unaryOperation('+', e.evaluate(node.argument, scope));
  const after = binaryOperation(node.operator === '++' ? '+' : '-', before, 1);
  bindPattern(e, node.argument, after, scope, 'assign');
  return node.prefix ? after : before;
}

function binary(e: Evaluation, node: NodeOf<'BinaryExpression'>, scope: Scope): Value {
  const left = e.evaluate(node.left, scope);
  const right = e.evaluate(node.right, scope);
  if (node.operator === 'in') {
    if (right instanceof Dictionary && !right.doubt && typeof left === 'string') return right.properties.has(left);
    return symbol(e, node, scope);
  }
  if (node.operator === 'instanceof' || node.operator === '|>') return symbol(e, node, scope);
  // Comparing reads both.
  if (typeof left === 'string') e.meter.read(left.length);
  return madeText(e, binaryOperation(node.operator, left, right));
}

function logical(e: Evaluation, operator: string, left: Value, right: Node, scope: Scope): Value {
  if (left instanceof Unknown) {
    if (operator !== '&&' && left.mayBeAbsent && !left.derived) return e.evaluate(right, scope);
    // The right side runs perhaps: what it changes is joined, its value is not known.
    fork(e, placed(e, left, right, scope), scope.frame, [() => void e.evaluate(right, scope), () => undefined]);
    return left.derive();
  }
  if (operator === '??') return left ?? e.evaluate(right, scope);
  const takesRight = truth(left) === (operator === '&&');
  return takesRight ? e.evaluate(right, scope) : left;
}

function assignment(e: Evaluation, node: NodeOf<'AssignmentExpression'>, scope: Scope): Value {
  const { operator, left } = node;
  if (left.type === 'OptionalMemberExpression') return undefined;
  let value: Value;
  if (operator === '=') {
    value = e.evaluate(node.right, scope);
  } else {
    const before = e.evaluate(left, scope);
    const binaryOperator = operator.slice(0, -1);
    const isLogical = binaryOperator === '||' || binaryOperator === '&&' || binaryOperator === '??';
    value = isLogical
      ? logical(e, binaryOperator, before, node.right, scope)
      : madeText(e, binaryOperation(binaryOperator, before, e.evaluate(node.right, scope)));
  }
  if (left.type === 'Identifier') bindName(value, left.name, nameSpan(e, left, scope));
  bindPattern(e, left, value, scope, 'assign');
  return value;
}

function conditional(e: Evaluation, node: NodeOf<'ConditionalExpression'>, scope: Scope): Value {
  const test = e.evaluate(node.test, scope);
  if (!(test instanceof Unknown)) return e.evaluate(truth(test) ? node.consequent : node.alternate, scope);
  const values: Value[] = [];
  const unknown = placed(e, test, node.test, scope);
  const way = (part: Node) => () => void values.push(e.evaluate(part, scope));
  fork(e, unknown, scope.frame, [way(node.consequent), way(node.alternate)]);
  const joiner = new Joiner(e, unknown);
  return values.length === 0 ? unknown : values.reduce((joined, value) => joiner.value(joined, value));
}

/** `as Network` and `satisfies Network` say what an object is. */
function typed(value: Value, annotation: NodeOf<'TSAsExpression'>['typeAnnotation']): Value {
  if (
    value instanceof Dictionary &&
    annotation.type === 'TSTypeReference' &&
    annotation.typeName.type === 'Identifier'
  ) {
    value.typeName ??= annotation.typeName.name;
  }
  return value;
}
