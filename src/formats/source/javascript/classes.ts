import type { Class, ClassMethod, ClassPrivateMethod } from '@babel/types';
import type { Argument, Evaluation, Site } from '../evaluation/evaluation.ts';
import { bindName } from '../evaluation/evaluation.ts';
import { callClosure } from './functions.ts';
import { propertyKey } from './keys.ts';
import { typedLibrary } from './libraryName.ts';
import { Scope } from '../evaluation/scope.ts';
import type { Frame } from '../evaluation/scope.ts';
import { becomeModel, newModel } from '../evaluation/models.ts';
import { snakeCase } from '../evaluation/layerNames.ts';
import { bytesOf, ClassValue, Closure, Dictionary, LayerValue, Library, ModelValue } from '../evaluation/values.ts';
import type { Property, Value } from '../evaluation/values.ts';
import { mayBeProduct, ownOperation, type OwnOperation, type Sketch } from '../library/keras/sketch.ts';

export function evaluateClass(e: Evaluation, node: Class, scope: Scope): ClassValue {
  const parent = node.superClass ? e.evaluate(node.superClass, scope) : undefined;
  goThrough(e, node);
  const inner = new Scope(e.journal.next(), scope, scope.frame);
  const idSpan = node.id ? e.span(node.id, scope) : undefined;
  const value = new ClassValue(node, inner, node.id?.name ?? 'class', idSpan, parent, e.dictionary());
  if (node.id) inner.set(node.id.name, value);
  for (const member of node.body.body) {
    if (member.type === 'StaticBlock') {
      e.run(member.body, new Scope(e.journal.next(), inner, classFrame(value, value), true));
    } else if ((member.type === 'ClassMethod' || member.type === 'ClassPrivateMethod') && member.static) {
      const key = propertyKey(e, member, inner);
      if (typeof key === 'string') value.statics.properties.set(key, methodProperty(e, value, member, key));
    } else if ((member.type === 'ClassProperty' || member.type === 'ClassPrivateProperty') && member.static) {
      defineField(e, value, member, value, value.statics);
    }
  }
  e.registerClass(value);
  return value;
}

/** Counts the work of looking at each member of a class. */
function goThrough(e: Evaluation, node: Class): void {
  e.meter.read(node.body.body.length * bytesOf.property);
}

function classFrame(home: ClassValue, thisValue: Value): Frame {
  const { frame } = home.scope;
  return { ...frame, home, thisValue, pendingReturns: [], args: [] };
}

function methodProperty(
  e: Evaluation,
  home: ClassValue,
  member: ClassMethod | ClassPrivateMethod,
  key: string,
): Property {
  const span = e.span(member.key, home.scope);
  return {
    value: e.closure(member, home.scope, key, span, home),
    span: undefined,
    keySpan: span,
    getter: member.kind === 'get',
  };
}

type Field = Extract<Class['body']['body'][number], { type: 'ClassProperty' | 'ClassPrivateProperty' }>;

function defineField(e: Evaluation, home: ClassValue, member: Field, thisValue: Value, target: Dictionary): void {
  const key = propertyKey(e, member, home.scope);
  if (typeof key !== 'string') return;
  // `declare x: T` and `x!: T` only speak of types.
  if (!member.value && 'declare' in member && member.declare) return;
  const scope = new Scope(e.journal.next(), home.scope, classFrame(home, thisValue), true);
  const written = member.value ? e.evaluate(member.value, scope) : undefined;
  const value = typedLibrary(e, member.typeAnnotation, written, scope);
  const keySpan = e.span(member.key, home.scope);
  bindName(value, key, keySpan);
  e.journal.touch(target, key);
  target.properties.set(key, { value, span: member.value ? e.span(member.value, scope) : undefined, keySpan });
}

/** A method or accessor that instances of the class have. */
export function findMethod(e: Evaluation, start: ClassValue, key: string): Property | undefined {
  let home: Value = start;
  for (let depth = 0; home instanceof ClassValue && depth < 100; depth++) {
    goThrough(e, home.node);
    for (const member of home.node.body.body) {
      if (member.type !== 'ClassMethod' && member.type !== 'ClassPrivateMethod') continue;
      if (member.static || member.kind === 'constructor' || member.kind === 'set') continue;
      if (propertyKey(e, member, home.scope) === key) return methodProperty(e, home, member, key);
    }
    home = home.parent;
  }
  return undefined;
}

/** A static member, inherited ones included. */
export function findStatic(start: ClassValue, key: string): Property | undefined {
  let home: Value = start;
  for (let depth = 0; home instanceof ClassValue && depth < 100; depth++) {
    const property = home.statics.properties.get(key);
    if (property) return property;
    home = home.parent;
  }
  return undefined;
}

