import type { Node } from '@babel/types';
import { NOWHERE, type Span } from '../../../network/definition.ts';
import { fork } from '../evaluation/branches.ts';
import { instantiate } from './classes.ts';
import type { Argument, Evaluation, Site } from '../evaluation/evaluation.ts';
import { forget } from '../evaluation/forget.ts';
import { callClosure } from './functions.ts';
import { unknownMaker } from './libraryName.ts';
import { callSketch } from './ownLayers.ts';
import { callLibrary, callMethod, constructLibrary } from '../library/library.ts';
import { makeCollection } from './natives/collections.ts';
import { nativeFunction } from './natives/globals.ts';
import { runNative } from './natives/native.ts';
import { bytesOf, ClassValue, Closure, Library, List, Native, Unknown } from '../evaluation/values.ts';
import type { Value } from '../evaluation/values.ts';

const MAX_CALL_DEPTH = 90;

/** Calls of every kind of function, however deep they are. */
export class Caller {
  /** The first instance of each class. */
  readonly instances = new Map<ClassValue, Value>();
  /** What is not known, and would make a network if it were the library; where that is first. */
  readonly unknownMakers = new Map<string, Span>();
  /** The place in the file being read that evaluation of an imported file came from. */
  place: Span = NOWHERE;
  private readonly called = new Set<Node>();
  private readonly ran = new WeakSet<Closure>();
  /** Functions that an unknown one may call, while they are followed. */
  private readonly open = new Set<Node>();
  private depth = 0;

  constructor(
    private readonly e: Evaluation,
    /** Runs something at the nesting of expressions that there is now, and comes back to it. */
    private readonly keepNesting: <T>(body: () => T) => T,
  ) {}

  /** Begins another part of the file. */
  begin(): void {
    this.depth = 0;
    this.open.clear();
  }

  wasCalled(node: Node): boolean {
    return this.called.has(node);
  }

  call(callee: Value, thisValue: Value, args: readonly Argument[], site: Site): Value {
    if (callee instanceof Closure) return this.callFunction(callee, thisValue, args, site);
    if (callee instanceof Library) return callLibrary(this.e, callee, args, site);
    if (callee instanceof Native) return this.callNative(callee, args, site);
    return this.callUnknown(callee, args, site);
  }

  private noteCalled(closure: Closure): void {
    if (this.e.isTried) return;
    this.called.add(closure.node);
    this.ran.add(closure);
  }

  /** A function that nobody calls; its parameters are symbols. */
  callSymbolically(closure: Closure, thisValue: Value): void {
    this.noteCalled(closure);
    callClosure(this.e, closure, thisValue, [], { symbolic: true });
  }

  construct(callee: Value, args: readonly Argument[], site: Site): Value {
    if (callee instanceof ClassValue) {
      if (this.depth > MAX_CALL_DEPTH) return new Unknown(site.text, site.span);
      const instance = this.deeper(() => instantiate(this.e, callee, args, site));
      if (!this.e.isTried && !this.instances.has(callee)) this.instances.set(callee, instance);
      return instance;
    }
    if (callee instanceof Library) return constructLibrary(this.e, callee, args, site);
    if (callee instanceof Native && callee.name === 'Array') return this.callNative(callee, args, site);
    if (callee instanceof Native && (callee.name === 'Map' || callee.name === 'Set')) {
      return makeCollection(callee.name === 'Map' ? 'map' : 'set', this.nativeCall(undefined, args, site));
    }
    this.noticeMaker(callee, args, site);
    return new Unknown(`new ${site.text}()`, site.span);
  }

  private deeper<T>(body: () => T): T {
    this.depth++;
    try {
      return body();
    } finally {
      this.depth--;
    }
  }

