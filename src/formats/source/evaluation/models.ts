import type { Argument, Evaluation, Site } from './evaluation.ts';
import { atTheEnd } from './forget.ts';
import { camelCase, classNameOf, snakeCase } from './layerNames.ts';
import { bytesOf, Dictionary, LayerValue, List, ModelValue, Native, TensorValue, Unknown } from './values.ts';
import type { Property, Value } from './values.ts';

/** A model that `site` makes, empty as yet. */
export function newModel(e: Evaluation, site: Site, kind: ModelValue['kind']): ModelValue {
  const model = new ModelValue(e.journal.next(), site.span, site.calleeSpan, e.list([]), e.dictionary());
  model.kind = kind;
  const { functionName, functionSpan } = site.scope.frame;
  if (functionName !== undefined) model.maker = { name: functionName, span: functionSpan };
  e.changed(model);
  return model;
}

/** Fills in a new model from what its constructor is given: `{ layers, name }` or `{ inputs, outputs, name }`. */
export function becomeModel(e: Evaluation, model: ModelValue, argument: Argument | undefined): void {
  const config = argument?.value;
  if (config instanceof Unknown) {
    if (model.kind === 'functional') model.missing = config.derive();
    else if (!config.mayBeAbsent) push(e, model, config.derive(), argument?.span);
    return;
  }
  if (!(config instanceof Dictionary)) {
    if (model.kind === 'functional') model.missing = new Unknown('inputs', argument?.span);
    return;
  }
  const name = config.get('name');
  if (typeof name === 'string') model.givenName = name;
  if (model.kind === 'sequential') {
    const layers = config.get('layers');
    if (layers instanceof List) layers.items.forEach((item, i) => push(e, model, item, layers.spans[i]));
    else if (layers instanceof Unknown) push(e, model, layers.derive(), layers.span);
    return;
  }
  model.inputs = tensorsOf(e, config.properties.get('inputs'), model);
  model.outputs = tensorsOf(e, config.properties.get('outputs'), model);
}

/** The tensors in a field that holds one, a list or an object of them. */
function tensorsOf(e: Evaluation, property: Property | undefined, model: ModelValue): TensorValue[] {
  const value = property?.value;
  if (value instanceof TensorValue) return [value];
  const several =
    value instanceof Dictionary
      ? [...value.properties.values()].map((entry) => entry.value)
      : value instanceof List
        ? value.items
        : [value];
  e.step(several.length);
  return several.flatMap((item) => {
    const tensor = asTensor(e, item, model.span);
    if (!(item instanceof TensorValue))
      model.missing ??= item instanceof Unknown ? item : new Unknown('a tensor', property?.span);
    return tensor ? [tensor] : [];
  });
}

function asTensor(e: Evaluation, value: Value, span: TensorValue['span']): TensorValue | undefined {
  if (value instanceof TensorValue) return value;
  if (value instanceof Unknown)
    return new TensorValue(e.journal.next(), { kind: 'unknown', why: value, inputs: [] }, value.span ?? span);
  return undefined;
}

function push(e: Evaluation, model: ModelValue, item: Value, span: Argument['span']): void {
  const { items } = model;
  e.step();
  e.journal.touch(items, atTheEnd);
  e.changed(model);
  if (item instanceof ModelValue) item.nested = true;
  const known = item instanceof LayerValue || item instanceof ModelValue;
  items.items.push(known ? item : item instanceof Unknown ? item : new Unknown('a layer', span));
  items.spans.push(span);
}

/** `model.add(layer)` */
export function addLayer(e: Evaluation, model: ModelValue, argument: Argument | undefined): void {
  if (argument) push(e, model, argument.value, argument.span);
}

export function popLayer(e: Evaluation, model: ModelValue): void {
  e.journal.touch(model.items);
  model.items.items.pop();
  model.items.spans.pop();
}

/** `tf.layers.<member>(config)` */
export function makeLayer(e: Evaluation, member: string, args: readonly Argument[], site: Site): LayerValue {
  const config = new Map<string, Property>();
  const given = args[0]?.value;
  if (given instanceof Dictionary) {
    // Keys are also rewritten.
    e.meter.hold(2 * given.properties.size * bytesOf.property);
    for (const [key, property] of given.properties) config.set(snakeCase(key), property);
    const doubt = given.doubt;
    if (doubt) config.set('…', { value: doubt, span: given.span, keySpan: undefined });
  } else if (given instanceof Unknown && !given.mayBeAbsent) {
    config.set('…', { value: given, span: args[0].span, keySpan: undefined });
  }
  supplyShape(e, config, site);
  return new LayerValue(e.journal.next(), {
    className: classNameOf(member),
    config,
    span: site.span,
    calleeSpan: site.calleeSpan,
  });
}

