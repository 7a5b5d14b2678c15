import type { Span } from '../../../../network/definition.ts';
import {
  Dictionary,
  LayerValue,
  List as PlainList,
  ModelValue,
  TensorValue,
  Unknown,
} from '../../evaluation/values.ts';
import type { Property, TensorSource } from '../../evaluation/values.ts';
import type { Evaluator } from '../../python/evaluation/evaluator.ts';
import { itemsOf } from '../../python/evaluation/iteration.ts';
import {
  BoundMethod,
  Dict,
  FunctionValue,
  Instance,
  List,
  Native,
  numeric,
  Tuple,
} from '../../python/evaluation/values.ts';
import type { Argument, Library, Site, Value } from '../../python/evaluation/values.ts';
import { DataTensor } from '../torch/tensor.ts';
import { layerOf, makeLayer, plain } from './layers.ts';
import { mayBeProduct } from './sketch.ts';
import { ownOperationIn, sketchedCall } from './ownLayers.ts';
import { isActivation, mergeOf } from './signatures.ts';

/** A model that the source makes: a model of Keras, or an object of a class that extends one. */
export type KerasModel = ModelValue | Instance;

/** Classes of Keras that sources extend. */
export function isKerasClass(path: string): boolean {
  return /^keras\.(?:[\w.]+\.)?(?:Model|Layer|Sequential)$/.test(path);
}

export function isKerasValue(value: Value): value is LayerValue | ModelValue | TensorValue {
  return value instanceof LayerValue || value instanceof ModelValue || value instanceof TensorValue;
}

interface Shown {
  readonly span: Span | undefined;
  readonly origin: string;
  readonly line: number;
}

export interface ShownShape {
  readonly shape: Property;
  /** "from `model.build` in line 12" */
  readonly source: string;
}

function argument(args: readonly Argument[], place: number, ...names: readonly string[]): Argument | undefined {
  const named = args.find(({ name }) => name !== undefined && names.includes(name));
  return named ?? args.filter(({ name }) => name === undefined)[place];
}

function given(name: string | undefined, value: Value): Argument {
  return { name, value, span: undefined };
}

/** Keras as a source sees it: layers, models and symbolic tensors. */
export class KerasSession {
  /** In the order in which they came into being. */
  readonly models: ModelValue[] = [];
  /** Shapes that models were shown, without the batch. */
  readonly shapes = new Map<KerasModel, ShownShape>();
  /** Objects of the source's own classes, by what stands for them in sequences. */
  private readonly objects = new Map<Unknown, Instance>();
  /** Objects that are max-plus products; undefined for others that were looked at. */
  private readonly own = new Map<Instance, LayerValue | undefined>();
  /** Models made by functions that nobody calls, whose arguments are not known. */
  readonly symbolic = new Set<ModelValue>();

  /** A function or class of Keras or TensorFlow; undefined for one that makes no part of a network. */
  call(e: Evaluator, { path }: Library, args: readonly Argument[], site: Site): Value {
    const name = path.split('.').at(-1) ?? '';
    const [first] = args;
    if (/^keras\.(?:.*\.)?Input$/.test(path)) return this.input(e, args, site);
    if (/^keras\.(?:.*\.)?Sequential$/.test(path)) return this.sequential(e, args, site);
    if (/^keras\.(?:.*\.)?Model$/.test(path)) return this.functional(e, args, site);
    if (/^keras\.(?:.*\.)?layers\.[A-Z]\w*$/.test(path)) return makeLayer(e, name, args, site);
    const sketched = sketchedCall(path, args);
    if (sketched) return sketched;
    const merge = mergeOf(name);
    if (merge !== undefined) return this.merge(e, merge, args, site);
    if (!(first?.value instanceof TensorValue)) return undefined;
    if (isActivation(name)) {
      const field = { value: name, span: site.calleeSpan, keySpan: undefined };
      return this.apply(e, layerOf(e, 'Activation', new Map([['activation', field]]), site), args.slice(0, 1), site);
    }
    if (/^(?:identity|stop_gradient|cast|convert_to_tensor)$/.test(name)) return first.value;
    return this.doubt(e, new Unknown(`${site.text}()`, site.span), [first.value], site.span);
  }

  private tensor(e: Evaluator, source: TensorSource, span: Span): TensorValue {
    return new TensorValue(e.journal.next(), source, span);
  }

  private doubt(e: Evaluator, why: Unknown, inputs: readonly TensorValue[], span: Span): TensorValue {
    return this.tensor(e, { kind: 'unknown', why, inputs }, span);
  }