/** `new Class(...)`; a class that extends a model of the library is one. */
export function instantiate(
  e: Evaluation,
  cls: ClassValue,
  args: readonly Argument[],
  site: Site,
  symbolic = false,
): Value {
  const { base } = cls;
  if (base instanceof Library && base.path.at(-1) === 'Layer') return customLayer(e, cls, args, site);
  let instance: Dictionary | ModelValue;
  if (base instanceof Library && ['Sequential', 'LayersModel', 'Model'].includes(base.path.at(-1) ?? '')) {
    instance = newModel(e, site, base.path.at(-1) === 'Sequential' ? 'sequential' : 'functional');
    instance.maker = { name: cls.name, span: cls.nameSpan };
  } else {
    instance = e.dictionary(site.span);
  }
  (instance instanceof ModelValue ? instance.own : instance).classOf = cls;
  runConstructor(e, cls, instance, args, symbolic);
  return instance;
}

/** A layer with code of its own, which is followed for max-plus products alone. */
function customLayer(e: Evaluation, cls: ClassValue, args: readonly Argument[], site: Site): LayerValue {
  const config = new Map<string, Property>();
  const given = args[0]?.value instanceof Dictionary ? args[0].value.properties : config;
  e.meter.hold(2 * given.size * bytesOf.property);
  for (const [key, property] of given) config.set(snakeCase(key), property);
  return new LayerValue(e.journal.next(), {
    className: cls.name,
    config,
    span: site.span,
    calleeSpan: site.calleeSpan,
    own: ownOperationOf(e, cls, args, site),
  });
}

function ownOperationOf(
  e: Evaluation,
  cls: ClassValue,
  args: readonly Argument[],
  site: Site,
): OwnOperation | undefined {
  const call = findMethod(e, cls, 'call')?.value;
  if (!(call instanceof Closure)) return undefined;
  const code = call.scope.frame.module.text.slice(call.node.start ?? 0, call.node.end ?? 0);
  if (!mayBeProduct(code)) return undefined;
  return e.quietly(() => ownOperation(e, (input) => called(e, cls, call, args, site, input)));
}

/** What a new layer of the class makes of an input. */
function called(
  e: Evaluation,
  cls: ClassValue,
  call: Closure,
  args: readonly Argument[],
  site: Site,
  input: Sketch,
): Value {
  const instance = e.dictionary();
  instance.classOf = cls;
  runConstructor(e, cls, instance, args, false);
  const build = findMethod(e, cls, 'build')?.value;
  const shape = { value: e.list(input.shape), span: undefined };
  if (build instanceof Closure) e.call(build, instance, [shape], site);
  return e.call(call, instance, [{ value: input, span: undefined }], site);
}

function runConstructor(
  e: Evaluation,
  cls: ClassValue,
  instance: Dictionary | ModelValue,
  args: readonly Argument[],
  symbolic: boolean,
): void {
  e.step();
  goThrough(e, cls.node);
  const member = cls.node.body.body.find((part) => part.type === 'ClassMethod' && part.kind === 'constructor');
  if (member?.type !== 'ClassMethod') {
    construct(e, cls, instance, args, symbolic);
    return defineFields(e, cls, instance);
  }
  const closure: Closure = e.closure(member, cls.scope, cls.name, cls.nameSpan, cls);
  const before = cls.node.superClass ? undefined : () => defineFields(e, cls, instance);
  callClosure(e, closure, instance, args, { symbolic, before });
}

/** `super(...)` in the constructor of `cls`. */
export function callSuper(e: Evaluation, cls: ClassValue, instance: Value, args: readonly Argument[]): void {
  if (!(instance instanceof Dictionary || instance instanceof ModelValue)) return;
  construct(e, cls, instance, args, false);
  defineFields(e, cls, instance);
}

/** What the class that `cls` extends does to the new instance. */
function construct(
  e: Evaluation,
  cls: ClassValue,
  instance: Dictionary | ModelValue,
  args: readonly Argument[],
  symbolic: boolean,
): void {
  if (cls.parent instanceof ClassValue) runConstructor(e, cls.parent, instance, args, symbolic);
  else if (instance instanceof ModelValue) becomeModel(e, instance, args[0]);
}

function defineFields(e: Evaluation, cls: ClassValue, instance: Dictionary | ModelValue): void {
  const target = instance instanceof ModelValue ? instance.own : instance;
  goThrough(e, cls.node);
  for (const member of cls.node.body.body) {
    const isField = member.type === 'ClassProperty' || member.type === 'ClassPrivateProperty';
    if (isField && !member.static) defineField(e, cls, member, instance, target);
  }
}

/** `super.key` */
export function superMember(e: Evaluation, home: ClassValue, key: string): Property | undefined {
  if (!(home.parent instanceof ClassValue)) return undefined;
  return findMethod(e, home.parent, key) ?? findStatic(home.parent, key);
}
