import type { Node, Statement, TSEntityName } from '@babel/types';
import type { Evaluation } from '../evaluation/evaluation.ts';
import { propertyKey } from './keys.ts';
import { libraryOf } from './libraryName.ts';
import { bindPattern } from './patterns.ts';
import { Scope } from '../evaluation/scope.ts';
import { Dictionary, Library, Unknown } from '../evaluation/values.ts';
import type { Value } from '../evaluation/values.ts';

/** A module's member; `name` is what the importing file calls it. */
function member(module: Value, key: string, name: string): Value {
  if (module instanceof Library) return key === 'default' ? module : module.member(key);
  if (module instanceof Dictionary) {
    if (module.properties.has(key)) return module.get(key);
    return module.doubt ? new Unknown(name, undefined) : undefined;
  }
  return new Unknown(name, undefined);
}

export function importDeclaration(
  e: Evaluation,
  node: Extract<Statement, { type: 'ImportDeclaration' }>,
  scope: Scope,
): undefined {
  // A type of the library may say what a value is.
  if (node.importKind === 'type' && !libraryOf(node.source.value)) return undefined;
  if (node.importKind === 'typeof') return undefined;
  for (const specifier of node.specifiers) {
    const name = specifier.local.name;
    const module = e.importModule(node.source.value, name, scope);
    let value: Value = module;
    if (specifier.type === 'ImportDefaultSpecifier') value = member(module, 'default', name);
    if (specifier.type === 'ImportSpecifier') {
      const { imported } = specifier;
      value = member(module, imported.type === 'Identifier' ? imported.name : imported.value, name);
    }
    const placed = value instanceof Unknown ? new Unknown(value.name, e.span(specifier.local, scope)) : value;
    bindPattern(e, specifier.local, placed, scope, 'declare');
  }
  return undefined;
}

/** `import name = require('...')`, or `import name = namespace.member` for a shorter name. */
export function importEquals(
  e: Evaluation,
  node: Extract<Statement, { type: 'TSImportEqualsDeclaration' }>,
  scope: Scope,
): undefined {
  const { id, moduleReference: reference } = node;
  const value =
    reference.type === 'TSExternalModuleReference'
      ? e.importModule(reference.expression.value, id.name, scope)
      : entityValue(e, reference, scope);
  bindPattern(e, id, value, scope, 'declare');
  return undefined;
}

function entityValue(e: Evaluation, node: TSEntityName, scope: Scope): Value {
  if (node.type === 'Identifier') return e.evaluate(node, scope);
  return e.get(entityValue(e, node.left, scope), node.right.name, e.site(node, node, scope));
}

type Export = Extract<
  Statement,
  { type: 'ExportNamedDeclaration' | 'ExportDefaultDeclaration' | 'ExportAllDeclaration' | 'TSExportAssignment' }
>;

export function exportDeclaration(e: Evaluation, node: Export, scope: Scope): undefined {
  const { exports } = scope.frame.module;
  switch (node.type) {
    case 'ExportDefaultDeclaration': {
      const { declaration } = node;
      if (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') {
        if (declaration.id) {
          e.statement(declaration, scope);
          exports.set('default', scope.get(declaration.id.name));
          return undefined;
        }
      } else if (declaration.type === 'TSDeclareFunction') return undefined;
      exports.set('default', e.evaluate(declaration, scope));
      return undefined;
    }
    case 'ExportNamedDeclaration':
      return exportNamed(e, node, scope);
    case 'ExportAllDeclaration': {
      const module = e.importModule(node.source.value, node.source.value, scope);
      if (module instanceof Dictionary) for (const [name, { value }] of module.properties) exports.set(name, value);
      return undefined;
    }
    case 'TSExportAssignment':
      exports.set('default', e.evaluate(node.expression, scope));
      return undefined;
  }
}

function exportNamed(
  e: Evaluation,
  node: Extract<Export, { type: 'ExportNamedDeclaration' }>,
  scope: Scope,
): undefined {
  const { exports } = scope.frame.module;
  if (node.exportKind === 'type') return undefined;
  if (node.declaration) {
    e.statement(node.declaration, scope);
    for (const name of declaredNames(node.declaration)) exports.set(name, scope.get(name));
    return undefined;
  }
  const from = node.source ? e.importModule(node.source.value, node.source.value, scope) : undefined;
  for (const specifier of node.specifiers) {
    if (specifier.type !== 'ExportSpecifier') continue;
    const local = specifier.local.name;
    const name = specifier.exported.type === 'Identifier' ? specifier.exported.name : specifier.exported.value;
    exports.set(name, from === undefined ? scope.holder(local)?.get(local) : member(from, local, local));
  }
  return undefined;
}

function declaredNames(node: Statement): string[] {
  if (node.type === 'VariableDeclaration') return node.declarations.flatMap(({ id }) => patternNames(id));
  return 'id' in node && node.id?.type === 'Identifier' ? [node.id.name] : [];
}

function patternNames(pattern: Node): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        patternNames(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element ? patternNames(element) : []));
    case 'AssignmentPattern':
      return patternNames(pattern.left);
    case 'RestElement':
      return patternNames(pattern.argument);
    default:
      return [];
  }
}

/** `enum Name { a, b = 4 }` as an object of its members. */
export function runEnum(
  e: Evaluation,
  node: Extract<Statement, { type: 'TSEnumDeclaration' }>,
  scope: Scope,
): undefined {
  const members = e.dictionary(e.span(node, scope));
  const inner = new Scope(e.journal.next(), scope, scope.frame);
  let next: Value = 0;
  for (const part of node.body?.members ?? node.members) {
    const key = propertyKey(e, part, scope);
    if (typeof key !== 'string') continue;
    const value: Value = part.initializer ? e.evaluate(part.initializer, inner) : next;
    inner.set(key, value);
    members.properties.set(key, {
      value,
      span: e.span(part.initializer ?? part, scope),
      keySpan: e.span(part.id, scope),
    });
    next = typeof value === 'number' ? value + 1 : new Unknown(key, undefined);
  }
  bindPattern(e, node.id, members, scope, 'declare');
  return undefined;
}
