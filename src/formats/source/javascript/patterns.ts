import type { Node } from '@babel/types';
import { bindName, unknownPart } from '../evaluation/evaluation.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';
import { iterate } from '../evaluation/iteration.ts';
import { propertyKey } from './keys.ts';
import { typedLibrary } from './libraryName.ts';
import type { Scope } from '../evaluation/scope.ts';
import { Dictionary, sizeOf, Unknown } from '../evaluation/values.ts';
import type { Value } from '../evaluation/values.ts';

/** How names get their values: by declaration in a scope, or by assignment to what is there. */
export type Store = 'declare' | 'var' | 'assign';

/** Gives the names of a pattern their values: `{ a, b: [c = 1, ...rest] } = value`. */
export function bindPattern(e: Evaluation, pattern: Node, value: Value, scope: Scope, store: Store): void {
  e.step();
  switch (pattern.type) {
    case 'Identifier': {
      const typed = typedLibrary(e, pattern.typeAnnotation, value, scope);
      const supplied = e.supply(typed, [pattern.name], pattern, scope);
      bindName(supplied, pattern.name, e.span(pattern, scope) && nameSpan(e, pattern, scope));
      storeVariable(e, pattern.name, supplied, scope, store);
      return;
    }
    case 'AssignmentPattern':
      bindPattern(e, pattern.left, withDefault(e, value, pattern.right, scope), scope, store);
      return;
    case 'ObjectPattern':
      return bindObject(e, pattern, value, scope, store);
    case 'ArrayPattern':
      return bindArray(e, pattern, value, scope, store);
    case 'MemberExpression':
      return assignMember(e, pattern, value, scope);
    case 'TSParameterProperty': {
      bindPattern(e, pattern.parameter, value, scope, store);
      const target = pattern.parameter.type === 'AssignmentPattern' ? pattern.parameter.left : pattern.parameter;
      if (target.type === 'Identifier') {
        e.set(scope.frame.thisValue, target.name, scope.get(target.name), undefined, e.span(target, scope));
      }
      return;
    }
    case 'TSAsExpression':
    case 'TSNonNullExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
      return bindPattern(e, pattern.expression, value, scope, store);
    case 'RestElement':
      return bindPattern(e, pattern.argument, value, scope, store);
    default:
      return;
  }
}

/** Without a type annotation, which the parser counts to the identifier. */
export function nameSpan(e: Evaluation, node: Extract<Node, { type: 'Identifier' }>, scope: Scope) {
  const span = e.span(node, scope);
  return span && { start: span.start, end: span.start + node.name.length };
}

function withDefault(e: Evaluation, value: Value, fallback: Node, scope: Scope): Value {
  const absent = value === undefined || (value instanceof Unknown && value.mayBeAbsent && !value.derived);
  return absent ? e.evaluate(fallback, scope) : value;
}

function storeVariable(e: Evaluation, name: string, value: Value, scope: Scope, store: Store): void {
  let holder: Scope | undefined = scope;
  if (store === 'var') holder = scope.functionScope();
  // An assignment to a name that nobody declared makes a global variable; the module's outermost scope will do.
  if (store === 'assign') holder = scope.holder(name) ?? scope.functionScope();
  e.step(scope.depth >> 4);
  e.journal.touch(holder, name);
  holder.set(name, value);
}

function bindObject(
  e: Evaluation,
  pattern: Extract<Node, { type: 'ObjectPattern' }>,
  value: Value,
  scope: Scope,
  store: Store,
): void {
  const taken = new Set<string>();
  for (const property of pattern.properties) {
    if (property.type === 'RestElement') {
      bindPattern(e, property.argument, rest(e, value, taken), scope, store);
      continue;
    }
    const key = propertyKey(e, property, scope);
    if (typeof key !== 'string') {
      bindPattern(e, property.value, key, scope, store);
      continue;
    }
    taken.add(key);
    const site = e.site(property, property.key, scope);
    const part =
      value instanceof Unknown ? unknownPart(value, key, site.span) : e.get(value, key, { ...site, text: key });
    bindPattern(e, property.value, e.supply(part, [key], property, scope), scope, store);
  }
}

function rest(e: Evaluation, value: Value, taken: ReadonlySet<string>): Value {
  if (!(value instanceof Dictionary))
    return value instanceof Unknown ? value.derive() : new Unknown('the rest', undefined);
  const left = e.dictionary();
  left.doubt = value.doubt;
  e.meter.hold(sizeOf(value));
  for (const [key, property] of value.properties) if (!taken.has(key)) left.properties.set(key, property);
  return left;
}

function bindArray(
  e: Evaluation,
  pattern: Extract<Node, { type: 'ArrayPattern' }>,
  value: Value,
  scope: Scope,
  store: Store,
): void {
  const items = iterate(e, value);
  pattern.elements.forEach((element, i) => {
    if (!element) return;
    const span = e.span(element, scope);
    if (items instanceof Unknown) {
      const part = items.part(`${items.name}[${i}]`, span);
      bindPattern(e, element, element.type === 'RestElement' ? items.derive() : part, scope, store);
    } else if (element.type === 'RestElement') {
      bindPattern(e, element.argument, e.list(items.items.slice(i), items.spans.slice(i)), scope, store);
    } else {
      bindPattern(e, element, items.items[i], scope, store);
    }
  });
}

/** `object.key = value`. */
function assignMember(
  e: Evaluation,
  target: Extract<Node, { type: 'MemberExpression' }>,
  value: Value,
  scope: Scope,
): void {
  const object = e.evaluate(target.object, scope);
  const key = propertyKey(e, target, scope);
  const keySpan = e.span(target.property, scope);
  if (typeof key !== 'string') return;
  bindName(value, key, keySpan);
  e.set(object, key, value, undefined, keySpan);
}
