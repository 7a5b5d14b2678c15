import type { File, Node, Statement } from '@babel/types';
import type { Span } from '../../network/definition.ts';
import { fork } from './branches.ts';
import { instantiate } from './classes.ts';
import { Directives } from './directives.ts';
import type { DirectiveValue } from './directives.ts';
import { Stopped, Thrown } from './evaluation.ts';
import type { Argument, Completion, Evaluation, Site } from './evaluation.ts';
import { evaluateExpression } from './expressions.ts';
import { callClosure } from './functions.ts';
import { Journal } from './journal.ts';
import { callLibrary, callMethod, constructLibrary } from './library.ts';
import { getMember, setMember } from './members.ts';
import { libraryOf } from './modules.ts';
import { makeCollection } from './natives/collections.ts';
import { nativeFunction } from './natives/globals.ts';
import { Scope } from './scope.ts';
import type { Frame, Module } from './scope.ts';
import { hoistFunctions, runBlock, runStatement, runStatements } from './statements.ts';
import { unknownIn } from './unknownValue.ts';
import { ClassValue, Closure, Dictionary, Library, List, Native, Unknown } from './values.ts'; // prettier-ignore
import type { Value, ModelValue, TensorValue } from './values.ts';

/** Steps in all, and in one top-level statement or one function that nobody calls. */
const mostSteps = 400_000;
const mostStepsAtOnce = 150_000;
const deepestExpression = 500;
const deepestCall = 90;
const mostImports = 40;
const mostModels = 200;
const mostModelsOfOnePlace = 40;

export interface Source {
  readonly text: string;
  readonly fileName: string;
  readonly file: File;
}

/** Finds and parses an imported file by the specifier as written in `from`, the same one each time. */
export type Importer = (specifier: string, from: string) => Source | undefined;

/** Follows a source file without running it: every value is the evaluator's own, work and sizes are limited. */
export class Evaluator implements Evaluation {
  readonly journal = new Journal();
  /** Every model that came into being, in order. */
  readonly models = new Set<ModelValue>();
  /** Object literals that say by their type that they are a network in the native form, or look like one. */
  readonly dictionaries: Dictionary[] = [];
  /** Where evaluation gave up. */
  readonly stops: Span[] = [];
  /** Functions of the file being read, by their node, in the order in which they came into being. */
  readonly closures = new Map<Node, Closure>();
  readonly classes: ClassValue[] = [];
  readonly instances = new Map<ClassValue, Value>();
  private readonly called = new Set<Node>();
  private readonly modules = new Map<Source, Value>();
  private readonly madeAt = new Map<number, number>();
  private changeLog: ModelValue[] = [];
  private steps = 0;
  private stepLimit = mostStepsAtOnce;
  private depth = 0;
  private calls = 0;
  /** The place in the file being read that evaluation of an imported file came from. */
  private place: Span = { start: 0, end: 0 };

  constructor(
    private readonly source: Source,
    private readonly importer: Importer,
    private readonly inferShape: (tensor: TensorValue) => readonly number[] | undefined,
  ) {}

  /** Follows the file's top level. */
  runFile(): void {
    const scope = this.moduleScope(this.source, false);
    const { body } = this.source.file.program;
    this.guarded(body, () => hoistFunctions(this, body, scope));
    for (const statement of body) this.guarded([statement], () => void runStatement(this, statement, scope));
  }

  wasCalled(node: Node): boolean {
    return this.called.has(node);
  }

  /** Follows a function that nobody calls; its parameters are symbols. */
  runUncalled(closure: Closure, thisValue: Value): void {
    this.called.add(closure.node);
    this.guarded([closure.node], () => void callClosure(this, closure, thisValue, [], { symbolic: true }));
  }

  /** An instance of a class that nobody makes one of. */
  instantiateUncalled(cls: ClassValue): Value {
    const at = cls.nameSpan ?? { start: cls.node.start ?? 0, end: cls.node.end ?? 0 };
    const site: Site = {
      span: at,
      calleeSpan: at,
      text: cls.name,
      scope: cls.scope,
      line: cls.node.loc?.start.line ?? 1,
    };
    this.guarded([cls.node], () => void this.instances.set(cls, instantiate(this, cls, [], site, true)));
    return this.instances.get(cls);
  }

  step(amount = 1): void {
    this.steps += amount;
    if (this.steps > this.stepLimit) throw new Stopped('too many steps');
  }

  get budget(): number {
    return this.stepLimit - this.steps;
  }

