import type {
  ArrowFunctionExpression,
  Class,
  FunctionDeclaration,
  FunctionExpression,
  ClassMethod,
  ClassPrivateMethod,
  ObjectMethod,
} from '@babel/types';
import type { Span } from '../../../network/definition.ts';
import type { OwnOperation, Sketch, SketchedWeights } from '../library/keras/sketch.ts';
import type { Scope } from './scope.ts';

/** What an expression is worth to the static evaluator. Nothing here ever holds a function of the host. */
export type Value =
  | number
  | string
  | boolean
  | null
  | undefined
  | List
  | Dictionary
  | Closure
  | ClassValue
  | Native
  | Library
  | LayerValue
  | TensorValue
  | ModelValue
  | Sketch
  | SketchedWeights
  | Unknown;

/** A value that the source alone does not tell. `name` is what it is called there. */
export class Unknown {
  constructor(
    readonly name: string,
    readonly span: Span | undefined,
    /** The value was computed from the unknown one: it depends on it, but is not it. */
    readonly derived = false,
    /** Nobody gave it (a parameter of a function that this file never calls): a default in the source holds. */
    readonly mayBeAbsent = false,
  ) {}

  /** Something computed from this. */
  derive(): Unknown {
    return this.derived && !this.mayBeAbsent ? this : new Unknown(this.name, this.span, true);
  }

  /** A part of this, called `name` in full. */
  part(name: string, span: Span | undefined): Unknown {
    return new Unknown(name, span, false, this.mayBeAbsent);
  }

  /** Completes "units ...". */
  get predicate(): string {
    return this.derived
      ? `depends on \`${this.name}\`, which is not known here`
      : `is \`${this.name}\`, which is not known here`;
  }
}

/** What values keep, in bytes: an item with its span, a property or variable in a map, an argument of a call. */
export const bytesOf = { item: 16, property: 64, argument: 64 };

/** What changes while the source is followed, and can be put back. `born` orders all of them by creation. */
export interface Mutable {
  readonly born: number;
  /** How much `save` copies. */
  readonly bytes: number;
  save(): unknown;
  restore(state: unknown): void;
}

/** An array; `spans[i]` is where its i-th item is written, if that is in the file being read. */
export class List implements Mutable {
  constructor(
    readonly born: number,
    public items: Value[],
    public spans: (Span | undefined)[],
    readonly span: Span | undefined,
    /** Items may be missing or superfluous: two ways through the source left different ones. */
    public doubt: Unknown | undefined = undefined,
  ) {}

  get bytes(): number {
    return this.items.length * bytesOf.item;
  }

  save(): ListState {
    return { items: [...this.items], spans: [...this.spans], doubt: this.doubt };
  }

  restore(state: unknown): void {
    const { items, spans, doubt } = state as ListState;
    this.items = [...items];
    this.spans = [...spans];
    this.doubt = doubt;
  }
}

export interface ListState {
  readonly items: Value[];
  readonly spans: (Span | undefined)[];
  readonly doubt: Unknown | undefined;
}

export interface Property {
  readonly value: Value;
  readonly span: Span | undefined;
  /** Where the key is written. */
  readonly keySpan: Span | undefined;
  /** A getter's function stands in `value`. */
  readonly getter?: boolean;
}

export interface Collection {
  readonly kind: 'map' | 'set';
  readonly entries: List;
  /** Where each key stands, as long as the items are those it was made of. */
  readonly index: { of: readonly Value[]; places: Map<Value, number> };
}

/** An object literal, an instance of a class of the source, a Map or a Set (whose items are then in `entries`). */
export class Dictionary implements Mutable {
  readonly properties = new Map<string, Property>();
  classOf: ClassValue | undefined;
  /** A spread or a computed key that is not known: there may be other properties. */
  doubt: Unknown | undefined;
  /** For a Map or a Set: `[key, value]` lists, or the items. */
  collection: Collection | undefined;
  /** The type annotation or `satisfies` it was written with. */
  typeName: string | undefined;
  /** The variable or field that held it first. */
  holder: Binding | undefined;

  constructor(
    readonly born: number,
    readonly span: Span | undefined,
  ) {}

  get(key: string): Value {
    return this.properties.get(key)?.value;
  }

  get bytes(): number {
    return this.properties.size * bytesOf.property;
  }

  save(): DictionaryState {
    return { properties: new Map(this.properties), doubt: this.doubt };
  }

  restore(state: unknown): void {
    const { properties, doubt } = state as DictionaryState;
    this.properties.clear();
    for (const [key, property] of properties) this.properties.set(key, property);
    this.doubt = doubt;
  }
}

export interface DictionaryState {
  readonly properties: Map<string, Property>;
  readonly doubt: Unknown | undefined;
}

export type FunctionNode =
  FunctionDeclaration | FunctionExpression | ArrowFunctionExpression | ObjectMethod | ClassMethod | ClassPrivateMethod;

