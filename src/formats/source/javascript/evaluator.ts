// Finds the networks in a JavaScript or TypeScript source without running it. Top-level statements are evaluated in
// order, over values that may be unknown. Every step is metered: see `evaluation/meter.ts`.

import type { Node, Statement } from '@babel/types';
import type { Span } from '../../../network/definition.ts';
import { Caller } from './calling.ts';
import { instantiate } from './classes.ts';
import type { DirectiveValue } from '../evaluation/directives.ts';
import { Stopped, Thrown } from '../evaluation/evaluation.ts';
import type { Argument, Completion, Evaluation, Site } from '../evaluation/evaluation.ts';
import { evaluateExpression } from './expressions.ts';
import { Journal } from '../evaluation/journal.ts';
import { getMember, setMember } from './members.ts';
import { Meter } from '../evaluation/meter.ts';
import { ModelLog } from '../evaluation/modelLog.ts';
import { ModuleLoader } from './moduleLoader.ts';
import type { Importer, Source } from './moduleLoader.ts';
import type { Scope } from '../evaluation/scope.ts';
import { hoistFunctions, runBlock, runStatement, runStatements } from './statements.ts';
import { unknownIn } from '../evaluation/unknownValue.ts';
import { bytesOf, Closure, Dictionary, List, Unknown } from '../evaluation/values.ts';
import type { ClassValue, ModelValue, TensorValue, Value } from '../evaluation/values.ts';

const MAX_EXPRESSION_DEPTH = 500;
/** The work of inferring a tensor's shape, and what each layer on the way to it adds. */
const STEPS_OF_SHAPE = 100;
const STEPS_OF_LAYER = 4;

/** Follows a source file without running it: every value is the evaluator's own, work and sizes are limited. */
export class Evaluator implements Evaluation {
  readonly meter = new Meter();
  readonly journal = new Journal(this.meter);
  /** Object literals that say by their type that they are a network in the native form, or look like one. */
  readonly dictionaries: Dictionary[] = [];
  /** Where evaluation gave up. */
  readonly stops: Span[] = [];
  /** Functions of the file being read, by their node, in the order in which they came into being. */
  readonly closures = new Map<Node, Closure>();
  readonly classes: ClassValue[] = [];
  private readonly log = new ModelLog();
  private readonly caller = new Caller(this, (body) => this.keepNesting(body));
  private readonly loader: ModuleLoader;
  /** Expressions within expressions. */
  private depth = 0;

  constructor(
    private readonly source: Source,
    importer: Importer,
    /** Also says how many layers it had to go through. */
    private readonly inferShape: (tensor: TensorValue) => { shape: readonly number[] | undefined; layers: number },
  ) {
    this.loader = new ModuleLoader(this, source, importer);
  }

  /** Every model that came into being, in order. */
  get models(): ReadonlySet<ModelValue> {
    return this.log.models;
  }

  isTried = false;

  /** The first instance of each class. */
  get instances(): ReadonlyMap<ClassValue, Value> {
    return this.caller.instances;
  }

  /** Places that made more models than are read. */
  get omitted(): ReadonlyMap<number, Span> {
    return this.log.omitted;
  }

  /** What is not known, and would make a network if it were the library. */
  get unknownMakers(): ReadonlyMap<string, Span> {
    return this.caller.unknownMakers;
  }

  /** Follows the file's top level. */
  runFile(): void {
    const scope = this.loader.mainScope();
    const { body } = this.source.file.program;
    this.guarded(body, () => hoistFunctions(this, body, scope));
    for (const statement of body) this.guarded([statement], () => void runStatement(this, statement, scope));
  }

  wasCalled(node: Node): boolean {
    return this.caller.wasCalled(node);
  }

  /** Follows a function that nobody calls; its parameters are symbols. */
  runUncalled(closure: Closure, thisValue: Value): void {
    this.guarded([closure.node], () => this.caller.callSymbolically(closure, thisValue));
  }

  /** An instance of a class that nobody makes one of. */
  instantiateUncalled(cls: ClassValue): Value {
    const { node, name, scope } = cls;
    const at = cls.nameSpan ?? { start: node.start ?? 0, end: node.end ?? 0 };
    const site: Site = { span: at, calleeSpan: at, text: name, scope, line: node.loc?.start.line ?? 1 };
    this.guarded([node], () => void this.caller.instances.set(cls, instantiate(this, cls, [], site, true)));
    return this.instances.get(cls);
  }

  step(amount = 1): void {
    this.meter.step(amount);
  }

  evaluate(node: Node, scope: Scope): Value {
    this.step();
    if (++this.depth > MAX_EXPRESSION_DEPTH) {
      this.depth--;
      return new Unknown(this.text(node, scope), this.span(node, scope));
    }
    try {
      const value = evaluateExpression(this, node, scope);
      return value instanceof Unknown ? this.supply(value, namesFor(node, value), node, scope) : value;
    } finally {
      this.depth--;
    }
  }

  run(statements: readonly Statement[], scope: Scope): Completion {
    return runStatements(this, statements, scope);
  }

  statement(node: Statement, scope: Scope, label?: string): Completion {
    return runStatement(this, node, scope, label);
  }

  block(node: Statement, scope: Scope): Completion {
    return runBlock(this, node, scope);
  }

  call(callee: Value, thisValue: Value, args: readonly Argument[], site: Site): Value {
    this.step();
    return this.caller.call(callee, thisValue, args, site);
  }