  evaluate(node: Node, scope: Scope): Value {
    this.step();
    if (++this.depth > deepestExpression) {
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
    if (callee instanceof Closure) return this.callFunction(callee, thisValue, args, site);
    if (callee instanceof Library) return callLibrary(this, callee, args, site);
    if (callee instanceof Native) return this.callNative(callee, args, site);
    return this.unknownCall(callee, args, site);
  }

  construct(callee: Value, args: readonly Argument[], site: Site): Value {
    this.step();
    if (callee instanceof ClassValue) {
      if (this.calls > deepestCall) return new Unknown(site.text, site.span);
      this.calls++;
      try {
        const instance = instantiate(this, callee, args, site);
        if (!this.instances.has(callee)) this.instances.set(callee, instance);
        return instance;
      } finally {
        this.calls--;
      }
    }
    if (callee instanceof Library) return constructLibrary(this, callee, args, site);
    const name = callee instanceof Native ? callee.name : '';
    if (name === 'Array') return this.callNative(callee as Native, args, site);
    if (name === 'Map' || name === 'Set') {
      return makeCollection(name === 'Map' ? 'map' : 'set', this.nativeCall(undefined, args, site));
    }
    return new Unknown(`new ${site.text}()`, site.span);
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
    const library = libraryOf(specifier);
    if (library) return library;
    const { fileName } = scope.frame.module;
    const source = specifier.startsWith('.') ? this.importer(specifier, fileName) : undefined;
    // A file that imports the one being read has nothing to say about it.
    if (!source || source.text === this.source.text || this.modules.size >= mostImports)
      return new Unknown(name, undefined);
    if (this.modules.has(source)) return this.modules.get(source);
    // Known before it is followed, so that files that import each other come to an end.
    this.modules.set(source, new Unknown(name, undefined));
    const value = this.runImport(source);
    this.modules.set(source, value);
    return value;
  }

  supply(value: Value, names: readonly string[], node: Node, scope: Scope): Value {
    const { module, line } = scope.frame;
    if (module.directives.isEmpty || !unknownIn(value)) return value;
    const supplied = module.directives.find([node.loc?.start.line ?? line, line], names);
    return supplied === undefined ? value : this.fromDirective(supplied);
  }

  fromDirective(value: DirectiveValue): Value {
    return Array.isArray(value)
      ? this.list(value.map((item) => this.fromDirective(item as DirectiveValue)))
      : (value as Value);
  }

  list(items: readonly Value[], spans: readonly (Span | undefined)[] = [], span?: Span): List {
    const places = items.map((_item, i) => spans[i]);
    this.step(items.length >> 4);
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
      span: this.span(node, scope) ?? this.place,
      calleeSpan: this.span(callee, scope) ?? this.place,
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
    if (this.changeLog.at(-1) !== model) this.changeLog.push(model);
    if (this.models.has(model)) return;
    // One place in the source makes so many models only where it does not end.
    const made = (this.madeAt.get(model.span.start) ?? 0) + 1;
    this.madeAt.set(model.span.start, made);
    if (made <= mostModelsOfOnePlace && this.models.size < mostModels) this.models.add(model);
  }

  get changes(): number {
    return this.changeLog.length;
  }

  changedSince(count: number): readonly ModelValue[] {
    return this.changeLog.slice(count);
  }

  shapeOf(tensor: TensorValue): readonly number[] | undefined {
    this.step(500);
    return this.inferShape(tensor);
  }

  private callFunction(closure: Closure, thisValue: Value, args: readonly Argument[], site: Site): Value {
    this.called.add(closure.node);
    if (this.calls > deepestCall) return new Unknown(site.text, site.span);
    const { place } = this;
    // In an imported function everything is where it was called from.
    if (!site.scope.frame.module.foreign) this.place = site.span;
    this.calls++;
    const { depth } = this;
    try {
      return callClosure(this, closure, thisValue, args);
    } finally {
      this.calls--;
      this.depth = depth;
      this.place = place;
    }
  }

  private callNative(callee: Native, args: readonly Argument[], site: Site): Value {
    const { name, thisValue } = callee;
    if (name.startsWith('Model.') || name.startsWith('Layer.')) return callMethod(this, callee, args, site);
    if (name.startsWith('Function.')) return this.callIndirectly(callee, args, site);
    const body = nativeFunction(name);
    return body ? body(this.nativeCall(thisValue, args, site)) : this.unknownCall(callee, args, site);
  }

  private nativeCall(self: Value, given: readonly Argument[], site: Site) {
    return { e: this, self, args: given.map((argument) => argument.value), given, site };
  }

  /** `f.call(self, a)`, `f.apply(self, [a])`, `f.bind(self)` */
  private callIndirectly({ name, thisValue }: Native, args: readonly Argument[], site: Site): Value {
    const [self, second] = args;
    if (name === 'Function.call') return this.call(thisValue, self?.value, args.slice(1), site);
    if (name === 'Function.apply' && second?.value instanceof List) {
      const { items, spans } = second.value;
      return this.call(thisValue, self.value, items.map((value, i) => ({ value, span: spans[i] })), site); // prettier-ignore
    }
    if (name === 'Function.bind' && thisValue instanceof Closure && args.length <= 1) {
      return new Closure(
        thisValue.node,
        thisValue.scope,
        thisValue.name,
        thisValue.nameSpan,
        self?.value,
        thisValue.home,
      );
    }
    return new Unknown(site.text, site.span);
  }

  /** Of a function that is not known: it may call the functions that it is given. */
  private unknownCall(callee: Value, args: readonly Argument[], site: Site): Unknown {
    for (const { value } of args) {
      if (value instanceof Closure && !this.called.has(value.node))
        this.perhapsCall(value, callee instanceof Unknown ? callee.name : site.text, site);
    }
    const name = callee instanceof Unknown ? callee.name : site.text;
    return new Unknown(name.endsWith(')') ? name : `${name}()`, site.span);
  }

  /** What the function changes is changed perhaps. It may take a part of the work that is left. */
  private perhapsCall(closure: Closure, name: string, site: Site): void {
    if (this.calls > deepestCall) return;
    this.called.add(closure.node);
    const { stepLimit, depth } = this;
    this.stepLimit = this.steps + this.budget / 4;
    this.calls++;
    const call = () => void callClosure(this, closure, undefined, [], { symbolic: true });
    const test = new Unknown(name, site.span, true);
    try {
      fork(this, test, site.scope.frame, [call, () => undefined]);
    } catch (error) {
      // A limit of its own ends the function only; a limit of all ends all at the next step.
      if (!(error instanceof Stopped)) throw error;
    } finally {
      this.calls--;
      this.depth = depth;
      this.stepLimit = stepLimit;
    }
  }

  private moduleScope(source: Source, foreign: boolean): Scope {
    const { text, fileName, file } = source;
    const directives = new Directives(text, file.comments ?? []);
    const module: Module = { fileName, text, directives, foreign, exports: new Map() };
    const frame: Frame = {
      module,
      thisValue: undefined,
      home: undefined,
      functionName: undefined,
      functionSpan: undefined,
      args: [],
      pendingReturns: [],
      loopDoubt: undefined,
      line: 1,
    };
    const scope = new Scope(this.journal.next(), undefined, frame, true);
    if (/\bexports\b/.test(text)) {
      const exported = this.dictionary();
      const holder = this.dictionary();
      holder.properties.set('exports', { value: exported, span: undefined, keySpan: undefined });
      scope.set('module', holder);
      scope.set('exports', exported);
    }
    return scope;
  }

  private runImport(source: Source): Value {
    const scope = this.moduleScope(source, true);
    runStatements(this, source.file.program.body, scope);
    const holder = scope.get('module');
    const written = holder instanceof Dictionary ? holder.get('exports') : undefined;
    const { exports } = scope.frame.module;
    if (exports.size === 0 && written !== undefined) return written;
    const namespace = this.dictionary();
    for (const [name, value] of exports) namespace.properties.set(name, { value, span: undefined, keySpan: undefined });
    return namespace;
  }

  /** Runs one part of the file within limits of its own; what stops it does not stop the rest. */
  private guarded(nodes: readonly Node[], body: () => void): void {
    const [first] = nodes;
    if (!first || this.steps >= mostSteps) return;
    this.stepLimit = Math.min(mostSteps, this.steps + mostStepsAtOnce);
    this.changeLog = [];
    this.depth = 0;
    this.calls = 0;
    try {
      body();
    } catch (error) {
      if (error instanceof Thrown) return;
      // Deep nesting may use up the host's stack before any limit of ours.
      if (!(error instanceof Stopped || error instanceof RangeError)) throw error;
      this.stops.push(this.clipped({ start: first.start ?? 0, end: first.end ?? 0 }));
      for (const model of this.changeLog) model.unfinished = true;
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
