import type { Span } from '../../../../network/definition.ts';
import { bytesOf, Unknown } from '../../evaluation/values.ts';
import type { LayerValue, ModelValue, Mutable, TensorValue } from '../../evaluation/values.ts';
import type { ClassDefinition, FunctionDefinition, Expression, Parameter } from '../syntax/ast.ts';
import type { Scope } from './scope.ts';
import { shownText } from '../syntax/shownText.ts';
import type { Sketch, SketchedWeights } from '../../library/keras/sketch.ts';
import type { TensorLike } from '../../library/torch/tensor.ts';

/** A layer, a model or a symbolic tensor of Keras. */
export type KerasValue = LayerValue | ModelValue | TensorValue;

/** What an expression is worth. `None` is null; whole numbers are numbers, others a `Float`; undefined is unbound. */
export type Value =
  | number
  | Float
  | string
  | boolean
  | null
  | undefined
  | List
  | Tuple
  | Dict
  | SetValue
  | Range
  | Slice
  | FunctionValue
  | BoundMethod
  | ClassValue
  | Instance
  | Library
  | Native
  | Namespace
  | Partial
  | Super
  | Property
  | BatchSize
  | TensorLike
  | KerasValue
  | Sketch
  | SketchedWeights
  | Unknown;

export class Float {
  constructor(readonly value: number) {}
}

export class List implements Mutable {
  constructor(
    readonly born: number,
    public items: Value[],
    /** Items may be missing or superfluous. */
    public doubt: Unknown | undefined = undefined,
  ) {}

  get bytes(): number {
    return this.items.length * bytesOf.item;
  }

  save(): ListState {
    return { items: [...this.items], doubt: this.doubt };
  }

  restore(state: unknown): void {
    const { items, doubt } = state as ListState;
    this.items = [...items];
    this.doubt = doubt;
  }
}

export interface ListState {
  readonly items: Value[];
  readonly doubt: Unknown | undefined;
}

export class Tuple {
  constructor(
    readonly items: readonly Value[],
    readonly doubt: Unknown | undefined = undefined,
    /** Of a named tuple. */
    readonly names: readonly string[] | undefined = undefined,
  ) {}
}

export type Entries = Map<unknown, readonly [key: Value, value: Value]>;

export interface EntriesState {
  readonly entries: Entries;
  readonly doubt: Unknown | undefined;
}

/** A dictionary (an ordered one too); keys of equal worth are one. */
export class Dict implements Mutable {
  entries: Entries = new Map();
  /** Any other key may be there. */
  doubt: Unknown | undefined;

  constructor(readonly born: number) {}

  get bytes(): number {
    return this.entries.size * bytesOf.property;
  }

  get(key: Value): Value {
    return this.entries.get(keyOf(key))?.[1];
  }

  has(key: Value): boolean {
    return this.entries.has(keyOf(key));
  }

  /** Use through the journal. */
  set(key: Value, value: Value): void {
    const id = keyOf(key);
    this.entries.set(id, [this.entries.get(id)?.[0] ?? key, value]);
  }

  save(): EntriesState {
    return { entries: new Map(this.entries), doubt: this.doubt };
  }

  restore(state: unknown): void {
    const { entries, doubt } = state as EntriesState;
    this.entries = new Map(entries);
    this.doubt = doubt;
  }
}

/** A set: each item is a key, with itself as the value. */
export class SetValue extends Dict {}

/** What equal keys share. */
export function keyOf(key: Value): unknown {
  if (key instanceof Float) return key.value;
  if (typeof key === 'boolean') return Number(key);
  if (typeof key === 'string') return `s${key}`;
  if (key instanceof Library) return `l${key.path}`;
  return key instanceof Tuple ? (textOfKey(key, { left: MAX_KEY_ITEMS }) ?? key) : key;
}

/** Tuples with more items than these, those of tuples within them included, are equal to themselves only. */
const MAX_KEY_ITEMS = 256;