  construct(callee: Value, args: readonly Argument[], site: Site): Value {
    this.step();
    return this.caller.construct(callee, args, site);
  }

  get(object: Value, key: string, site: Site): Value {
    return getMember(this, object, key, site);
  }

  set(object: Value, key: string, value: Value, span: Span | undefined, keySpan: Span | undefined): void {
    setMember(this, object, key, value, span, keySpan);
  }

  closure(node: Closure['node'], scope: Scope, name: string, nameSpan: Span | undefined, home?: ClassValue): Closure {
    const closure = new Closure(node, scope, name, nameSpan, scope.frame.thisValue, home);
    if (!scope.frame.module.foreign && !this.closures.has(node)) this.closures.set(node, closure);
    return closure;
  }

  registerClass(value: ClassValue): void {
    if (!value.scope.frame.module.foreign) this.classes.push(value);
  }

  importModule(specifier: string, name: string, scope: Scope): Value {
    return this.loader.load(specifier, name, scope);
  }

  supply(value: Value, names: readonly string[], node: Node, scope: Scope): Value {
    const { module, line } = scope.frame;
    if (module.directives.isEmpty || !unknownIn(value)) return value;
    const here = module.directives.find([node.loc?.start.line ?? line, line], names);
    // Above a function, a directive is about one expression by its full name wherever it stands in there.
    const supplied = here ?? (value instanceof Unknown ? this.suppliedAbove(value, scope) : undefined);
    return supplied === undefined ? value : this.fromDirective(supplied);
  }

  private suppliedAbove({ name, derived }: Unknown, { frame }: Scope): DirectiveValue | undefined {
    return derived ? undefined : frame.module.directives.find(frame.functionLines, [name]);
  }

  fromDirective(value: DirectiveValue): Value {
    return Array.isArray(value)
      ? this.list(value.map((item) => this.fromDirective(item as DirectiveValue)))
      : (value as Value);
  }

  list(items: readonly Value[], spans: readonly (Span | undefined)[] = [], span?: Span): List {
    this.meter.hold(items.length * bytesOf.item);
    const places = items.map((_item, i) => spans[i]);
    return new List(this.journal.next(), [...items], places, span);
  }

  dictionary(span?: Span): Dictionary {
    const dictionary = new Dictionary(this.journal.next(), span);
    if (span) this.dictionaries.push(dictionary);
    return dictionary;
  }

  span(node: Node, scope: Scope): Span | undefined {
    if (scope.frame.module.foreign || typeof node.start !== 'number' || typeof node.end !== 'number') return undefined;
    return this.clipped({ start: node.start, end: node.end });
  }

  site(node: Node, callee: Node, scope: Scope): Site {
    return {
      span: this.span(node, scope) ?? this.caller.place,
      calleeSpan: this.span(callee, scope) ?? this.caller.place,
      text: this.text(callee, scope),
      scope,
      line: node.loc?.start.line ?? scope.frame.line,
    };
  }

  text(node: Node, scope: Scope): string {
    const start = node.start ?? 0;
    const text = scope.frame.module.text.slice(start, Math.min(node.end ?? 0, start + 200)).replace(/\s+/g, ' ');
    return text.length > 40 ? `${text.slice(0, 39)}…` : text;
  }

  changed(model: ModelValue): void {
    if (!this.isTried) this.log.changed(model);
  }

  quietly<T>(body: () => T): T {
    const before = this.isTried;
    this.isTried = true;
    try {
      return body();
    } finally {
      this.isTried = before;
    }
  }

  get changes(): number {
    return this.log.count;
  }

  changedSince(count: number): readonly ModelValue[] {
    return this.log.since(count);
  }

  gaveUp(span: Span, changes: number): readonly ModelValue[] {
    this.stops.push(span);
    const models = this.log.since(changes);
    for (const model of models) model.unfinished = true;
    return models;
  }

  shapeOf(tensor: TensorValue): readonly number[] | undefined {
    this.step(STEPS_OF_SHAPE);
    const { shape, layers } = this.inferShape(tensor);
    this.step(layers * STEPS_OF_LAYER);
    return shape;
  }

  private keepNesting<T>(body: () => T): T {
    const { depth } = this;
    try {
      return body();
    } finally {
      this.depth = depth;
    }
  }

  /** Runs one part of the file within limits of its own; what stops it does not stop the rest. */
  private guarded(nodes: readonly Node[], body: () => void): void {
    const [first] = nodes;
    if (!first || !this.meter.begin()) return;
    this.log.begin();
    this.caller.begin();
    this.depth = 0;
    try {
      body();
    } catch (error) {
      if (error instanceof Thrown) return;
      // Deep nesting may use up the host's stack before any limit of ours.
      if (!(error instanceof Stopped || error instanceof RangeError)) throw error;
      this.gaveUp(this.clipped({ start: first.start ?? 0, end: first.end ?? 0 }), 0);
    }
  }

  private clipped({ start, end }: Span): Span {
    const { length } = this.source.text;
    return { start: Math.min(start, length), end: Math.min(end, length) };
  }
}

/** What a directive may call the value of this expression: a symbol gives its own name only to what is that symbol. */
function namesFor(node: Node, value: Unknown): string[] {
  const names = value.derived ? [] : [value.name];
  if (node.type === 'Identifier') names.push(node.name);
  if (node.type === 'MemberExpression' && node.property.type === 'Identifier' && !node.computed)
    names.push(node.property.name);
  return names;
}
