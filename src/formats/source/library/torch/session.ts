import { NOWHERE, type Span } from '../../../../network/definition.ts';
import type { Shape } from '../../../../network/shape.ts';
import { Refusal } from '../../../graph/writer.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import { Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from '../../python/evaluation/evaluator.ts';
import { followBlock } from '../../python/evaluation/blocks.ts';
import { truth } from '../../python/builtins/operators.ts';
import { callStandard } from '../../python/builtins/standard.ts';
import { BoundMethod, FunctionValue, Instance, Native, numeric } from '../../python/evaluation/values.ts';
import type { Argument, Site, Value, Library } from '../../python/evaluation/values.ts';
import { applyFlax, callFlaxFunction, callFlaxMethod } from '../flax/apply.ts';
import { isFlaxModule } from '../flax/classes.ts';
import { callContainer, fillContainer } from './containers.ts';
import { callData, extentsOf, makeData, observedShapes } from './data.ts';
import { Fields } from './fields.ts';
import { applyLayer, isLayer } from './layers.ts';
import { childrenOf, isContainer, isModule, isModuleClass, moduleKind } from './modules.ts';
import { Aside, DataTensor, Filled, Parameter, Tensor } from './tensor.ts';
import { callTensorFunction, callUnfold, pendingTensor } from './tensorCalls.ts';
import { unfolded } from './tropical.ts';
import { STEPS_OF_LAYER } from './trace.ts';
import type { Trace } from './trace.ts';

/** An input of a module that the source shows it. */
export interface ObservedInput {
  /** In PyTorch's order, without the batch; one for each input. */
  readonly shapes: readonly Shape[];
  readonly origin: string;
  readonly line: number;
  readonly span: Span | undefined;
}

/** Modules that wrap another one and compute the same. */
const wrappers =
  /^(?:torch\.nn\.(?:DataParallel|parallel\.\w+)|torch\.(?:compile|jit\.script)|torch\.nn\.utils\.(?:weight_norm|spectral_norm|parametrizations\.\w+))$/;

/** PyTorch as a source sees it: modules, and tensors of the forward pass under way. */
export class TorchSession {
  /** What modules were shown, in order. */
  readonly observed = new Map<Instance, ObservedInput[]>();
  /** The sizes that the last network without a stated one fits: others of the file are often alike. */
  lastFit: { readonly least: number; readonly greatest: number } | undefined;
  /** How often sizes were looked for that a network fits. */
  searches = 0;
  /** To what size the source brings images; undefined for one that is not known. */
  readonly imageSizes: { readonly name: string; readonly extents: readonly number[] | undefined }[] = [];
  trace: Trace | undefined;
  /** Follows a forward pass outside of any other, for the shape of what comes out. */
  runForward: ((object: Instance, shapes: readonly Shape[]) => readonly Shape[] | undefined) | undefined;

  // Modules

  /** What the constructor of a library's class does to an instance. */
  initialize(e: Evaluator, object: Instance, args: readonly Argument[]): void {
    e.journal.touch(object);
    object.config = args;
    for (const { value } of args) if (isModule(value)) hold(e, value);
    if (isContainer(object)) fillContainer(e, object, args);
  }

  /** Calls a module: a layer, or one of the source with a `forward` of its own. */
  apply(e: Evaluator, object: Instance, args: readonly Argument[], site: Site): Value {
    if (!this.trace) return this.applyOutside(e, object, args, site);
    const forward = this.forwardOf(object);
    if (forward) {
      const { trace } = this;
      const follow = () => this.follow(trace, object, () => e.call(new BoundMethod(forward, object), args, site));
      const [first] = args;
      const isBlock = trace.isRepeated && trace.open.length > 0 && args.length === 1 && first.value instanceof Tensor;
      return isBlock ? followBlock(e, trace, object, first.value, follow) : follow();
    }
    if (isFlaxModule(object)) return applyFlax(e, object, args, site);
    const kind = moduleKind(object);
    if (kind === 'Sequential') return this.applySequence(e, object, args, site);
    const [first] = args;
    if (first?.value instanceof Tensor) return this.applyOne(e, object, first.value, site);
    return first?.value instanceof Unknown ? first.value.derive() : new Unknown(site.text, site.span, true);
  }