/** A directive may give the input's shape, which layers need not state. */
function supplyShape(e: Evaluation, config: Map<string, Property>, site: Site): void {
  if (config.has('input_shape') || config.has('batch_input_shape')) return;
  const { directives } = site.scope.frame.module;
  if (directives.isEmpty) return;
  const value = directives.find([site.line, site.scope.frame.line], ['inputShape', 'input_shape']);
  if (value === undefined) return;
  config.set('input_shape', { value: e.fromDirective(value), span: undefined, keySpan: undefined });
}

/** Applies a layer or a model to one tensor or several: the tensor (or list of tensors) that this gives. */
export function applyTo(e: Evaluation, to: LayerValue | ModelValue, argument: Argument | undefined, site: Site): Value {
  const value = argument?.value;
  const several = value instanceof List ? value.items : [value];
  e.meter.hold(several.length * bytesOf.item);
  const inputs = several.flatMap((item) => asTensor(e, item, site.span) ?? []);
  if (value instanceof List && value.doubt && inputs.length === several.length) {
    inputs.push(new TensorValue(e.journal.next(), { kind: 'unknown', why: value.doubt, inputs: [] }, site.span));
  }
  if (inputs.length < several.length || inputs.length === 0) return new Unknown(site.text, site.span);
  if (to instanceof ModelValue) to.nested = true;
  const outputs =
    to instanceof ModelValue ? (to.kind === 'functional' ? Math.max(1, to.outputs.length) : 1) : outputsOf(to);
  const tensors = Array.from({ length: outputs }, (_none, output) => {
    return new TensorValue(e.journal.next(), { kind: 'applied', to, inputs, output }, site.span);
  });
  if (to instanceof LayerValue) to.output ??= tensors[0];
  return tensors.length === 1 ? tensors[0] : e.list(tensors);
}

/** Recurrent layers also return their state if `return_state` is set. */
function outputsOf(layer: LayerValue): number {
  if (layer.config.get('return_state')?.value !== true) return 1;
  return layer.className === 'LSTM' ? 3 : 2;
}

/** `tf.input({ shape })` */
export function makeInput(e: Evaluation, args: readonly Argument[], site: Site): TensorValue {
  const config = args[0]?.value instanceof Dictionary ? args[0].value : undefined;
  const name = config?.get('name');
  const field = ['shape', 'batchShape', 'batchInputShape', 'inputShape'].find((key) => config?.properties.has(key));
  const unknown =
    args[0]?.value instanceof Unknown ? { value: args[0].value, span: args[0].span, keySpan: undefined } : undefined;
  return new TensorValue(
    e.journal.next(),
    {
      kind: 'input',
      name: typeof name === 'string' ? name : undefined,
      shape: field === undefined ? unknown : config?.properties.get(field),
      shapeField: snakeCase(field ?? 'shape'),
    },
    site.span,
  );
}

/** The first and last tensor of a model, which the functional interface starts from. */
function modelEnds(e: Evaluation, model: ModelValue): { input: TensorValue; output: TensorValue } | undefined {
  if (model.kind === 'functional') {
    const [input] = model.inputs;
    const [output] = model.outputs;
    return input && output ? { input, output } : undefined;
  }
  const { items } = model.items;
  if (model.ends?.length === items.length) return model.ends;
  const [first] = items;
  e.step(items.length);
  if (!(first instanceof LayerValue || first instanceof ModelValue)) return undefined;
  const inner = first instanceof ModelValue ? modelEnds(e, first) : undefined;
  const source = inner?.input.source;
  const property = first instanceof LayerValue ? inputShapeOf(first) : source?.kind === 'input' ? source : undefined;
  const input = new TensorValue(
    e.journal.next(),
    { kind: 'input', name: undefined, shape: property?.shape, shapeField: property?.shapeField ?? 'shape' },
    property?.shape?.span ?? first.span,
  );
  let output = input;
  for (const item of items) {
    if (item instanceof LayerValue && item.className === 'InputLayer') continue;
    const applied = item instanceof LayerValue || item instanceof ModelValue;
    const next = applied
      ? ({ kind: 'applied', to: item, inputs: [output], output: 0 } as const)
      : { kind: 'unknown' as const, why: new Unknown('a layer', undefined), inputs: [output] };
    output = new TensorValue(e.journal.next(), next, applied ? item.span : model.span);
    if (item instanceof LayerValue) item.output ??= output;
  }
  model.ends = { length: items.length, input, output };
  return model.ends;
}

