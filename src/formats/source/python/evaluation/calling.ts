import { NOWHERE, type Span } from '../../../../network/definition.ts';
import { LayerValue, ModelValue, Unknown } from '../../evaluation/values.ts';
import { modelBuilder } from '../../library/torchvision/builders.ts';
import { whyModelIsNotRead } from '../../library/torchvision/unread.ts';
import { ownWeights } from '../../library/keras/ownLayers.ts';
import { makeData } from '../../library/torch/data.ts';
import type { Evaluator } from './evaluator.ts';
import { callBuiltin } from '../builtins/builtins.ts';
import { instantiate } from './classes.ts';
import { callFunction } from './functions.ts';
import { callParser } from '../builtins/argparse.ts';
import { callMethod } from '../builtins/methods.ts';
import { fillNamedTuple, NAMED_TUPLE } from '../builtins/namedTuples.ts';
import { callStandard } from '../builtins/standard.ts';
import type { ClassDefinition } from '../syntax/ast.ts';
import { BoundMethod, ClassValue, FunctionValue, Instance, Library, Native, Partial } from './values.ts';
import type { Argument, Callable, Site, Value } from './values.ts';

const MAX_CALL_DEPTH = 80;

/** Calls of every kind of function, however deep they are. */
export class Caller {
  /** The place in the file being read that evaluation of an imported file came from. */
  place: Span = NOWHERE;
  private readonly called = new Set<Callable>();
  private readonly constructed = new Set<ClassValue>();
  /** Likewise, by their definitions: those whose construction is not followed again. */
  private readonly constructedBefore = new Set<ClassDefinition>();
  /** Functions that are called while somebody wants to know them. */
  private heard: Set<Callable> | undefined;
  private heardClasses: Set<ClassDefinition> | undefined;
  private depth = 0;

  constructor(private readonly e: Evaluator) {}

  /** Begins another part of the file. */
  begin(): void {
    this.depth = 0;
  }

  /** How many calls are under way. */
  get nesting(): number {
    return this.depth;
  }

  noteCalled(callee: Callable): void {
    this.called.add(callee);
    this.heard?.add(callee);
  }

  noteConstructed(cls: ClassDefinition): void {
    this.constructedBefore.add(cls);
  }

  /** Runs something and adds the classes whose instances are made meanwhile to `heard`. */
  hearingClasses(heard: Set<ClassDefinition>, body: () => void): void {
    this.heardClasses = heard;
    try {
      body();
    } finally {
      this.heardClasses = undefined;
    }
  }

  /** Runs something and adds the functions that are called meanwhile to `heard`. */
  hearing<T>(heard: Set<Callable>, body: () => T): T {
    const outer = this.heard;
    this.heard = heard;
    try {
      return body();
    } finally {
      this.heard = outer;
      if (outer) for (const callee of heard) outer.add(callee);
    }
  }

  wasCalled({ node }: FunctionValue): boolean {
    return this.called.has(node);
  }

  wasConstructed(cls: ClassValue): boolean {
    return this.constructed.has(cls) || this.constructedBefore.has(cls.node);
  }

  call(callee: Value, args: readonly Argument[], site: Site): Value {
    if (callee instanceof FunctionValue) return this.follow(callee, args, site);
    if (callee instanceof BoundMethod)
      return this.follow(callee.method, [{ name: undefined, value: callee.self, span: undefined }, ...args], site);
    if (callee instanceof ClassValue) return this.construct(callee, args, site);
    if (callee instanceof Partial) return this.e.call(callee.callee, [...callee.args, ...args], site);
    if (callee instanceof Instance) return this.callInstance(callee, args, site);
    if (callee instanceof Library) return this.callLibrary(callee, args, site);
    if (callee instanceof LayerValue || callee instanceof ModelValue)
      return this.deeper(site, () => this.e.keras.apply(this.e, callee, args, site));
    if (callee instanceof Native) return this.callNative(callee, args, site);
    return this.unknown(callee, args, site);
  }

  /** A function that nobody calls; what is not given is a symbol. */
  callSymbolically(callee: FunctionValue, args: readonly Argument[] = []): Value {
    this.noteCalled(callee.node);
    return noteMaker(this.e, callee, callFunction(this.e, callee, args, true));
  }

  /** A class that nobody makes an instance of; what its constructor needs are symbols. */
  constructSymbolically(cls: ClassValue, site: Site): Value {
    this.addConstructed(cls);
    return this.deeper(site, () => instantiate(this.e, cls, [], site));
  }

  private follow(callee: FunctionValue, args: readonly Argument[], site: Site): Value {
    this.noteCalled(callee.node);
    return this.deeper(site, () => noteMaker(this.e, callee, callFunction(this.e, callee, args)));
  }