  private follow(trace: Trace, object: Instance, body: () => Value): Value {
    trace.open.push(object);
    try {
      return body();
    } finally {
      trace.open.pop();
    }
  }

  forwardOf(object: Instance): FunctionValue | undefined {
    const name = isFlaxModule(object) ? '__call__' : 'forward';
    const forward = object.cls?.attribute(name);
    return forward instanceof FunctionValue ? forward : undefined;
  }

  /** Outside of a forward pass a call says what the inputs look like. */
  private applyOutside(e: Evaluator, object: Instance, args: readonly Argument[], site: Site): Value {
    const tensors = args.map(({ value }) => value).filter((value) => value instanceof DataTensor);
    if (tensors.length === 0 || tensors.length < args.filter(({ value }) => value !== null).length)
      return new Unknown(`${site.text}()`, site.span);
    const shapes = tensors.map(({ shape }) => shape.slice(1));
    const [{ origin, line, span }] = tensors;
    this.observe(e, object, { shapes, origin, line, span });
    const outputs = this.runForward?.(object, shapes);
    if (!outputs || outputs.length === 0) return new Unknown(`${site.text}()`, site.span, true);
    const made = outputs.map(
      (shape) => new DataTensor([tensors[0].shape[0], ...shape], `${site.text}()`, site.line, site.span),
    );
    return made.length === 1 ? made[0] : e.tuple(made);
  }

  observe(e: Evaluator, object: Instance, input: ObservedInput): void {
    e.lasting++;
    const seen = this.observed.get(object) ?? [];
    if (seen.length < 8) seen.push(input);
    this.observed.set(object, seen);
  }

  private applySequence(e: Evaluator, object: Instance, args: readonly Argument[], site: Site): Value {
    const doubt = object.doubt;
    let current: readonly Argument[] = args;
    for (const [, child] of childrenOf(e, object)) {
      const value =
        child instanceof Instance
          ? e.call(child, current, site)
          : this.unknownFrom(e, current[0]?.value, 'A layer', child instanceof Unknown ? child : undefined, site);
      current = [{ name: undefined, value, span: undefined }];
    }
    const value = current[0]?.value;
    return doubt ? this.unknownFrom(e, value, 'What else is in this sequence', doubt, site) : value;
  }

  private unknownFrom(e: Evaluator, x: Value, what: string, cause: Unknown | undefined, site: Site): Value {
    const { trace } = this;
    const why = cause ?? new Unknown(site.text, site.span, true);
    if (!trace || !(x instanceof Tensor)) return why.derive();
    const { start, end } = cause?.span ?? site.span;
    const node = { ...trace.functionNode('unknown', site), start, end, opSpan: { start, end } };
    return this.tensor(e, trace.doubt(node, [x.value], what, why));
  }

  private applyOne(e: Evaluator, object: Instance, x: Tensor, site: Site): Value {
    const windows = moduleKind(object) === 'Unfold' ? unfolded(x, object.config ?? []) : undefined;
    const layer = () => this.applyLayer(e, object, x, site);
    return windows ? pendingTensor(e, windows, layer) : layer();
  }

  private applyLayer(e: Evaluator, object: Instance, x: Tensor, site: Site): Value {
    const { trace } = this;
    const kind = moduleKind(object) ?? '';
    if (!trace) return undefined;
    e.step(STEPS_OF_LAYER);
    const fields = new Fields(kind, object.config ?? []);
    const node = trace.moduleNode(object, kind);
    const places = { name: object.site.calleeSpan, ...fields.places() };
    const owner = this.ownerOf(object);
    if (/Loss$/.test(kind)) return new Unknown(site.text, site.span, true);
    const value = trace.perform(node, [x.value], places, () => {
      const made = applyLayer({ trace, node, x: x.value, fields, owner });
      if (made) return made;
      throw new Refusal(`The layer ${kind} is not analyzed.`);
    });
    const result = this.placed(e, x, value, this.isInPlace(object.config ?? [], kind));
    if (/^(?:LSTM|GRU|RNN|MultiheadAttention)$/.test(kind))
      return e.tuple([result, new Aside(`the state of ${node.name}`, site.span, result)]);
    return result;
  }

