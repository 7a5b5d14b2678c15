import type { Node, Statement } from '@babel/types';
import { fork } from '../evaluation/branches.ts';
import { evaluateClass } from './classes.ts';
import { Thrown } from '../evaluation/evaluation.ts';
import type { Completion, Evaluation } from '../evaluation/evaluation.ts';
import { runFor, runForEach, runForKeys, runWhile } from './loops.ts';
import { exportDeclaration, importDeclaration, importEquals, runEnum } from './modules.ts';
import { truth } from './operators.ts';
import { bindPattern, nameSpan } from './patterns.ts';
import { Scope } from '../evaluation/scope.ts';
import { bytesOf, Dictionary, Unknown } from '../evaluation/values.ts';
import type { Value } from '../evaluation/values.ts';

/** Runs statements one after the other; function declarations among them are known from the start. */
export function runStatements(e: Evaluation, statements: readonly Statement[], scope: Scope): Completion {
  hoistFunctions(e, statements, scope);
  for (const statement of statements) {
    const completion = runStatement(e, statement, scope);
    if (completion) return completion;
  }
  return undefined;
}

/** Declared functions are there before the first statement runs. */
export function hoistFunctions(e: Evaluation, statements: readonly Statement[], scope: Scope): void {
  e.meter.read(statements.length * bytesOf.item);
  for (const statement of statements) hoist(e, statement, scope);
}

function hoist(e: Evaluation, statement: Statement, scope: Scope): void {
  const exported = statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration';
  const node: Node | null | undefined = exported ? statement.declaration : statement;
  if (node?.type !== 'FunctionDeclaration' || !node.id) return;
  const span = nameSpan(e, node.id, scope);
  e.journal.touch(scope, node.id.name);
  scope.set(node.id.name, e.closure(node, scope, node.id.name, span));
}

export function runBlock(e: Evaluation, node: Statement, scope: Scope): Completion {
  const inner = new Scope(e.journal.next(), scope, scope.frame);
  return node.type === 'BlockStatement' ? runStatements(e, node.body, inner) : runStatement(e, node, inner);
}

export function runStatement(e: Evaluation, node: Statement, scope: Scope, label?: string): Completion {
  e.step();
  scope.frame.line = node.loc?.start.line ?? scope.frame.line;
  switch (node.type) {
    case 'ExpressionStatement':
      e.evaluate(node.expression, scope);
      return undefined;
    case 'VariableDeclaration':
      return declare(e, node, scope);
    case 'BlockStatement':
      return e.block(node, scope);
    case 'IfStatement':
      return runIf(e, node, scope);
    case 'ReturnStatement':
      return { kind: 'return', value: node.argument ? e.evaluate(node.argument, scope) : undefined };
    case 'ForStatement':
      return runFor(e, node, scope, label);
    case 'ForOfStatement':
      return runForEach(e, node, scope, label);
    case 'ForInStatement':
      return runForKeys(e, node, scope, label);
    case 'WhileStatement':
    case 'DoWhileStatement':
      return runWhile(e, node, scope, label);
    case 'SwitchStatement':
      return runSwitch(e, node, scope);
    case 'BreakStatement':
      return { kind: 'break', label: node.label?.name };
    case 'ContinueStatement':
      return { kind: 'continue', label: node.label?.name };
    case 'LabeledStatement':
      return runLabeled(e, node, scope);
    case 'ThrowStatement':
      throw new Thrown(e.evaluate(node.argument, scope));
    case 'TryStatement':
      return runTry(e, node, scope);
    case 'ClassDeclaration': {
      const value = evaluateClass(e, node, scope);
      if (node.id) bindPattern(e, node.id, value, scope, 'declare');
      return undefined;
    }
    case 'TSEnumDeclaration':
      return runEnum(e, node, scope);
    case 'TSModuleDeclaration':
      return runNamespace(e, node, scope);
    case 'ImportDeclaration':
      return importDeclaration(e, node, scope);
    case 'TSImportEqualsDeclaration':
      return importEquals(e, node, scope);
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration':
    case 'ExportAllDeclaration':
    case 'TSExportAssignment':
      return exportDeclaration(e, node, scope);
    default:
      return undefined; // Types, directives, empty statements, functions (known already).
  }
}

function declare(e: Evaluation, node: Extract<Statement, { type: 'VariableDeclaration' }>, scope: Scope): undefined {
  if (node.declare) return undefined;
  for (const { id, init } of node.declarations) {
    if (!init && node.kind === 'var') continue;
    const value = init ? e.evaluate(init, scope) : undefined;
    if (value instanceof Dictionary && id.type === 'Identifier') value.typeName ??= annotatedType(id);
    bindPattern(e, id, value, scope, node.kind === 'var' ? 'var' : 'declare');
  }
  return undefined;
}