  private construct(cls: ClassValue, args: readonly Argument[], site: Site): Value {
    this.addConstructed(cls);
    return this.deeper(site, () => instantiate(this.e, cls, args, site));
  }

  private addConstructed(cls: ClassValue): void {
    this.constructed.add(cls);
    this.heardClasses?.add(cls.node);
  }

  private deeper(site: Site, body: () => Value): Value {
    if (this.depth > MAX_CALL_DEPTH) {
      this.e.limited++;
      return new Unknown(site.text, site.span);
    }
    const { place } = this;
    // In an imported function everything is where it was called from.
    this.place = site.span;
    this.depth++;
    try {
      return this.e.keepNesting(body);
    } finally {
      this.depth--;
      this.place = place;
    }
  }

  private callInstance(object: Instance, args: readonly Argument[], site: Site): Value {
    if (object.library?.startsWith('keras.'))
      return this.deeper(site, () => this.e.keras.applyObject(this.e, object, args, site));
    if (object.library !== undefined) return this.deeper(site, () => this.e.torch.apply(this.e, object, args, site));
    const method = this.e.get(object, '__call__', site);
    return method instanceof BoundMethod
      ? this.follow(method.method, [{ name: undefined, value: object, span: undefined }, ...args], site)
      : new Unknown(site.text, site.span);
  }

  private callLibrary(callee: Library, args: readonly Argument[], site: Site): Value {
    const built = modelBuilder(this.e, callee.path, args);
    if (built) return this.call(built.builder, built.args, site);
    const result = callee.path.startsWith('builtins.')
      ? callBuiltin(this.e, callee.path.slice('builtins.'.length), args, site)
      : /^(?:keras|tensorflow)\./.test(callee.path)
        ? (callStandard(this.e, callee.path, args, site) ?? this.callKeras(callee, args, site))
        : this.e.torch.callLibrary(this.e, callee, args, site);
    if (result !== undefined) return result;
    const why = whyModelIsNotRead(callee.path, args);
    if (why !== undefined)
      this.e.notes.push({ code: 'unsupported', severity: 'information', message: why, span: site.span });
    return this.unknown(callee, args, site);
  }

  private callKeras(callee: Library, args: readonly Argument[], site: Site): Value {
    return makeData(callee.path, args, site) ?? this.e.keras.call(this.e, callee, args, site);
  }

  private callNative(callee: Native, args: readonly Argument[], site: Site): Value {
    if (callee.name === NAMED_TUPLE) return fillNamedTuple(callee, args, site);
    if (callee.name.startsWith('argparse.')) return callParser(this.e, callee, args, site);
    if (callee.name.startsWith('keras.object.')) return this.callKerasObject(callee, args, site);
    if (callee.name.startsWith('keras.')) return this.e.keras.callMethod(this.e, callee, args, site);
    const result = callee.name.startsWith('torch.')
      ? this.e.torch.callMethod(this.e, callee, args, site)
      : callMethod(this.e, callee, args, site);
    return result === undefined ? new Unknown(site.text, site.span, true) : result;
  }

  private callKerasObject({ name, self }: Native, args: readonly Argument[], site: Site): Value {
    if (!(self instanceof Instance)) return undefined;
    if (name.endsWith('.build')) this.e.keras.build(this.e, self, args, site);
    if (name.endsWith('.__call__')) return this.callInstance(self, args, site);
    return name.endsWith('.add_weight') ? (ownWeights(args) ?? new Unknown(site.text, site.span, true)) : null;
  }

  /** Of a function that is not known; what it is given may be changed by it, which is not followed. */
  private unknown(callee: Value, args: readonly Argument[], site: Site): Value {
    // `fabric.setup(model)`, `torch.compile(model)`, `DataParallel(model)`: the network stays what it is.
    const [first] = args;
    if (
      first?.value instanceof Instance &&
      first.value.library !== undefined &&
      /(?:compile|parallel|setup|prepare|wrap)/i.test(site.text)
    )
      return first.value;
    const name = callee instanceof Unknown ? callee.name : site.text;
    if (callee instanceof Unknown && callee.derived) return new Unknown(name, site.span, true);
    return new Unknown(name.endsWith(')') ? name : `${name}()`, site.span);
  }
}

/** A network that a function gives back is named after it; after the outermost one, where several pass it on. */
function noteMaker(e: Evaluator, { name, nameSpan, home }: FunctionValue, value: Value): Value {
  if (!(value instanceof Instance || value instanceof ModelValue) || home) return value;
  if (value.maker?.name !== name) e.lasting++;
  value.maker = { name, span: nameSpan };
  return value;
}