/** The field of a first layer that gives the shape of the network's input. */
export function inputShapeOf(layer: LayerValue): { shape: Property; shapeField: string } | undefined {
  for (const shapeField of ['input_shape', 'batch_input_shape', 'shape', 'batch_shape']) {
    const shape = layer.config.get(shapeField);
    if (shape) return { shape, shapeField };
  }
  const size = layer.className === 'Dense' ? layer.config.get('input_dim') : undefined;
  return size && { shape: size, shapeField: 'input_dim' };
}

const modelMethods = new Set([
  'add',
  'apply',
  'pop',
  'getLayer',
  'compile',
  'fit',
  'summary',
  'call',
  'then',
  'makeLayers',
]);

export function modelMember(e: Evaluation, model: ModelValue, key: string): Value {
  if (modelMethods.has(key)) return new Native(`Model.${key}`, model);
  switch (key) {
    case 'layers':
      return model.kind === 'sequential' ? model.items : layersOf(e, model);
    case 'name':
      return model.givenName ?? new Unknown('name', undefined);
    case 'inputs':
    case 'outputs':
    case 'input':
    case 'output': {
      const ends = modelEnds(e, model);
      if (!ends) return new Unknown(key, undefined);
      const all = key.startsWith('input') ? model.inputs : model.outputs;
      if (key.endsWith('s'))
        return e.list(model.kind === 'functional' ? all : [key === 'inputs' ? ends.input : ends.output]);
      return key === 'input' ? ends.input : ends.output;
    }
    default:
      return new Unknown(`model.${key}`, undefined);
  }
}

/** The layers of a functional model in the order in which they were applied. */
function layersOf(e: Evaluation, model: ModelValue): List {
  const seen = new Set<TensorValue>();
  const pending = [...model.outputs];
  for (let tensor = pending.pop(); tensor; tensor = pending.pop()) {
    if (seen.has(tensor)) continue;
    e.step();
    seen.add(tensor);
    if (tensor.source.kind !== 'input') for (const input of tensor.source.inputs) pending.push(input);
  }
  const layers = [...seen]
    .sort((a, b) => a.born - b.born)
    .flatMap(({ source }) => (source.kind === 'applied' ? [source.to] : []));
  return e.list([...new Set(layers)]);
}

/** `model.getLayer('name')` or `model.getLayer(undefined, index)` */
export function getLayer(e: Evaluation, model: ModelValue, args: readonly Argument[], site: Site): Value {
  modelEnds(e, model);
  const layers = model.kind === 'sequential' ? model.items.items : layersOf(e, model).items;
  const [key, index] = args.map((argument) => argument.value);
  const at = typeof key === 'number' ? key : index;
  e.meter.read(layers.length * bytesOf.property);
  if (typeof at === 'number') return layers[at] ?? new Unknown(site.text, site.span);
  const named = layers.find(
    (layer) => layer instanceof LayerValue && typeof key === 'string' && layer.config.get('name')?.value === key,
  );
  return named ?? new Unknown(site.text, site.span);
}

export function layerMember(layer: LayerValue, key: string, site: Site): Value {
  if (key === 'apply' || key === 'then') return new Native(`Layer.${key}`, layer);
  if (key === 'output') return layer.output ?? new Unknown(site.text, site.span);
  if (key === 'input') {
    const source = layer.output?.source;
    return source?.kind === 'applied' ? source.inputs[0] : new Unknown(site.text, site.span);
  }
  const field = layer.config.get(snakeCase(key));
  return field && camelCase(snakeCase(key)) === key ? field.value : new Unknown(site.text, site.span);
}

export function tensorMember(e: Evaluation, tensor: TensorValue, key: string, site: Site): Value {
  if (key === 'then') return new Native('Object.then', tensor);
  const shape = key === 'shape' ? e.shapeOf(tensor) : undefined;
  if (shape) return e.list([null, ...shape]);
  return new Unknown(site.text, site.span);
}