  private input(e: Evaluator, args: readonly Argument[], site: Site): TensorValue {
    const name = args.find((each) => each.name === 'name')?.value;
    const batch = args.find((each) => each.name === 'batch_shape');
    const shape = batch ?? argument(args, 0, 'shape');
    const property = shape && { value: plain(e, shape.value), span: shape.span, keySpan: undefined };
    return this.tensor(
      e,
      {
        kind: 'input',
        name: typeof name === 'string' ? name : undefined,
        shape: property,
        shapeField: batch ? 'batch_shape' : 'shape',
      },
      site.span,
    );
  }

  private newModel(e: Evaluator, site: Site, kind: ModelValue['kind'], args: readonly Argument[]): ModelValue {
    const items = new PlainList(e.journal.next(), [], [], undefined);
    const model = new ModelValue(
      e.journal.next(),
      site.span,
      site.calleeSpan,
      items,
      new Dictionary(e.journal.next(), undefined),
    );
    model.kind = kind;
    const name = args.find((each) => each.name === 'name')?.value;
    if (typeof name === 'string') model.givenName = name;
    this.models.push(model);
    return model;
  }

  private sequential(e: Evaluator, args: readonly Argument[], site: Site): ModelValue {
    const model = this.newModel(e, site, 'sequential', args);
    const layers = argument(args, 0, 'layers');
    if (!layers || layers.value === null) return model;
    const { items, doubt } = itemsOf(e, layers.value);
    for (const item of items) this.add(e, model, item, layers.span ?? site.span);
    if (doubt) this.add(e, model, doubt.derive(), doubt.span ?? site.span);
    return model;
  }

  private add(e: Evaluator, model: ModelValue, item: Value, span: Span): void {
    e.step();
    e.journal.touch(model.items);
    if (item instanceof ModelValue) item.nested = true;
    if (item instanceof Instance) item.isHeld = true;
    const { items } = model;
    items.spans.push(isKerasValue(item) || item instanceof Instance ? undefined : span);
    if (item instanceof TensorValue && item.source.kind === 'input') {
      const { shape, shapeField } = item.source;
      const field = shape && ([[shapeField, shape]] as const);
      items.items.push(
        new LayerValue(item.born, {
          className: 'InputLayer',
          config: new Map(field),
          span: item.span,
          calleeSpan: item.span,
        }),
      );
    } else if (item instanceof LayerValue || item instanceof ModelValue || item instanceof Unknown)
      items.items.push(item);
    else {
      const place = new Unknown('a layer', span);
      if (item instanceof Instance) this.objects.set(place, item);
      items.items.push(place);
    }
  }

  /** Applies the layers of a sequence that holds objects of the source's own classes; undefined for another one. */
  private applyEach(e: Evaluator, model: ModelValue, input: TensorValue, site: Site): Value {
    const { items } = model.items;
    if (!items.some((item) => item instanceof Unknown && this.objects.has(item))) return undefined;
    let current: Value = input;
    for (const item of items) {
      const object = item instanceof Unknown ? (this.objects.get(item) ?? item) : item;
      if (object instanceof LayerValue && object.className === 'InputLayer') continue;
      const args = [given(undefined, current)];
      if (object instanceof Instance) current = this.applyObject(e, object, args, site);
      else if (isKerasItem(object)) current = this.apply(e, object, args, site);
      else current = new Unknown('a layer', site.span);
    }
    return current;
  }

  /** A model of the functional interface for one whose layers have to be followed. */
  followed(e: Evaluator, model: KerasModel, input: TensorValue, site: Site): ModelValue | undefined {
    const args = [given(undefined, input)];
    const value =
      model instanceof Instance ? this.applyObject(e, model, args, site) : this.applyEach(e, model, input, site);
    if (value === undefined) return undefined;
    const items = new PlainList(e.journal.next(), [], [], undefined);
    const made = new ModelValue(
      e.journal.next(),
      site.span,
      site.calleeSpan,
      items,
      new Dictionary(e.journal.next(), undefined),
    );
    made.kind = 'functional';
    made.inputs = [input];
    made.outputs = this.tensorsOf(e, value, made);
    return made;
  }

  private functional(e: Evaluator, args: readonly Argument[], site: Site): ModelValue {
    const model = this.newModel(e, site, 'functional', args);
    model.inputs = this.tensorsOf(e, argument(args, 0, 'inputs', 'input')?.value, model);
    model.outputs = this.tensorsOf(e, argument(args, 1, 'outputs', 'output')?.value, model);
    return model;
  }

