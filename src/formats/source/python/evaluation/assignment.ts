import { ModelValue, Unknown } from '../../evaluation/values.ts';
import type { Expression } from '../syntax/ast.ts';
import type { Evaluator } from './evaluator.ts';
import { itemsOf } from './iteration.ts';
import type { Scope } from './scope.ts';
import { setItem } from './subscripts.ts';
import { Instance } from './values.ts';
import type { Value } from './values.ts';

/** Gives the value to a variable, an attribute, an item, or to several of them. */
export function bindTarget(e: Evaluator, target: Expression, value: Value, scope: Scope): void {
  if (target.kind === 'name') {
    e.assign(scope, target.id, value);
    noteBinding(e, target, value, scope);
  } else if (target.kind === 'attribute') e.set(e.evaluate(target.object, scope), target.name, value);
  else if (target.kind === 'subscript')
    setItem(e, e.evaluate(target.object, scope), e.evaluate(target.index, scope), value);
  else if (target.kind === 'starred') bindTarget(e, target.value, value, scope);
  else if (target.kind === 'tuple' || target.kind === 'list') unpack(e, target.items, value, scope);
}

/** A network is named after the variable that holds it first. */
function noteBinding(e: Evaluator, target: Extract<Expression, { kind: 'name' }>, value: Value, scope: Scope): void {
  if (value instanceof ModelValue && value.bindings.length < 8)
    value.bindings.push({ name: target.id, span: e.span(target, scope) });
  // What the variables of a forward pass hold are its parts.
  if (!(value instanceof Instance) || value.bindings.length >= 8 || e.torch.trace) return;
  const isGlobal = scope.frame.functionName === undefined;
  value.bindings.push({ name: target.id, span: e.span(target, scope), isGlobal });
}

function unpack(e: Evaluator, targets: readonly Expression[], value: Value, scope: Scope): void {
  const { items, doubt } = itemsOf(e, value);
  const star = targets.findIndex(({ kind }) => kind === 'starred');
  const behind = star < 0 ? 0 : targets.length - star - 1;
  targets.forEach((target, i) => {
    if (doubt && items.length < targets.length) {
      const name = target.kind === 'name' ? target.id : doubt.name;
      return bindTarget(e, target, new Unknown(name, e.span(target, scope)), scope);
    }
    if (i === star) return bindTarget(e, target, e.list(items.slice(star, items.length - behind)), scope);
    const place = star >= 0 && i > star ? items.length - (targets.length - i) : i;
    const item = items[place];
    return bindTarget(e, target, item === undefined ? e.unknown(target, scope) : item, scope);
  });
}
