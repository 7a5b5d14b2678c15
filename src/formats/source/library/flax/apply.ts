import { Refusal } from '../../../graph/writer.ts';
import { Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from '../../python/evaluation/evaluator.ts';
import { BoundMethod, FunctionValue, List, numeric, Tuple } from '../../python/evaluation/values.ts';
import type { Argument, Site, Value, Instance } from '../../python/evaluation/values.ts';
import { Fields } from '../torch/fields.ts';
import { DataTensor, Tensor } from '../torch/tensor.ts';
import { callTensorFunction } from '../torch/tensorCalls.ts';
import { STEPS_OF_LAYER } from '../torch/trace.ts';
import type { Trace } from '../torch/trace.ts';
import { moduleKind } from '../torch/modules.ts';
import { isFlaxModule } from './classes.ts';
import { applyFlaxLayer, flaxPlaces, poolFlax } from './layers.ts';

/** Calls a layer of Flax in a forward pass. */
export function applyFlax(e: Evaluator, object: Instance, args: readonly Argument[], site: Site): Value {
  const { trace } = e.torch;
  const kind = moduleKind(object) ?? '';
  if (!trace) return new Unknown(site.text, site.span, true);
  if (kind.endsWith('.Sequential')) return applySequence(e, object, args, site);
  const [first] = args;
  const x = first?.value;
  if (!(x instanceof Tensor)) return x instanceof Unknown ? x.derive() : new Unknown(site.text, site.span, true);
  e.step(STEPS_OF_LAYER);
  const fields = new Fields(kind, object.config ?? []);
  const given = object.config?.find(({ name }) => name === 'name')?.value;
  const node = trace.numberedNode(object, kind.replace(/^\w+\./, ''), typeof given === 'string' ? given : undefined);
  const places = { name: object.site.calleeSpan, ...flaxPlaces(fields) };
  const value = trace.perform(node, [x.value], places, () => {
    const made = applyFlaxLayer({ trace, node, x: x.value, fields, owner: `#${object.born}` });
    if (made) return made;
    throw new Refusal(`The layer ${kind} is not analyzed.`);
  });
  return e.torch.tensor(e, value);
}

/** Layers and functions one after another: `nnx.Sequential(a, nnx.relu, b)`, `nn.Sequential([a, nn.relu, b])`. */
function applySequence(e: Evaluator, object: Instance, args: readonly Argument[], site: Site): Value {
  const given = (object.config ?? []).map(({ value }) => value);
  const [first] = given;
  const listed = first instanceof List || first instanceof Tuple ? first.items : given;
  let current = args;
  for (const item of listed) {
    const value = e.call(item, current, site);
    current = [{ name: undefined, value, span: undefined }];
  }
  return current[0]?.value;
}

/** What functions of JAX and Flax are called in PyTorch, where the names differ. */
const torchNames: Readonly<Record<string, string>> = {
  hard_tanh: 'hardtanh',
  hard_sigmoid: 'hardsigmoid',
  hard_swish: 'hardswish',
  hard_silu: 'hardswish',
  swish: 'silu',
  soft_sign: 'softsign',
  log_sigmoid: 'logsigmoid',
  concat: 'concatenate',
  clip: 'clamp',
  max: 'amax',
  min: 'amin',
  expand_dims: 'unsqueeze',
  absolute: 'abs',
  ravel: 'flatten',
  array: 'contiguous',
  asarray: 'contiguous',
};

/** `nn.relu(x)`, `nnx.max_pool(x, (2, 2))`, `jnp.concatenate([a, b], axis=-1)` */
export function callFlaxFunction(e: Evaluator, path: string, args: readonly Argument[], site: Site): Value {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const { trace } = e.torch;
  const called = Object.hasOwn(torchNames, name) ? torchNames[name] : name;
  // What `partial` fixed stands before the tensor.
  const x = args.map(({ value }) => value).find((value) => value instanceof Tensor);
  if (!trace || !x || args[0].value instanceof List || name === 'where')
    return callTensorFunction(e, called, args, site);
  const rest = args.filter(({ value }) => value !== x);
  if (name === 'max_pool' || name === 'avg_pool') return pooled(e, trace, name, x, rest, site);
  const self = { name: undefined, value: x, span: undefined };
  if (called === 'contiguous') return callTensorFunction(e, called, [self], site);
  const end = called === 'maximum' ? 'min' : called === 'minimum' ? 'max' : undefined;
  if (end !== undefined && rest.length === 1 && numeric(rest[0].value) !== undefined)
    return callTensorFunction(e, 'clamp', [self, { ...rest[0], name: end }], site);
  return callTensorFunction(e, called, [self, ...rest], site);
}

function pooled(
  e: Evaluator,
  trace: Trace,
  name: 'max_pool' | 'avg_pool',
  x: Tensor,
  args: readonly Argument[],
  site: Site,
): Tensor {
  e.step(STEPS_OF_LAYER);
  const fields = new Fields(name, args);
  const node = trace.functionNode(name, site);
  const kind = name === 'max_pool' ? 'maxPooling' : 'averagePooling';
  const value = trace.perform(node, [x.value], flaxPlaces(fields), () =>
    poolFlax({ trace, node, x: x.value, fields, owner: '' }, kind),
  );
  return e.torch.tensor(e, value);
}

/** `model.init(key, x)`, `model.apply(params, x)`: what the network is given. */
export function callFlaxMethod(e: Evaluator, object: Instance, args: readonly Argument[], site: Site): Value {
  const data = args.map(({ value }) => value).filter((value) => value instanceof DataTensor);
  if (data.length > 0) {
    const [{ origin, line, span }] = data;
    e.torch.observe(e, object, { shapes: data.map(({ shape }) => shape.slice(1)), origin, line, span });
  }
  return new Unknown(site.text, site.span, true);
}

/** Runs `setup`, which gives a module of linen its layers. */
export function setUp(e: Evaluator, object: Instance, site: Site): void {
  const setup = object.cls?.attribute('setup');
  if (setup instanceof FunctionValue) e.call(new BoundMethod(setup, object), [], site);
}

/** Parameters of `__call__` that say whether the network is trained: it is analyzed as it is at evaluation. */
const modes: Readonly<Record<string, boolean>> = {
  train: false,
  training: false,
  is_training: false,
  deterministic: true,
  use_running_average: true,
};

export function isMode(name: string): boolean {
  return Object.hasOwn(modes, name);
}

/** What a forward pass at evaluation gives these parameters. */
export function modeArguments(object: Instance, names: readonly string[]): Argument[] {
  if (!isFlaxModule(object)) return [];
  return names.filter(isMode).map((name) => ({ name, value: modes[name], span: undefined }));
}