  /** The tensors of one value; what is not known among them is what the model lacks. */
  private tensorsOf(e: Evaluator, value: Value, model: ModelValue): TensorValue[] {
    if (value instanceof TensorValue) return [value];
    const items = value instanceof Dict ? [...value.entries.values()].map(([, item]) => item) : undefined;
    const several = items ?? (value instanceof List || value instanceof Tuple ? value.items : [value]);
    e.step(several.length);
    return several.flatMap((item) => {
      if (item instanceof TensorValue) return [item];
      model.missing ??= item instanceof Unknown ? item : new Unknown('a tensor', model.span);
      return item instanceof Unknown ? [this.doubt(e, item, [], item.span ?? model.span)] : [];
    });
  }

  private merge(e: Evaluator, className: string, args: readonly Argument[], site: Site): Value {
    const [first, second] = args;
    const isPair = first?.value instanceof TensorValue && second?.value instanceof TensorValue;
    const list = isPair ? e.list([first.value, second.value]) : first?.value;
    const fields = args.filter(({ name }) => name === 'axis' || name === 'name');
    const axis = isPair || className !== 'Concatenate' ? undefined : argument(args, 1, 'axis');
    const all = axis && !fields.includes(axis) ? [...fields, { ...axis, name: 'axis' }] : fields;
    const { items } = itemsOf(e, list);
    if (!items.some((item) => item instanceof TensorValue)) return undefined;
    return this.apply(e, makeLayer(e, className, all, site), [given(undefined, list)], site);
  }

  /** Applies a layer or a model to one tensor or several. */
  apply(e: Evaluator, to: LayerValue | ModelValue, args: readonly Argument[], site: Site): Value {
    e.step(5);
    const value = argument(args, 0, 'inputs', 'x')?.value;
    if (value instanceof DataTensor && to instanceof ModelValue) this.show(e, to, value.shape.slice(1), value);
    const several = value instanceof List || value instanceof Tuple ? value.items : [value];
    const inputs = several.flatMap((item) => {
      if (item instanceof TensorValue) return [item];
      return item instanceof Unknown && several.length > 1 ? [this.doubt(e, item, [], site.span)] : [];
    });
    if (inputs.length === 0 || inputs.length < several.length) return new Unknown(site.text, site.span, true);
    if (to instanceof ModelValue) {
      to.nested = true;
      const followed = this.applyEach(e, to, inputs[0], site);
      if (followed !== undefined) return followed;
      const count = to.kind === 'functional' ? Math.max(1, to.outputs.length) : 1;
      const made = Array.from({ length: count }, (_none, output) =>
        this.tensor(e, { kind: 'applied', to, inputs, output }, site.span),
      );
      return made.length === 1 ? made[0] : e.list(made);
    }
    const made = this.tensor(e, { kind: 'applied', to, inputs, output: 0 }, site.span);
    to.output ??= made;
    return made;
  }

  /** Calls an object of a class that extends a layer or a model. */
  applyObject(e: Evaluator, object: Instance, args: readonly Argument[], site: Site): Value {
    const [first] = args;
    if (first?.value instanceof DataTensor) this.show(e, object, first.value.shape.slice(1), first.value);
    const call = callOf(object);
    if (!call) return new Unknown(site.text, site.span, true);
    const own = first?.value instanceof TensorValue ? this.ownLayer(e, object, call) : undefined;
    if (own) return this.apply(e, own, args, site);
    if (!(first?.value instanceof DataTensor)) return e.call(new BoundMethod(call, object), settled(call, args), site);
    return new Unknown(`${site.text}()`, site.span, true);
  }

  /** A max-plus product for a layer that computes one. */
  private ownLayer(e: Evaluator, object: Instance, call: FunctionValue): LayerValue | undefined {
    const { node, scope } = call;
    const code = scope.frame.module.text.slice(node.start, node.end);
    if (!/Layer$/.test(object.library ?? '') || !mayBeProduct(code)) return undefined;
    if (this.own.has(object)) return this.own.get(object);
    const build = object.cls?.attribute('build');
    const { site } = object;
    const own = ownOperationIn(e, (input) => {
      const shape = given(undefined, e.tuple(input.shape));
      if (build instanceof FunctionValue) e.call(new BoundMethod(build, object), [shape], site);
      return e.call(new BoundMethod(call, object), settled(call, [given(undefined, input)]), site);
    });
    const { span, calleeSpan } = site;
    const parts = { className: object.cls?.name ?? '', config: new Map(), span, calleeSpan, own };
    const layer = own && new LayerValue(e.journal.next(), parts);
    this.own.set(object, layer);
    return layer;
  }