  private isInPlace(args: readonly Argument[], kind: string): boolean {
    try {
      return truth(new Fields(kind, args).get('inplace')) === true;
    } catch {
      return false;
    }
  }

  /** Layers whose weights are assigned from another one's share them. */
  private ownerOf(object: Instance): string {
    const weight = object.attributes.get('weight');
    return weight instanceof Parameter ? weight.owner : `#${object.born}`;
  }

  weightOf(object: Instance, name: string, site: Site): Value {
    if (name !== 'weight' || !isLayer(moduleKind(object) ?? '')) return new Unknown(site.text, site.span);
    return new Parameter([], this.ownerOf(object));
  }

  /** The result of an operation, which one in place also leaves in its tensor. */
  placed(e: Evaluator, x: Tensor, value: TensorValue, isInPlace: boolean): Tensor {
    if (!isInPlace) return this.tensor(e, value);
    e.journal.touch(x);
    x.value = { ...value, sole: false };
    return x;
  }

  tensor(e: Evaluator, value: TensorValue): Tensor {
    return new Tensor(e.journal.next(), { ...value, sole: false });
  }

  // Tensors

  /** Two ways through the source leave different tensors. */
  joined(e: Evaluator, a: Tensor, b: Tensor, test: Unknown): Tensor {
    return a.value === b.value ? a : this.tensor(e, this.joinedValue(a.value, b.value, test));
  }

  joinedValue(a: TensorValue, b: TensorValue, test: Unknown): TensorValue {
    const { trace } = this;
    if (!trace || a === b) return a;
    const span = test.span ?? ('layer' in a.source ? a.source.layer.node : NOWHERE);
    const node = trace.node('unknown', 'unknown', span, span);
    return trace.doubt(node, [a, b], 'Which way this takes', test);
  }

  callLibrary(e: Evaluator, callee: Library, args: readonly Argument[], site: Site): Value {
    const { path } = callee;
    const standard = callStandard(e, path, args, site);
    if (standard !== undefined) return standard;
    const [first] = args;
    if (isModuleClass(path) && !wrappers.test(path)) {
      if (path === 'torch.nn.Parameter') return this.parameter(e, first?.value, site);
      const object = new Instance(e.journal.next(), undefined, path, site);
      e.instances.push(object);
      this.initialize(e, object, args);
      return object;
    }
    if (wrappers.test(path) && isModule(first?.value)) return first.value;
    // A method by its class: `nn.Module.__init__(self)`.
    if (/\.__init__$/.test(path)) return null;
    if (path === 'torch.autograd.Variable' || path === 'torch.Variable') return first?.value;
    this.observeCall(e, path, args, site);
    this.observeTransform(path, args);
    if (/(?:^|\.)(?:trace|script|compile)$/.test(path) && isModule(first?.value)) return first.value;
    const data = makeData(path, args, site);
    if (data) return data;
    const number = /^torch\.(?:tensor|as_tensor|scalar_tensor)$/.test(path) ? numeric(first?.value) : undefined;
    if (number !== undefined) return new Filled(number, undefined);
    const name = path.split('.').at(-1) ?? '';
    if (/^(?:flax|jax)\./.test(path)) return callFlaxFunction(e, path, args, site);
    if (path === 'torch.nn.functional.unfold') return callUnfold(e, args, site);
    return path.startsWith('torch.') ? callTensorFunction(e, name, args, site) : undefined;
  }

