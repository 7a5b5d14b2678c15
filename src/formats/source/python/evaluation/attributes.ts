import { bytesOf, Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from './evaluator.ts';
import {
  ArgumentParser,
  BoundMethod,
  ClassValue,
  Dict,
  FunctionValue,
  Instance,
  Library,
  List,
  Namespace,
  Native,
  orElse,
  Partial,
  Property,
  SetValue,
  Super,
  Tuple,
} from './values.ts';
import type { Site, Value } from './values.ts';
import { hasMethod } from '../builtins/methods.ts';
import { namedFields } from '../builtins/namedTuples.ts';
import { libraryMember } from '../networks/libraries.ts';
import { isTensorLike } from '../../library/torch/tensor.ts';
import { hold } from '../../library/torch/session.ts';
import { tensorMember } from '../../library/torch/tensorCalls.ts';
import { isSketched } from '../../library/keras/sketch.ts';
import { isKerasValue } from '../../library/keras/session.ts';
import { moduleMember } from '../../library/torch/modules.ts';

/** `object.name` */
export function getAttribute(e: Evaluator, object: Value, name: string, site: Site): Value {
  if (object instanceof Unknown) return object.part(site.text, site.span);
  if (object instanceof Library) return libraryMember(object, name);
  if (object instanceof Instance) return instanceMember(e, object, name, site);
  if (object instanceof ClassValue) return classMember(object, name, site);
  if (object instanceof Super) return superMember(e, object, name, site);
  if (object instanceof Namespace) return orElse(object.get(name), () => new Unknown(site.text, site.span));
  if (isTensorLike(object)) return tensorMember(e, object, name, site);
  if (object instanceof Tuple && object.names?.includes(name)) return object.items[object.names.indexOf(name)];
  if (name === '_fields') {
    const fields = object instanceof Tuple ? object.names : namedFields(object);
    if (fields) return new Tuple(fields);
  }
  if (object instanceof Partial && name === 'func') return object.callee;
  if (isSketched(object)) return name === 'shape' ? e.tuple(object.shape) : new Unknown(site.text, site.span, true);
  if (isKerasValue(object)) return e.keras.member(e, object, name, site);
  const kind = kindOf(object);
  if (kind !== undefined && hasMethod(kind, name)) return new Native(`${kind}.${name}`, object);
  if (name === '__name__' && object instanceof FunctionValue) return object.name;
  return new Unknown(site.text, site.span);
}

function kindOf(value: Value): string | undefined {
  if (typeof value === 'string') return 'str';
  if (value instanceof List) return 'list';
  if (value instanceof Tuple) return 'tuple';
  if (value instanceof SetValue) return 'set';
  return value instanceof Dict ? 'dict' : undefined;
}

function instanceMember(e: Evaluator, object: Instance, name: string, site: Site): Value {
  if (object instanceof ArgumentParser) return new Native(`argparse.${name}`, object);
  const own = object.attributes.get(name);
  if (own !== undefined) return own;
  if (name === '__class__')
    return object.cls ?? (object.library === undefined ? undefined : new Library(object.library));
  if (name === '__dict__') return e.dict(object.attributes);
  const inherited = object.cls && bound(e, object.cls.lineage, name, object, site);
  if (inherited !== undefined) return inherited;
  if (name === '__setattr__' || name === '__getattr__') return new Native(`object.${name}`, object);
  if (object.library?.startsWith('keras.')) {
    if (kerasMethods.has(name)) return new Native(`keras.object.${name}`, object);
  } else if (object.library !== undefined) {
    const member = moduleMember(e, object, name, site);
    if (member !== undefined) return member;
  }
  const doubt = object.doubt ?? object.cls?.unknownBase;
  return new Unknown(site.text, site.span, doubt?.derived ?? false);
}

/** Members of objects that extend classes of Keras. */
const kerasMethods = new Set(['__init__', '__call__', 'build', 'compile', 'summary', 'add_weight', 'add_loss']);

/** A class attribute as an instance sees it: functions become methods, properties are computed. */
function bound(e: Evaluator, lineage: readonly ClassValue[], name: string, self: Value, site: Site): Value {
  e.meter.read(lineage.length * bytesOf.property);
  for (const cls of lineage) {
    const value = cls.attributes.get(name);
    if (value === undefined) continue;
    if (value instanceof Property) return e.call(new BoundMethod(value.getter, self), [], site);
    if (!(value instanceof FunctionValue) || value.kind === 'static') return value;
    return new BoundMethod(value, value.kind === 'class' ? cls : self);
  }
  return undefined;
}

function classMember(cls: ClassValue, name: string, site: Site): Value {
  if (name === '__name__' || name === '__qualname__') return cls.name;
  for (const { attributes } of cls.lineage) {
    const value = attributes.get(name);
    if (value === undefined) continue;
    return value instanceof FunctionValue && value.kind === 'class' ? new BoundMethod(value, cls) : value;
  }
  const [base] = cls.libraryBases;
  return base ? base.member(name) : new Unknown(site.text, site.span);
}

/** `super().name`: behind the class in the lineage of the object. */
function superMember(e: Evaluator, { after, self }: Super, name: string, site: Site): Value {
  const cls = self instanceof Instance ? self.cls : self instanceof ClassValue ? self : undefined;
  const lineage = cls?.lineage ?? after.lineage;
  const rest = lineage.slice(lineage.indexOf(after) + 1);
  const found = bound(e, rest, name, self, site);
  if (found !== undefined) return found;
  if (self instanceof Instance && self.library?.startsWith('keras.')) return new Native(`keras.object.${name}`, self);
  if (self instanceof Instance && self.library !== undefined)
    return moduleMember(e, self, name, site) ?? new Unknown(site.text, site.span);
  return name === '__init__' ? new Native('object.__init__', self) : new Unknown(site.text, site.span);
}

/** `object.name = value` */
export function setAttribute(e: Evaluator, object: Value, name: string, value: Value): void {
  if (object instanceof Instance) {
    e.journal.touch(object, name);
    e.meter.hold(bytesOf.property);
    object.attributes.set(name, value);
    if (value instanceof Instance) hold(e, value);
  } else if (object instanceof ClassValue) {
    e.journal.touch(object, name);
    e.meter.hold(bytesOf.property);
    object.attributes.set(name, value);
  }
}