/** A function of the source with the scope it closes over. */
export class Closure {
  constructor(
    readonly node: FunctionNode,
    readonly scope: Scope,
    /** Its own, or that of the first variable or field that held it. */
    public name: string,
    public nameSpan: Span | undefined,
    readonly thisValue: Value,
    /** The class whose method it is, for `super`. */
    readonly home: ClassValue | undefined,
  ) {}
}

export class ClassValue {
  constructor(
    readonly node: Class,
    readonly scope: Scope,
    readonly name: string,
    readonly nameSpan: Span | undefined,
    readonly parent: Value,
    readonly statics: Dictionary,
  ) {}

  /** What the chain of `extends` ends in, when that is not a class of the source. */
  get base(): Value {
    let top: Value = this.parent;
    for (let depth = 0; top instanceof ClassValue && depth < 100; depth++) top = top.parent;
    return top;
  }
}

/** A function of the language's library, by its name: `Math.max`, `Array.prototype.map`. */
export class Native {
  constructor(
    readonly name: string,
    readonly thisValue: Value,
  ) {}
}

/** A member of TensorFlow.js (or ConvNetJS) by its path: `['layers', 'dense']`. */
export class Library {
  constructor(
    readonly path: readonly string[],
    readonly library: 'tf' | 'convnetjs' = 'tf',
  ) {}

  member(name: string): Library {
    return new Library([...this.path, name], this.library);
  }

  get text(): string {
    return [this.library, ...this.path].join('.');
  }
}

export interface LayerValueParts {
  readonly className: string;
  /** By Keras's names. */
  readonly config: ReadonlyMap<string, Property>;
  readonly span: Span;
  /** Where its class is written: `tf.layers.dense`. */
  readonly calleeSpan: Span;
  /** Of a layer whose code was followed, and not its class. */
  readonly own?: OwnOperation;
}

/** `tf.layers.dense({...})`: one layer object, however often it is applied. */
export class LayerValue implements LayerValueParts {
  readonly className: string;
  readonly config: ReadonlyMap<string, Property>;
  readonly span: Span;
  readonly calleeSpan: Span;
  readonly own: OwnOperation | undefined;
  /** The first tensor it gave, which is its `output`. */
  output: TensorValue | undefined;

  constructor(
    readonly born: number,
    parts: LayerValueParts,
  ) {
    this.className = parts.className;
    this.config = parts.config;
    this.span = parts.span;
    this.calleeSpan = parts.calleeSpan;
    this.own = parts.own;
  }
}

/** Where a symbolic tensor comes from. */
export type TensorSource =
  | {
      readonly kind: 'input';
      readonly name: string | undefined;
      readonly shape: Property | undefined;
      readonly shapeField: string;
    }
  | {
      readonly kind: 'applied';
      readonly to: LayerValue | ModelValue;
      readonly inputs: readonly TensorValue[];
      readonly output: number;
    }
  /** Not known: which of `inputs` it is, or where it comes from at all. */
  | { readonly kind: 'unknown'; readonly why: Unknown; readonly inputs: readonly TensorValue[] };

/** A symbolic tensor of the functional interface. */
export class TensorValue {
  constructor(
    readonly born: number,
    readonly source: TensorSource,
    readonly span: Span,
  ) {}
}

export interface Binding {
  readonly name: string;
  readonly span: Span | undefined;
}

/** What `tf.sequential`, `tf.model` or a class that extends them makes. */
export class ModelValue {
  /** Names it was given, the first one first. */
  readonly bindings: Binding[] = [];
  /** The function that made it, when no variable holds it. */
  maker: Binding | undefined;
  /** `name` in its configuration. */
  givenName: string | undefined;
  kind: 'sequential' | 'functional' = 'sequential';
  /** Of the functional interface. */
  inputs: readonly TensorValue[] = [];
  outputs: readonly TensorValue[] = [];
  /** What `inputs` or `outputs` are missing for. */
  missing: Unknown | undefined;
  /** Another model contains it. */
  nested = false;
  /** Evaluation stopped while it was being built. */
  unfinished = false;
  /** The tensors of a sequential model used as a functional one. */
  ends: { readonly length: number; readonly input: TensorValue; readonly output: TensorValue } | undefined;

  constructor(
    readonly born: number,
    /** The call that makes it. */
    readonly span: Span,
    /** `tf.sequential`, `new Net`. */
    readonly calleeSpan: Span,
    /** The sequential model's layers and nested models, and what is not known among them. */
    readonly items: List,
    /** Fields that the source sets on it; an instance's own, for a class that extends a model. */
    readonly own: Dictionary,
  ) {}
}

export function isPrimitive(value: Value): value is number | string | boolean | null | undefined {
  return value === null || (typeof value !== 'object' && typeof value !== 'function');
}

/** The bytes of a value's own contents, not of what they refer to. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof List) return value.items.length * bytesOf.item;
  if (!(value instanceof Dictionary)) return 0;
  const entries = value.collection?.entries.items.length ?? 0;
  return value.properties.size * bytesOf.property + entries * bytesOf.item;
}