/** The name of a simple type annotation: `Network` of `net: Network`. */
function annotatedType(id: Extract<Node, { type: 'Identifier' }>): string | undefined {
  const annotation = id.typeAnnotation;
  if (annotation?.type !== 'TSTypeAnnotation' || annotation.typeAnnotation.type !== 'TSTypeReference') return undefined;
  const { typeName } = annotation.typeAnnotation;
  return typeName.type === 'Identifier' ? typeName.name : typeName.right.name;
}

function runIf(e: Evaluation, node: Extract<Statement, { type: 'IfStatement' }>, scope: Scope): Completion {
  const test = e.evaluate(node.test, scope);
  const { consequent, alternate } = node;
  if (test instanceof Unknown) {
    const otherwise = () => (alternate ? e.block(alternate, scope) : undefined);
    return fork(e, placed(e, test, node.test, scope), scope.frame, [() => e.block(consequent, scope), otherwise]);
  }
  if (truth(test)) return e.block(consequent, scope);
  return alternate ? e.block(alternate, scope) : undefined;
}

/** The unknown value of a condition, at the condition. */
export function placed(e: Evaluation, test: Unknown, node: Node, scope: Scope): Unknown {
  const name = node.type === 'Identifier' ? node.name : test.name;
  return new Unknown(name, e.span(node, scope) ?? test.span, true);
}

function runSwitch(e: Evaluation, node: Extract<Statement, { type: 'SwitchStatement' }>, scope: Scope): Completion {
  const value = e.evaluate(node.discriminant, scope);
  e.meter.read(node.cases.length * bytesOf.property);
  const inner = () => new Scope(e.journal.next(), scope, scope.frame);
  const from = (start: number, within: Scope): Completion => {
    const completion = runStatements(
      e,
      node.cases.slice(start).flatMap((part) => part.consequent),
      within,
    );
    return completion?.kind === 'break' && completion.label === undefined ? undefined : completion;
  };
  let unknown = value instanceof Unknown ? value : undefined;
  for (let i = 0; i < node.cases.length && !unknown; i++) {
    const { test } = node.cases[i];
    if (!test) continue;
    const candidate = e.evaluate(test, scope);
    if (candidate instanceof Unknown) unknown = candidate;
    else if (candidate === value) return from(i, inner());
  }
  const fallback = node.cases.findIndex((part) => !part.test);
  if (!unknown) return fallback < 0 ? undefined : from(fallback, inner());
  const starts = node.cases.map((_case, i) => i).filter((i) => node.cases[i].consequent.length > 0);
  const ways = starts.map((start) => () => from(start, inner()));
  if (fallback < 0) ways.push(() => undefined);
  return fork(e, placed(e, unknown, node.discriminant, scope), scope.frame, ways);
}

function runLabeled(e: Evaluation, node: Extract<Statement, { type: 'LabeledStatement' }>, scope: Scope): Completion {
  const completion = runStatement(e, node.body, scope, node.label.name);
  const ends = completion !== undefined && completion.kind !== 'return' && completion.label === node.label.name;
  return ends ? undefined : completion;
}

function runTry(e: Evaluation, node: Extract<Statement, { type: 'TryStatement' }>, scope: Scope): Completion {
  let completion: Completion;
  try {
    completion = e.block(node.block, scope);
  } catch (error) {
    if (!(error instanceof Thrown)) throw error;
    completion = node.handler ? handle(e, node.handler, error.value, scope) : undefined;
  }
  return (node.finalizer && e.block(node.finalizer, scope)) ?? completion;
}

function handle(
  e: Evaluation,
  handler: Extract<Node, { type: 'CatchClause' }>,
  value: Value,
  scope: Scope,
): Completion {
  const inner = new Scope(e.journal.next(), scope, scope.frame);
  if (handler.param) bindPattern(e, handler.param, value, inner, 'declare');
  return runStatements(e, handler.body.body, inner);
}

/** `namespace Name { export const ... }` */
function runNamespace(
  e: Evaluation,
  node: Extract<Statement, { type: 'TSModuleDeclaration' }>,
  scope: Scope,
): undefined {
  if (node.declare || node.body.type !== 'TSModuleBlock' || node.id.type !== 'Identifier') return undefined;
  const inner = new Scope(e.journal.next(), scope, scope.frame, true);
  runStatements(e, node.body.body, inner);
  const members = e.dictionary(e.span(node, scope));
  for (const [name, value] of inner.save())
    members.properties.set(name, { value, span: undefined, keySpan: undefined });
  bindPattern(e, node.id, members, scope, 'declare');
  return undefined;
}
