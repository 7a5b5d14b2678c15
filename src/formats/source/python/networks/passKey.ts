import type { Span } from '../../../../network/definition.ts';
import { isFlaxModule } from '../../library/flax/classes.ts';
import { DataTensor, Filled, Parameter } from '../../library/torch/tensor.ts';
import { Unknown } from '../../evaluation/values.ts';
import type { Scope } from '../evaluation/scope.ts';
import type { Places } from '../syntax/moves.ts';
import {
  ArgumentParser,
  BatchSize,
  BoundMethod,
  ClassValue,
  Dict,
  Float,
  FunctionValue,
  Instance,
  Library,
  List,
  Namespace,
  Native,
  Partial,
  Property,
  Range,
  SetValue,
  Slice,
  Super,
  Tuple,
} from '../evaluation/values.ts';
import type { Argument, Callable, Value } from '../evaluation/values.ts';

/** Keys are no longer than this, in parts, and those of one reading are not longer than this together. */
const MAX_PARTS = 200_000;
const MAX_PARTS_IN_ALL = 2_000_000;
const MAX_DEPTH = 120;

/** Code that may read more than the names in it tell. */
const opaque = /\b(?:globals|locals|vars|eval|exec)\s*\(|__init__|__subclasses__/;

/**
 * All that a forward pass of a module can read, without where it stands: two modules with the same text have the same
 * passes, but for the places of their layers.
 */
export interface PassKey extends Places {
  readonly text: string;
  /** Those of calls and arguments in the file being read. */
  readonly places: readonly Span[];
  /** Those of functions. */
  readonly code: readonly Span[];
  /** The functions of the source that can be called. */
  readonly functions: readonly Callable[];
}

/** Something that is read is not part of a key. */
class Unkept extends Error {}

/** Writes keys of modules, within one limit for all of them. */
export class PassKeys {
  private left = MAX_PARTS_IN_ALL;

  /** Undefined for a module whose passes depend on more than is followed here. */
  of(object: Instance): PassKey | undefined {
    if (this.left <= 0 || isFlaxModule(object)) return undefined;
    const writer = new KeyWriter();
    try {
      writer.value(object);
      return writer.key;
    } catch (error) {
      if (error instanceof Unkept) return undefined;
      throw error;
    } finally {
      this.left -= writer.length;
    }
  }
}

/** Goes through values in a fixed order; what was met before is named by its number. */
class KeyWriter {
  private readonly parts: (string | number)[] = [];
  private readonly places: Span[] = [];
  private readonly code: Span[] = [];
  private readonly functions: Callable[] = [];
  private readonly met = new Map<object, number>();
  /** Classes with their constructors, which only what calls a class reads. */
  private readonly whole = new Set<ClassValue>();
  private readonly owners = new Map<string, number>();
  private depth = 0;

  get length(): number {
    return this.parts.length;
  }

  get key(): PassKey {
    const { parts, places, code, functions } = this;
    return { text: parts.join('\0'), places, code, functions };
  }

  value(value: Value): void {
    if (typeof value === 'string') this.parts.push(`s${value.length}`, value);
    else if (typeof value === 'number') this.parts.push(Object.is(value, -0) ? '-0' : value);
    else if (typeof value !== 'object' || value === null) this.parts.push(String(value));
    else if (!this.isMet(value)) this.contents(value);
    if (this.parts.length > MAX_PARTS) throw new Unkept();
  }

  /** Names a value that was met before, and remembers one that was not. */
  private isMet(value: object): boolean {
    const number = this.met.get(value);
    if (number !== undefined) this.parts.push(`#${number}`);
    else this.met.set(value, this.met.size);
    if (number !== undefined && value instanceof ClassValue) this.constructors(value);
    return number !== undefined;
  }

  private contents(value: object): void {
    if (++this.depth > MAX_DEPTH) throw new Unkept();
    if (value instanceof Instance) this.instance(value);
    else if (value instanceof ClassValue) this.class(value, true);
    else if (value instanceof FunctionValue) this.function(value);
    else if (!this.collection(value) && !this.small(value)) throw new Unkept();
    this.depth--;
  }

  private collection(value: object): boolean {
    if (value instanceof List || value instanceof Tuple) {
      const names = value instanceof Tuple ? (value.names?.join() ?? '') : '';
      this.parts.push(value instanceof List ? 'list' : 'tuple', value.items.length, names);
      this.value(value.doubt);
      for (const item of value.items) this.value(item);
      return true;
    }
    if (!(value instanceof Dict)) return false;
    this.parts.push(value instanceof SetValue ? 'set' : 'dict', value.entries.size);
    this.value(value.doubt);
    for (const [key, item] of value.entries.values()) {
      this.value(key);
      this.value(item);
    }
    return true;
  }

  private small(value: object): boolean {
    if (value instanceof Library) this.parts.push('library', value.path);
    else if (value instanceof Float) this.parts.push('float', Object.is(value.value, -0) ? '-0' : value.value);
    else if (value instanceof Unknown) {
      this.parts.push('unknown', value.name, String(value.derived), String(value.mayBeAbsent));
      this.place(value.span);
    } else if (value instanceof Range) this.parts.push('range', value.start, value.stop, value.step);
    else if (value instanceof BatchSize) this.parts.push('batch');
    else return this.bound(value) || this.tensor(value);
    return true;
  }

  private bound(value: object): boolean {
    if (value instanceof Slice) this.all('slice', value.start, value.stop, value.step);
    else if (value instanceof BoundMethod) this.all('method', value.method, value.self);
    else if (value instanceof Property) this.all('property', value.getter);
    else if (value instanceof Native) this.all('native', value.name, value.self);
    else if (value instanceof Super) this.all('super', value.after, value.self);
    else if (value instanceof Namespace) this.namespace(value);
    else if (value instanceof Partial) {
      this.all('partial', value.callee);
      this.args(value.args);
    } else return false;
    return true;
  }

  private tensor(value: object): boolean {
    if (value instanceof DataTensor) {
      this.parts.push('data', value.shape.join(), value.origin, String(value.fill));
      this.place(value.span);
    } else if (value instanceof Filled) this.parts.push('filled', value.fill, String(value.shape?.join()));
    else if (value instanceof Parameter) {
      this.parts.push('parameter', value.shape.join());
      this.owner(value.owner);
    } else return false;
    return true;
  }

  private all(kind: string, ...values: Value[]): void {
    this.parts.push(kind);
    for (const value of values) this.value(value);
  }

  private namespace({ name, scope }: Namespace): void {
    this.parts.push('namespace', name);
    for (const inner of scope.names) {
      this.parts.push(inner);
      this.value(scope.get(inner));
    }
  }

  private instance(object: Instance): void {
    const { cls, library, site, config, attributes } = object;
    const kind = object instanceof ArgumentParser ? 'options' : 'instance';
    // What a pass would note of an object depends on what is noted of it.
    const [held, maker] = [object.isHeld ? 'held' : '', object.maker ? object.maker.name : '-'];
    this.parts.push(kind, library ?? '', site.text, attributes.size, held, maker);
    this.owner(`#${object.born}`);
    this.place(site.span);
    this.place(site.calleeSpan);
    this.type(cls, false);
    this.value(object.doubt);
    if (config) this.args(config);
    for (const [name, value] of attributes) {
      this.value(name);
      this.value(value);
    }
  }

  private args(args: readonly Argument[]): void {
    this.parts.push(args.length);
    for (const { name, value, span } of args) {
      this.parts.push(String(name));
      this.place(span);
      this.value(value);
    }
  }

  /** A class that is not itself a value that code can call. */
  private type(cls: ClassValue | undefined, isWhole: boolean): void {
    const number = cls && this.met.get(cls);
    if (!cls || number !== undefined) this.parts.push(`#${number}`);
    else {
      this.met.set(cls, this.met.size);
      this.class(cls, isWhole);
    }
  }

  /** Without its constructor where it is known only for an object of it that exists. */
  private class(cls: ClassValue, isWhole: boolean): void {
    this.parts.push('class', cls.name, String(cls.fields?.join()), cls.bases.length, cls.attributes.size);
    for (const base of cls.bases) {
      if (base instanceof ClassValue) this.type(base, isWhole);
      else this.value(base);
    }
    for (const [name, value] of cls.attributes) {
      if (name === '__init__') continue;
      this.value(name);
      this.value(value);
    }
    if (isWhole) this.constructors(cls);
  }

  private constructors(cls: ClassValue): void {
    if (this.whole.has(cls)) return;
    this.whole.add(cls);
    this.all('constructor', cls.attributes.get('__init__'));
    for (const base of cls.bases) if (base instanceof ClassValue) this.constructors(base);
  }

  /** A function with what the names in it stand for where it was defined. */
  private function(callee: FunctionValue): void {
    const { node, scope, name, kind, fallbacks, home } = callee;
    const { module } = scope.frame;
    const text = module.text.slice(node.start, node.end);
    if (name === '__init__' ? opaqueConstructor.test(text) : opaque.test(text)) throw new Unkept();
    this.parts.push('function', name, kind, text.length, text, String(module.isForeign), fallbacks.size);
    this.functions.push(node);
    if (!module.isForeign) this.code.push({ start: node.start, end: node.end });
    for (const [parameter, fallback] of fallbacks) {
      this.parts.push(parameter);
      this.value(fallback);
    }
    this.type(home, false);
    if (scope.parent) this.value(scope.frame.self);
    for (const word of wordsOf(node, text)) {
      const holder = holderOf(scope, word);
      if (!holder) continue;
      this.parts.push(word);
      this.value(holder.get(word));
    }
  }

  private place(span: Span | undefined): void {
    this.parts.push(span ? '@' : '');
    if (span) this.places.push(span);
  }

  private owner(name: string): void {
    const number = this.owners.get(name) ?? this.owners.size;
    this.owners.set(name, number);
    this.parts.push(`o${number}`);
  }
}

const opaqueConstructor = /\b(?:globals|locals|vars|eval|exec)\s*\(|__subclasses__/;

/** The scope in which a function that was defined in this one finds a name. */
function holderOf(scope: Scope, name: string): Scope | undefined {
  for (let outer: Scope | undefined = scope; outer; outer = outer.parent)
    if (!outer.isClass && outer.has(name)) return outer;
  return undefined;
}

const words = new WeakMap<Callable, readonly string[]>();

/** The words in a function that may be names of variables: all but those behind a dot. */
function wordsOf(node: Callable, text: string): readonly string[] {
  let found = words.get(node);
  if (!found) {
    const isPlain = !/[^ -~\s]/.test(text);
    const pattern = isPlain ? /(?<![\w.])[A-Za-z_]\w*/g : /(?<![\p{L}\p{N}_.])[\p{L}_][\p{L}\p{N}_]*/gu;
    found = [...new Set(text.match(pattern) ?? [])];
    words.set(node, found);
  }
  return found;
}
