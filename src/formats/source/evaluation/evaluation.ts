import type { Node, Statement } from '@babel/types';
import type { Span } from '../../../network/definition.ts';
import type { DirectiveValue } from './directives.ts';
import type { Journal } from './journal.ts';
import type { Meter } from './meter.ts';
import type { Scope } from './scope.ts';
import { Closure, Dictionary, ModelValue, Unknown } from './values.ts';
import type { ClassValue, List, TensorValue, Value } from './values.ts';

/** How a statement ends; undefined when it runs through. */
export type Completion<Result = Value> =
  | undefined
  | { readonly kind: 'return'; readonly value: Result }
  | { readonly kind: 'break' | 'continue'; readonly label: string | undefined };

/** A `throw` of the source. */
export class Thrown extends Error {
  constructor(readonly value: Value) {
    super('thrown by the source');
  }
}

/** A limit is reached: evaluation of the current top-level statement or function ends. */
export class Stopped extends Error {}

export interface Argument {
  readonly value: Value;
  readonly span: Span | undefined;
}

/** Where something is called from. Spans are of the file being read, whichever file the call stands in. */
export interface Site {
  readonly span: Span;
  readonly calleeSpan: Span;
  /** The callee as written. */
  readonly text: string;
  readonly scope: Scope;
  /** The line it is on, counted from 1. */
  readonly line: number;
}

/** The evaluator as its parts see it. */
export interface Evaluation {
  readonly journal: Journal;
  readonly meter: Meter;
  /** Counts work in steps; ends evaluation by `Stopped` when there was too much. */
  step(amount?: number): void;
  evaluate(node: Node, scope: Scope): Value;
  /** Runs statements in a scope that is already theirs; functions among them are there from the start. */
  run(statements: readonly Statement[], scope: Scope): Completion;
  /** Runs one statement; `label` is its own, for a loop. */
  statement(node: Statement, scope: Scope, label?: string): Completion;
  /** Runs a statement in a scope of its own. */
  block(node: Statement, scope: Scope): Completion;
  call(callee: Value, thisValue: Value, args: readonly Argument[], site: Site): Value;
  construct(callee: Value, args: readonly Argument[], site: Site): Value;
  get(object: Value, key: string, site: Site): Value;
  set(object: Value, key: string, value: Value, span: Span | undefined, keySpan: Span | undefined): void;
  closure(node: Closure['node'], scope: Scope, name: string, nameSpan: Span | undefined, home?: ClassValue): Closure;
  /** The value of `specifier` as a namespace object. */
  importModule(specifier: string, name: string, scope: Scope): Value;
  /** A value that a directive on the lines of `node` supplies for an unknown one. */
  supply(value: Value, names: readonly string[], node: Node, scope: Scope): Value;
  fromDirective(value: DirectiveValue): Value;
  list(items: readonly Value[], spans?: readonly (Span | undefined)[], span?: Span): List;
  dictionary(span?: Span): Dictionary;
  /** The node's place, if it is in the file being read. */
  span(node: Node, scope: Scope): Span | undefined;
  site(node: Node, callee: Node, scope: Scope): Site;
  /** The source text of a node, short enough for a message. */
  text(node: Node, scope: Scope): string;
  /** Remembers a model that came into being or got one more layer. */
  changed(model: ModelValue): void;
  /** Runs something that is tried only: its models are nobody's, and what it calls still waits to be called. */
  quietly<T>(body: () => T): T;
  /** Whether that is under way. */
  readonly isTried: boolean;
  /** How many such changes there were, to ask `changedSince` later. */
  readonly changes: number;
  changedSince(count: number): readonly ModelValue[];
  /**
   * Says that the source was not followed to its end at `span`. Returns the models changed since, which are not
   * finished.
   */
  gaveUp(span: Span, changes: number): readonly ModelValue[];
  registerClass(value: ClassValue): void;
  /** The shape of a symbolic tensor without its batch, if it can be inferred. */
  shapeOf(tensor: TensorValue): readonly number[] | undefined;
}

/** Names a value after what holds it, where that can matter later. */
export function bindName(value: Value, name: string, span: Span | undefined): void {
  if (value instanceof ModelValue && value.bindings.length < 8) value.bindings.push({ name, span });
  if (value instanceof Dictionary) value.holder ??= { name, span };
  if (value instanceof Closure && value.name === '') {
    value.name = name;
    value.nameSpan = span;
  }
}

export function unknownPart(value: Value, text: string, span: Span | undefined): Unknown {
  return value instanceof Unknown ? value.part(text, span) : new Unknown(text, span);
}