  private parameter(e: Evaluator, value: Value, site: Site): Value {
    const owner = `#${e.journal.next()}`;
    if (value instanceof Filled && !value.shape) return new Parameter([], owner);
    return value instanceof DataTensor ? new Parameter(value.shape, owner) : new Unknown(site.text, site.span, true);
  }

  /** `summary(model, (3, 32, 32))`, `torch.onnx.export(model, dummy)` */
  private observeCall(e: Evaluator, path: string, args: readonly Argument[], site: Site): void {
    const object = args.map(({ value }) => value).find(isModule);
    const shapes = object && observedShapes(path, args);
    if (!object || !shapes) return;
    const data = args.map(({ value }) => value).find((value) => value instanceof DataTensor);
    const origin = data?.origin ?? site.text;
    this.observe(e, object, { shapes, origin, line: data?.line ?? site.line, span: data?.span ?? site.span });
  }

  /** `transforms.Resize(64)`, `transforms.CenterCrop((224, 224))` */
  private observeTransform(path: string, args: readonly Argument[]): void {
    const [, name] =
      /^torchvision\.transforms\.(?:v2\.)?(Resize|Scale|(?:Random|Center|RandomResized)Crop)$/.exec(path) ?? [];
    const size = args.find((argument) => argument.name === 'size' || argument.name === undefined)?.value;
    if (name !== undefined && this.imageSizes.length < 16) this.imageSizes.push({ name, extents: extentsOf(size) });
  }

  callMethod(e: Evaluator, { name, self }: Native, args: readonly Argument[], site: Site): Value {
    const method = name.split('.').at(-1) ?? '';
    if (name.startsWith('torch.module.')) return this.callModuleMethod(e, new Native(name, self), method, args, site);
    if (self instanceof DataTensor) return callData(self, method, args, site);
    return callTensorFunction(e, method, [{ name: undefined, value: self, span: undefined }, ...args], site);
  }

  private callModuleMethod(e: Evaluator, native: Native, method: string, args: readonly Argument[], site: Site): Value {
    const { self } = native;
    if (!(self instanceof Instance)) return undefined;
    if (isFlaxModule(self) && !method.startsWith('__')) return callFlaxMethod(e, self, args, site);
    switch (method) {
      case '__init__':
        this.initialize(e, self, args);
        return null;
      case '__call__':
      case 'forward':
        return this.applyForward(e, self, args, site);
      case '__len__':
        return childrenOf(e, self).length;
      case 'to':
      case 'cuda':
      case 'cpu':
      case 'eval':
      case 'train':
      case 'double':
      case 'float':
      case 'half':
      case 'type':
      case 'requires_grad_':
      case 'apply':
      case 'share_memory':
      case 'compile':
        return self;
      case 'register_buffer':
      case 'register_parameter': {
        const [key, value] = args.map((argument) => argument.value);
        if (typeof key === 'string') e.set(self, key, stored(value) ?? null);
        return null;
      }
      default:
        return callContainer(e, native, args, site) ?? new Unknown(site.text, site.span, true);
    }
  }

  /** `super().forward(x)` of what extends a layer or a Sequential. */
  private applyForward(e: Evaluator, self: Instance, args: readonly Argument[], site: Site): Value {
    if (!this.trace) return this.apply(e, self, args, site);
    if (moduleKind(self) === 'Sequential') return this.applySequence(e, self, args, site);
    const [first] = args;
    return first?.value instanceof Tensor
      ? this.applyOne(e, self, first.value, site)
      : new Unknown(site.text, site.span, true);
  }
}

/** Notes that another object holds a module. */
export function hold(e: Evaluator, object: Instance): void {
  if (!object.isHeld) e.lasting++;
  object.isHeld = true;
}

/** A buffer is loaded with the weights: only its shape is certain. */
function stored(value: Value): Value {
  if (value instanceof DataTensor) return new DataTensor(value.shape, value.origin, value.line, value.span);
  return value instanceof Filled ? new Unknown('a buffer', undefined) : value;
}