  private show(e: Evaluator, model: KerasModel, shape: readonly Value[], { span, origin, line }: Shown): void {
    if (this.shapes.has(model)) return;
    const source = `from \`${origin}\` in line ${line}`;
    this.shapes.set(model, { shape: { value: plain(e, e.tuple(shape)), span, keySpan: undefined }, source });
  }

  /** An operator between tensors, or between a tensor and something else. */
  operate(e: Evaluator, operator: string, left: Value, right: Value, site: Site): Value {
    const tensors = [left, right].filter((value) => value instanceof TensorValue);
    const names: Readonly<Record<string, string>> = { '+': 'Add', '-': 'Subtract', '*': 'Multiply' };
    if (tensors.length === 2 && Object.hasOwn(names, operator))
      return this.apply(e, layerOf(e, names[operator], new Map(), site), [given(undefined, e.list(tensors))], site);
    const other = numeric(left) ?? numeric(right);
    const factor =
      operator === '*' ? other : operator === '/' && numeric(right) ? 1 / (numeric(right) ?? 1) : undefined;
    if (tensors.length === 1 && factor !== undefined) {
      const scale = { value: factor, span: undefined, keySpan: undefined };
      return this.apply(
        e,
        layerOf(e, 'Rescaling', new Map([['scale', scale]]), site),
        [given(undefined, tensors[0])],
        site,
      );
    }
    return this.doubt(e, new Unknown(site.text, site.span), tensors, site.span);
  }

  member(e: Evaluator, object: LayerValue | ModelValue | TensorValue, name: string, site: Site): Value {
    if (object instanceof ModelValue) {
      if (modelMethods.has(name)) return new Native(`keras.model.${name}`, object);
      if (name === 'name' && object.givenName !== undefined) return object.givenName;
      if (name === 'inputs' || name === 'outputs') return e.list(object[name]);
      if (name === 'input' || name === 'output')
        return object[`${name}s` as const][0] ?? new Unknown(site.text, site.span, true);
      if (name === 'layers') return e.list(object.items.items.filter(isKerasItem), object.items.doubt);
    }
    if (object instanceof LayerValue && name === 'output' && object.output) return object.output;
    return new Unknown(site.text, site.span, true);
  }

  callMethod(e: Evaluator, { name, self }: Native, args: readonly Argument[], site: Site): Value {
    if (!(self instanceof ModelValue)) return undefined;
    switch (name.slice(name.lastIndexOf('.') + 1)) {
      case 'add': {
        const layer = argument(args, 0, 'layer');
        if (layer) this.add(e, self, layer.value, layer.span ?? site.span);
        return null;
      }
      case 'pop':
        e.journal.touch(self.items);
        self.items.items.pop();
        self.items.spans.pop();
        return null;
      case 'call':
      case '__call__':
        return this.apply(e, self, args, site);
      case 'build':
        this.build(e, self, args, site);
        return null;
      default:
        return null;
    }
  }

  /** `model.build((None, 28, 28, 1))` */
  build(e: Evaluator, model: KerasModel, args: readonly Argument[], site: Site): void {
    const shape = argument(args, 0, 'input_shape');
    if (!(shape?.value instanceof Tuple || shape?.value instanceof List)) return;
    this.show(e, model, shape.value.items.slice(1), { span: shape.span, origin: site.text, line: site.line });
  }
}

function isKerasItem(item: unknown): item is LayerValue | ModelValue {
  return item instanceof LayerValue || item instanceof ModelValue;
}

const modelMethods = new Set(['add', 'pop', 'call', '__call__', 'build', 'compile', 'summary']);

/** The method `call` of an object's class. */
export function callOf(object: Instance): FunctionValue | undefined {
  const found = object.cls?.attribute('call');
  return found instanceof FunctionValue ? found : undefined;
}

/** With `training` and `mask` as they are at inference where they have no default. */
function settled(call: FunctionValue, args: readonly Argument[]): Argument[] {
  const open = call.node.params.filter(({ name, stars }, i) => {
    const isGiven = args.some((each) => each.name === name) || args.filter((each) => !each.name).length >= i;
    return stars === 0 && !isGiven && !call.fallbacks.has(name);
  });
  const known = open.flatMap(({ name }) =>
    name === 'training' ? [given(name, false)] : name === 'mask' ? [given(name, null)] : [],
  );
  return [...args, ...known];
}