  private callFunction(closure: Closure, thisValue: Value, args: readonly Argument[], site: Site): Value {
    this.noteCalled(closure);
    if (this.depth > MAX_CALL_DEPTH) return new Unknown(site.text, site.span);
    const { place } = this;
    // In an imported function everything is where it was called from.
    if (!site.scope.frame.module.foreign) this.place = site.span;
    try {
      return this.keepNesting(() => this.deeper(() => callClosure(this.e, closure, thisValue, args)));
    } finally {
      this.place = place;
    }
  }

  private callNative(callee: Native, args: readonly Argument[], site: Site): Value {
    const { name, thisValue } = callee;
    if (name.startsWith('Model.') || name.startsWith('Layer.')) return callMethod(this.e, callee, args, site);
    if (name.startsWith('Sketch.')) return callSketch(callee, args, site);
    if (name.startsWith('Function.')) return this.callIndirectly(callee, args, site);
    const body = nativeFunction(name);
    return body ? runNative(name, body, this.nativeCall(thisValue, args, site)) : this.callUnknown(callee, args, site);
  }

  private nativeCall(self: Value, given: readonly Argument[], site: Site) {
    return { e: this.e, self, args: given.map((argument) => argument.value), given, site };
  }

  /** `f.call(self, a)`, `f.apply(self, [a])`, `f.bind(self)` */
  private callIndirectly({ name, thisValue }: Native, args: readonly Argument[], site: Site): Value {
    const [self, second] = args;
    if (name === 'Function.call') return this.e.call(thisValue, self?.value, args.slice(1), site);
    if (name === 'Function.apply' && second?.value instanceof List) {
      const { items, spans } = second.value;
      this.e.meter.hold(items.length * bytesOf.argument);
      return this.e.call(
        thisValue,
        self.value,
        items.map((value, i) => ({ value, span: spans[i] })),
        site,
      );
    }
    if (name === 'Function.bind' && thisValue instanceof Closure && args.length <= 1) {
      const { node, scope, nameSpan, home } = thisValue;
      return new Closure(node, scope, thisValue.name, nameSpan, self?.value, home);
    }
    return new Unknown(site.text, site.span);
  }

  /** Of a function that is not known: it may call the functions that it is given. */
  private callUnknown(callee: Value, args: readonly Argument[], site: Site): Unknown {
    const name = callee instanceof Unknown ? callee.name : site.text;
    this.noticeMaker(callee, args, site);
    for (const { value } of args) {
      if (value instanceof Closure && !this.ran.has(value) && !this.open.has(value.node)) {
        this.callPerhaps(value, name, site);
      }
    }
    // The result of `sizes.map` is not a new unknown: it depends on `sizes`.
    if (callee instanceof Unknown && callee.derived) return new Unknown(name, site.span, true);
    return new Unknown(name.endsWith(')') ? name : `${name}()`, site.span);
  }

  /** Says of what is not known that it would make a network, if it is the library. */
  private noticeMaker(callee: Value, args: readonly Argument[], site: Site): void {
    if (!(callee instanceof Unknown) || this.e.isTried) return;
    const maker = unknownMaker(callee.derived ? site.text : callee.name, args[0]?.value);
    if (maker !== undefined) this.unknownMakers.set(maker, this.unknownMakers.get(maker) ?? site.calleeSpan);
  }

  /** What the function changes is changed perhaps. It may take a part of the work that is left. */
  private callPerhaps(closure: Closure, name: string, site: Site): void {
    if (this.depth > MAX_CALL_DEPTH) return;
    const { e } = this;
    const { node, scope } = closure;
    const { changes } = e;
    const test = new Unknown(name, site.span, true);
    const call = () => void this.callSymbolically(closure, undefined);
    const either = () => void fork(e, test, site.scope.frame, [call, () => undefined]);
    this.open.add(node);
    e.journal.watching((written) => {
      if (e.meter.within(1 / 4, () => this.keepNesting(() => this.deeper(either)))) return;
      const models = e.gaveUp(e.span(node, scope) ?? site.span, changes);
      forget(written, test, site.span, new Set(models.map(({ items }) => items)));
    });
    this.open.delete(node);
  }
}
