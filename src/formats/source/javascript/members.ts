import type { Node } from '@babel/types';
import { callClosure } from './functions.ts';
import { findMethod, findStatic, superMember } from './classes.ts';
import { unknownPart } from '../evaluation/evaluation.ts';
import type { Evaluation, Site } from '../evaluation/evaluation.ts';
import { atTheEnd } from '../evaluation/forget.ts';
import { propertyKey } from './keys.ts';
import { namedLibrary } from './libraryName.ts';
import { layerMember, modelMember, tensorMember } from '../evaluation/models.ts';
import { sketchMember } from './ownLayers.ts';
import { isSketched } from '../library/keras/sketch.ts';
import { ownLength } from './natives/lists.ts';
import { namespaceMember } from './natives/globals.ts';
import type { Scope } from '../evaluation/scope.ts';
import {
  ClassValue,
  Closure,
  Dictionary,
  LayerValue,
  Library,
  List,
  ModelValue,
  Native,
  TensorValue,
  Unknown,
} from '../evaluation/values.ts';
import type { Property, Value } from '../evaluation/values.ts';
import type { Span } from '../../../network/definition.ts';

type NodeOf<Type extends Node['type']> = Extract<Node, { type: Type }>;

/** Members that speak of a list as a whole: what depends on them depends on the list. */
const ofLists = new Set([
  'length',
  'forEach',
  'map',
  'filter',
  'reduce',
  'slice',
  'concat',
  'entries',
  'keys',
  'values',
  'flatMap',
]);

/** The value of `object.key`, and the object, which a call needs. */
export function memberExpression(
  e: Evaluation,
  node: NodeOf<'MemberExpression' | 'OptionalMemberExpression'>,
  scope: Scope,
): { value: Value; object: Value } {
  if (node.object.type === 'Super') return superExpression(e, node, scope);
  const object = e.evaluate(node.object, scope);
  if ((object === undefined || object === null) && node.type === 'OptionalMemberExpression')
    return { value: undefined, object };
  const key = propertyKey(e, node, scope);
  if (typeof key !== 'string') return { value: key.derive(), object };
  const text = e.text(node, scope);
  if (object instanceof Unknown) {
    const part = ofLists.has(key) ? object.derive() : unknownPart(object, text, e.span(node, scope));
    return { value: namedLibrary(key, part), object };
  }
  return { value: namedLibrary(key, e.get(object, key, { ...e.site(node, node, scope), text })), object };
}

function superExpression(
  e: Evaluation,
  node: NodeOf<'MemberExpression' | 'OptionalMemberExpression'>,
  scope: Scope,
): { value: Value; object: Value } {
  const { home, thisValue } = scope.frame;
  const key = propertyKey(e, node, scope);
  if (typeof key !== 'string' || !home)
    return { value: new Unknown(e.text(node, scope), e.span(node, scope)), object: thisValue };
  const inherited = superMember(e, home, key);
  if (inherited) return { value: inherited.value, object: thisValue };
  if (thisValue instanceof ModelValue) return { value: modelMember(e, thisValue, key), object: thisValue };
  return { value: new Unknown(e.text(node, scope), e.span(node, scope)), object: thisValue };
}

/** The value of a property. Getters run, within the limits of everything else. */
export function getMember(e: Evaluation, object: Value, key: string, site: Site): Value {
  if (object instanceof Unknown) return object.part(site.text, site.span);
  if (object === null || object === undefined) return new Unknown(site.text, site.span);
  if (object instanceof Library) return key === 'default' ? object : object.member(key);
  if (object instanceof List) return listMember(object, key);
  if (object instanceof Dictionary) return dictionaryMember(e, object, key, site) ?? otherMember(object, key, site);
  if (object instanceof ModelValue) {
    const own = dictionaryMember(e, object.own, key, site, object);
    return own !== undefined || object.own.properties.has(key) ? own : modelMember(e, object, key);
  }
  if (object instanceof LayerValue) return layerMember(object, key, site);
  if (object instanceof TensorValue) return tensorMember(e, object, key, site);
  if (isSketched(object)) return sketchMember(e, object, key);
  if (object instanceof ClassValue) {
    const property = findStatic(object, key);
    return property ? read(e, property, object) : key === 'name' ? object.name : new Unknown(site.text, site.span);
  }
  if (object instanceof Native) return namespaceMember(object, key);
  if (object instanceof Closure) {
    if (key === 'name') return object.name;
    return ['call', 'apply', 'bind'].includes(key)
      ? new Native(`Function.${key}`, object)
      : new Unknown(site.text, site.span);
  }
  if (typeof object === 'string') return stringMember(object, key);
  return new Native(`Number.${key}`, object);
}

function stringMember(text: string, key: string): Value {
  if (key === 'length') return text.length;
  return /^\d+$/.test(key) ? text[Number(key)] : new Native(`String.${key}`, text);
}

function listMember(list: List, key: string): Value {
  if (key === 'length') return ownLength(list);
  if (!/^\d+$/.test(key)) return new Native(`Array.${key}`, list);
  const index = Number(key);
  return index < list.items.length ? list.items[index] : list.doubt;
}

function dictionaryMember(
  e: Evaluation,
  object: Dictionary,
  key: string,
  site: Site,
  thisValue: Value = object,
): Value {
  const property = object.properties.get(key) ?? (object.classOf && findMethod(e, object.classOf, key));
  if (property) return read(e, property, thisValue);
  if (object.collection) return collectionMember(object, key);
  return object.doubt && new Unknown(site.text, site.span);
}

function collectionMember(object: Dictionary, key: string): Value {
  const { kind, entries } = object.collection ?? { kind: 'map', entries: undefined };
  if (key === 'size') return entries && ownLength(entries);
  return new Native(`${kind === 'map' ? 'Map' : 'Set'}.${key}`, object);
}

function read(e: Evaluation, property: Property, thisValue: Value): Value {
  if (!property.getter || !(property.value instanceof Closure)) return property.value;
  return callClosure(e, property.value, thisValue, []);
}

/** What every object has, and what a promise has: values stand for promises of them. */
function otherMember(object: Dictionary, key: string, site: Site): Value {
  if (key === 'then' || key === 'hasOwnProperty') return new Native(`Object.${key}`, object);
  // An instance of a class that extends something unknown may have any member.
  const base = object.classOf?.base;
  if (key === 'addWeight' && base instanceof Library) return new Native('Sketch.addWeight', object);
  const inherits = base !== undefined;
  return inherits ? new Unknown(site.text, site.span) : undefined;
}

/** `object[key] = value` */
export function setMember(
  e: Evaluation,
  object: Value,
  key: string,
  value: Value,
  span: Span | undefined,
  keySpan: Span | undefined,
): void {
  if (object instanceof List) return setItem(e, object, key, value, span);
  const target = object instanceof ModelValue ? object.own : object instanceof ClassValue ? object.statics : object;
  if (!(target instanceof Dictionary)) return;
  e.journal.touch(target, key);
  target.properties.set(key, { value, span, keySpan });
}

function setItem(e: Evaluation, list: List, key: string, value: Value, span: Span | undefined): void {
  const index = Number(key);
  e.journal.touch(list, index < list.items.length ? key : index === list.items.length ? atTheEnd : undefined);
  if (key === 'length' && typeof value === 'number' && value >= 0 && value < list.items.length) {
    list.items.length = value;
    list.spans.length = value;
  } else if (Number.isInteger(index) && index >= 0 && index <= list.items.length) {
    list.items[index] = value;
    list.spans[index] = span;
  } else {
    list.doubt ??= new Unknown(`[${key}]`, undefined);
  }
}
