import type { Statement } from '../syntax/ast.ts';
import { bindTarget } from './assignment.ts';
import { decorated, makeClass } from './classes.ts';
import { Raised } from './raised.ts';
import type { Ending, Evaluator } from './evaluator.ts';
import { extendContainer } from '../../library/torch/containers.ts';
import { unknownFrom } from '../builtins/collections.ts';
import { makeFunction } from './functions.ts';
import { extendList } from './iteration.ts';
import { importFrom, importNames } from './imports.ts';
import { runFor, runWhile } from './loops.ts';
import { runMatch } from './matching.ts';
import { operate, truth } from '../builtins/operators.ts';
import type { Scope } from './scope.ts';
import { deleteItem } from './subscripts.ts';
import { ClassValue, Instance, List } from './values.ts';
import type { Value } from './values.ts';

export function runStatements(e: Evaluator, statements: readonly Statement[], scope: Scope): Ending {
  for (const statement of statements) {
    const ending = runStatement(e, statement, scope);
    if (ending) return ending;
  }
  return undefined;
}

function runStatement(e: Evaluator, node: Statement, scope: Scope): Ending {
  e.step();
  const { frame } = scope;
  frame.at = node.start;
  switch (node.kind) {
    case 'expression':
      e.evaluate(node.value, scope);
      return undefined;
    case 'assign': {
      const value = e.evaluate(node.value, scope);
      for (const target of node.targets) bindTarget(e, target, value, scope);
      return undefined;
    }
    case 'annotated':
      if (node.value) bindTarget(e, node.target, e.evaluate(node.value, scope), scope);
      return undefined;
    case 'update':
      return update(e, node, scope);
    case 'return':
      return { kind: 'return', value: node.value ? e.evaluate(node.value, scope) : null };
    case 'function': {
      const kind = node.name === '__new__' ? 'static' : 'plain';
      const home = scope.isClass ? frame.home : undefined;
      const made = makeFunction(e, node, scope, home ?? (scope.isClass ? undefined : frame.home), kind);
      const value = node.decorators.reduceRight<Value>(
        (inner, decorator) => decorated(inner, e.evaluate(decorator, scope)),
        made,
      );
      if (!frame.module.isForeign && !scope.isClass) e.functions.push(made);
      e.assign(scope, node.name, value);
      return undefined;
    }
    case 'class': {
      const cls = makeClass(e, node, scope);
      for (const decorator of node.decorators) e.evaluate(decorator, scope);
      e.assign(scope, node.name, cls);
      return undefined;
    }
    case 'if':
      return conditional(e, node, scope, 0);
    case 'for':
      return runFor(e, node, scope);
    case 'while':
      return runWhile(e, node, scope);
    case 'with':
      for (const { value, target } of node.items) {
        const entered = e.evaluate(value, scope);
        if (target) bindTarget(e, target, entered, scope);
      }
      return runStatements(e, node.body, scope);
    case 'try':
      return runTry(e, node, scope);
    case 'match':
      return runMatch(e, node, scope);
    case 'raise':
      throw new Raised(node.value ? e.evaluate(node.value, scope) : null);
    case 'assert':
      // What a source asserts, it may be trusted with.
      e.evaluate(node.test, scope);
      return undefined;
    case 'import':
      importNames(e, node, scope);
      return undefined;
    case 'importFrom':
      importFrom(e, node, scope);
      return undefined;
    case 'scope':
      for (const name of node.names) scope.declareOuter(name, node.isGlobal);
      return undefined;
    case 'delete':
      for (const target of node.targets) deleteTarget(e, target, scope);
      return undefined;
    case 'break':
    case 'continue':
      return { kind: node.kind, label: undefined };
    case 'pass':
      return undefined;
  }
}

function update(e: Evaluator, node: Extract<Statement, { kind: 'update' }>, scope: Scope): undefined {
  const { target } = node;
  const before = e.evaluate(target, scope);
  const value = e.evaluate(node.value, scope);
  if (before instanceof List && node.operator === '+') {
    extendList(e, before, value);
    return undefined;
  }
  if (before instanceof Instance && node.operator === '+' && before.library !== undefined) {
    extendContainer(e, before, value);
    return undefined;
  }
  bindTarget(e, target, operate(e, node.operator, before, value, e.site(node, node, scope)), scope);
  return undefined;
}

function conditional(e: Evaluator, node: Extract<Statement, { kind: 'if' }>, scope: Scope, from: number): Ending {
  for (let i = from; i < node.branches.length; i++) {
    const { test, body } = node.branches[i];
    const value = e.evaluate(test, scope);
    const known = truth(value);
    if (known) return runStatements(e, body, scope);
    if (known === false) continue;
    const ways = [() => runStatements(e, body, scope), () => conditional(e, node, scope, i + 1)];
    return e.fork(unknownFrom(e, value, test, scope), scope.frame, ways);
  }
  return runStatements(e, node.otherwise, scope);
}

function runTry(e: Evaluator, node: Extract<Statement, { kind: 'try' }>, scope: Scope): Ending {
  let ending: Ending;
  try {
    ending = runStatements(e, node.body, scope) ?? runStatements(e, node.otherwise, scope);
  } catch (error) {
    if (!(error instanceof Raised)) throw error;
    const handler = node.handlers.find(({ type }) => !type || catches(e.evaluate(type, scope), error.raised));
    if (!handler) {
      runStatements(e, node.last, scope);
      throw error;
    }
    if (handler.name !== undefined) e.assign(scope, handler.name, error.raised);
    ending = runStatements(e, handler.body, scope);
  }
  return runStatements(e, node.last, scope) ?? ending;
}

/** Whether a handler takes an exception: not if both are classes of the source and unrelated. */
function catches(type: Value, raised: Value): boolean {
  const cls = raised instanceof Instance ? raised.cls : raised;
  if (!(type instanceof ClassValue) || !(cls instanceof ClassValue)) return true;
  return cls.lineage.includes(type);
}

function deleteTarget(
  e: Evaluator,
  target: Extract<Statement, { kind: 'delete' }>['targets'][number],
  scope: Scope,
): void {
  if (target.kind === 'name') {
    const holder = scope.holder(target.id);
    if (!holder) return;
    e.journal.touch(holder, target.id);
    holder.delete(target.id);
  } else if (target.kind === 'subscript') {
    deleteItem(e, e.evaluate(target.object, scope), e.evaluate(target.index, scope));
  } else if (target.kind === 'attribute') {
    const object = e.evaluate(target.object, scope);
    if (!(object instanceof Instance)) return;
    e.journal.touch(object, target.name);
    object.attributes.delete(target.name);
  } else if (target.kind === 'tuple') for (const item of target.items) deleteTarget(e, item, scope);
}