function textOfKey(key: Value, room: { left: number }): string | undefined {
  if (room.left-- <= 0) return undefined;
  if (!(key instanceof Tuple)) {
    const plain = keyOf(key);
    return typeof plain === 'string' ? JSON.stringify(plain) : isObject(plain) ? `#${numberOf(plain)}` : String(plain);
  }
  let text = '';
  for (const item of key.items) {
    const part = textOfKey(item, room);
    if (part === undefined) return undefined;
    text += `${part},`;
  }
  return `t(${text})`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

const numbers = new WeakMap<object, number>();
let nextNumber = 0;

/** A number of its own for each object. */
function numberOf(object: object): number {
  const number = numbers.get(object) ?? nextNumber++;
  numbers.set(object, number);
  return number;
}

export class Range {
  constructor(
    readonly start: number,
    readonly stop: number,
    readonly step: number,
  ) {}

  get length(): number {
    return Math.max(0, Math.ceil((this.stop - this.start) / this.step));
  }
}

export class Slice {
  constructor(
    readonly start: Value,
    readonly stop: Value,
    readonly step: Value,
  ) {}
}

/** The extent of a batch, whatever it is. */
export class BatchSize {
  readonly isBatch = true;
}

export interface Callable {
  readonly params: readonly Parameter[];
  /** A lambda has an expression for its body. */
  readonly body: FunctionDefinition['body'] | Expression;
  readonly start: number;
  readonly end: number;
  readonly isGenerator?: boolean;
}

/** A function of the source. */
export class FunctionValue {
  constructor(
    readonly node: Callable,
    readonly scope: Scope,
    readonly name: string,
    readonly nameSpan: Span | undefined,
    /** By parameter: evaluated where the function is defined. */
    readonly fallbacks: ReadonlyMap<string, Value>,
    /** The class whose method it is, for `super()`. */
    readonly home: ClassValue | undefined,
    readonly kind: 'plain' | 'static' | 'class' = 'plain',
  ) {}
}

export class BoundMethod {
  constructor(
    readonly method: FunctionValue,
    readonly self: Value,
  ) {}
}

export class Property {
  constructor(readonly getter: FunctionValue) {}
}

export class ClassValue implements Mutable {
  readonly attributes = new Map<string, Value>();
  /** Fields of a data class (or named tuple) in order. */
  fields: string[] | undefined;
  private knownLineage: readonly ClassValue[] | undefined;
  private knownLibraries: readonly Library[] | undefined;

  constructor(
    readonly born: number,
    readonly node: ClassDefinition,
    readonly scope: Scope,
    readonly name: string,
    readonly nameSpan: Span | undefined,
    readonly bases: readonly Value[],
  ) {}

  /** This class and those it extends, nearest first (depth first, each once). */
  get lineage(): readonly ClassValue[] {
    this.knownLineage ??= lineageOf(this);
    return this.knownLineage;
  }

  /** An attribute of its own or, if it has none, of the nearest class that it extends. */
  attribute(name: string): Value {
    for (const { attributes } of this.lineage) {
      const value = attributes.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** Classes of libraries that it extends in the end. */
  get libraryBases(): readonly Library[] {
    this.knownLibraries ??= this.lineage.flatMap(({ bases }) => bases.filter((base) => base instanceof Library));
    return this.knownLibraries;
  }

  /** Something that is not known is among what it extends. */
  get unknownBase(): Unknown | undefined {
    return this.lineage.flatMap(({ bases }) => bases.filter((base) => base instanceof Unknown))[0];
  }

  get bytes(): number {
    return this.attributes.size * bytesOf.property;
  }

  save(): Map<string, Value> {
    return new Map(this.attributes);
  }

  restore(state: unknown): void {
    this.attributes.clear();
    for (const [key, value] of state as Map<string, Value>) this.attributes.set(key, value);
  }
}

function lineageOf(top: ClassValue): ClassValue[] {
  const found: ClassValue[] = [];
  const visit = (cls: ClassValue, depth: number) => {
    if (found.includes(cls) || depth > 50 || found.length > 100) return;
    found.push(cls);
    for (const base of cls.bases) if (base instanceof ClassValue) visit(base, depth + 1);
  };
  visit(top, 0);
  return found;
}

export interface Argument {
  readonly name: string | undefined;
  readonly value: Value;
  readonly span: Span | undefined;
}

/** Where something is called from. Spans are of the file being read, whichever file the call stands in. */
export class Site {
  /** `callee` is its place in the file of the call, `at` that of the call; `name` is what messages call the callee. */
  constructor(
    readonly span: Span,
    readonly calleeSpan: Span,
    readonly scope: Scope,
    private readonly at: number,
    private readonly callee: Span,
    private name?: string,
  ) {}

  get text(): string {
    this.name ??= shownText(this.scope.frame.module.text, this.callee);
    return this.name;
  }

  get line(): number {
    return this.scope.frame.module.file.lineOf(this.at);
  }

  /** The same for something of another name. */
  of(name: string): Site {
    return new Site(this.span, this.calleeSpan, this.scope, this.at, this.callee, name);
  }
}

/** An object: of a class of the source, of a class of a library (a layer), or of one that extends such a class. */
export class Instance implements Mutable {
  readonly attributes = new Map<string, Value>();
  /** What it was given as a layer of a library. */
  config: readonly Argument[] | undefined;
  /** What the constructor of its class was called with. */
  given: readonly Argument[] = [];
  /** Any other attribute may be there. */
  doubt: Unknown | undefined;
  /** Another object holds it. */
  isHeld = false;
  /** The function that gave it back to whoever asked for a network. */
  maker: { readonly name: string; readonly span: Span | undefined } | undefined;
  /** Made by a function that nobody calls, whose arguments are not known. */
  isSymbolic = false;
  /** Variables that hold it, the first one first. */
  readonly bindings: { readonly name: string; readonly span: Span | undefined; readonly isGlobal: boolean }[] = [];

  constructor(
    readonly born: number,
    readonly cls: ClassValue | undefined,
    /** `torch.nn.Conv2d`, for a layer and for what extends one. */
    readonly library: string | undefined,
    /** The call that makes it. */
    readonly site: Site,
  ) {}

  get bytes(): number {
    return this.attributes.size * bytesOf.property;
  }

  save(): InstanceState {
    return { attributes: new Map(this.attributes), config: this.config };
  }

  restore(state: unknown): void {
    const { attributes, config } = state as InstanceState;
    this.attributes.clear();
    for (const [key, value] of attributes) this.attributes.set(key, value);
    this.config = config;
  }
}

/** Of the module `argparse`: its attributes are the options with their defaults. */
export class ArgumentParser extends Instance {}

export interface InstanceState {
  readonly attributes: Map<string, Value>;
  readonly config: readonly Argument[] | undefined;
}

/** Something of a library by its full path: `torch.nn.Linear`. */
export class Library {
  /** What was asked of it by name. */
  readonly known = new Map<string, Value>();

  constructor(readonly path: string) {}

  member(name: string): Library {
    return new Library(`${this.path}.${name}`);
  }
}

/**
 * Whether something of a library is certainly a class or a function. Others may be settings: `config.deep`,
 * `sys.platform`.
 */
export function isDefinition({ path }: Library): boolean {
  if (/^torch\.(?:version|backends|cuda|distributed)\./.test(path)) return false;
  return /^(?:builtins|torch|keras|tensorflow)\b/.test(path) || /\.[A-Z]\w*[a-z]\w*$/.test(path);
}

/** A built-in function, or a method of a built-in type with its object. */
export class Native {
  constructor(
    readonly name: string,
    readonly self: Value = undefined,
  ) {}
}

/** An imported module of the source. */
export class Namespace {
  constructor(
    readonly name: string,
    readonly scope: Scope,
    /** Of a library that has more than is known of it here. */
    private readonly rest: Library | undefined = undefined,
  ) {}

  get(name: string): Value {
    return this.scope.get(name) ?? this.rest?.member(name);
  }
}

export class Partial {
  constructor(
    readonly callee: Value,
    readonly args: readonly Argument[],
  ) {}
}

/** `super()`: looks for methods behind `after` in the lineage of `self`. */
export class Super {
  constructor(
    readonly after: ClassValue,
    readonly self: Value,
  ) {}
}

/** The value, or another one where there is none: None is a value. */
export function orElse(value: Value, otherwise: () => Value): Value {
  return value === undefined ? otherwise() : value;
}

/** The bytes of a value's own contents, not of what they refer to. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof List || value instanceof Tuple) return value.items.length * bytesOf.item;
  return value instanceof Dict || value instanceof Instance ? value.bytes : 0;
}

/** A number, whole or not; undefined for anything else. */
export function numeric(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  return value instanceof Float ? value.value : undefined;
}
