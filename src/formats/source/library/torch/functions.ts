import { concatenate, merge, minimum, notPiecewiseLinear } from '../../../graph/operators/joins.ts';
import { clipped } from '../../../graph/operators/pointwise.ts';
import { fileShape } from '../../../graph/axes.ts';
import { squeeze, unsqueeze } from '../../../graph/operators/reshaping.ts';
import { reduceAxes } from '../../../graph/operators/reducing.ts';
import type { Reduction } from '../../../graph/operators/reducing.ts';
import { isDivisible, places, take } from '../../../graph/operators/selecting.ts';
import type { GraphNode } from '../../../graph/node.ts';
import type { Shape } from '../../../../network/shape.ts';
import { Refusal } from '../../../graph/writer.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import { List, numeric, Tuple } from '../../python/evaluation/values.ts';
import type { Argument, Value } from '../../python/evaluation/values.ts';
import { absolute } from './activations.ts';
import { Fields } from './fields.ts';
import { applyLayer } from './layers.ts';
import { padSides } from './pooling.ts';
import { axesOf, flattenRange, permuted, swapped, view } from './shapes.ts';
import type { Trace } from './trace.ts';

/** A function of a tensor, or a method of one: what it is given besides that tensor. */
export interface FunctionCall {
  readonly trace: Trace;
  readonly node: GraphNode;
  readonly x: TensorValue;
  readonly args: readonly Argument[];
}

type FunctionBody = (call: FunctionCall) => TensorValue;

/** Functions that do what a layer of `torch.nn` does, with the same parameters. */
const asLayers: Readonly<Record<string, string>> = {
  relu: 'ReLU',
  relu6: 'ReLU6',
  leaky_relu: 'LeakyReLU',
  rrelu: 'RReLU',
  hardtanh: 'Hardtanh',
  hardsigmoid: 'Hardsigmoid',
  softshrink: 'Softshrink',
  hardshrink: 'Hardshrink',
  threshold: 'Threshold',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  softmax: 'Softmax',
  softmin: 'Softmin',
  log_softmax: 'LogSoftmax',
  gelu: 'GELU',
  silu: 'SiLU',
  mish: 'Mish',
  elu: 'ELU',
  selu: 'SELU',
  celu: 'CELU',
  softplus: 'Softplus',
  softsign: 'Softsign',
  tanhshrink: 'Tanhshrink',
  hardswish: 'Hardswish',
  logsigmoid: 'LogSigmoid',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  rsqrt: 'Rsqrt',
  sin: 'Sin',
  cos: 'Cos',
  erf: 'Erf',
  square: 'Square',
  glu: 'GLU',
  max_pool1d: 'MaxPool1d',
  max_pool2d: 'MaxPool2d',
  max_pool3d: 'MaxPool3d',
  avg_pool1d: 'AvgPool1d',
  avg_pool2d: 'AvgPool2d',
  avg_pool3d: 'AvgPool3d',
  adaptive_avg_pool1d: 'AdaptiveAvgPool1d',
  adaptive_avg_pool2d: 'AdaptiveAvgPool2d',
  adaptive_max_pool1d: 'AdaptiveMaxPool1d',
  adaptive_max_pool2d: 'AdaptiveMaxPool2d',
  alpha_dropout: 'AlphaDropout',
  dropout2d: 'Dropout2d',
  dropout1d: 'Dropout1d',
  interpolate: 'Upsample',
  upsample: 'Upsample',
  pixel_shuffle: 'PixelShuffle',
  pixel_unshuffle: 'PixelUnshuffle',
  channel_shuffle: 'ChannelShuffle',
  unflatten: 'Unflatten',
  local_response_norm: 'LocalResponseNorm',
};

function given({ args }: FunctionCall, place: number, ...names: readonly string[]): Value {
  const named = args.find(({ name }) => name !== undefined && names.includes(name));
  return named ? named.value : args.filter(({ name }) => name === undefined)[place]?.value;
}

/** Whole numbers given one by one or as a tuple. */
function numbersFrom(call: FunctionCall, name: string): readonly Value[] {
  const named = call.args.find((argument) => argument.name === name)?.value;
  const positional = call.args.filter((argument) => argument.name === undefined).map(({ value }) => value);
  const [first] = positional;
  const listed = named ?? (positional.length === 1 ? first : undefined);
  if (listed instanceof Tuple || listed instanceof List) return listed.items;
  return named === undefined ? positional : [named];
}

function whole(value: Value, what: string): number {
  if (typeof value === 'number') return value;
  throw new Refusal(`${what} is not known here.`);
}

function axesGiven(call: FunctionCall): number[] {
  const value = given(call, 0, 'dim', 'axis');
  const items = value instanceof Tuple || value instanceof List ? value.items : [value];
  return items.map((item) => whole(item, 'An axis'));
}

/** The mean, the sum or an extremum along axes. */
const reduction =
  (kind: Reduction): FunctionBody =>
  (call) => {
    const { trace, node, x } = call;
    if (given(call, 0, 'dim', 'axis') === undefined)
      throw new Refusal(`${node.op} over the whole batch is not analyzed.`);
    const keeps = given(call, 1, 'keepdim', 'keepdims') === true;
    return reduceAxes(trace.writer, node, x, axesGiven(call), keeps, kind);
  };

function clamp(call: FunctionCall): TensorValue {
  const end = (place: number, name: string, fallback: number) => {
    const value = given(call, place, name);
    if (value === undefined || value === null) return fallback;
    const number = numeric(value);
    if (number === undefined) throw new Refusal('What this clips to is not known.');
    return number;
  };
  const { trace, node, x } = call;
  return trace.activate(node, x, clipped(end(0, 'min', -Infinity), end(1, 'max', Infinity)));
}

function pad(call: FunctionCall): TensorValue {
  const { trace, node, x } = call;
  const name = given(call, 1, 'mode') ?? 'constant';
  const value = numeric(given(call, 2, 'value') ?? 0);
  const mode = name === 'reflect' || name === 'replicate' || name === 'circular' ? name : undefined;
  if (mode === undefined && (name !== 'constant' || value === undefined))
    throw new Refusal('With what this pads is not known.');
  const sides = given(call, 0, 'pad');
  if (!(sides instanceof Tuple || sides instanceof List)) throw new Refusal('How far this pads is not known.');
  return padSides(trace, node, x, sides.items, mode ?? { constant: value ?? 0 });
}

function dropout(call: FunctionCall): TensorValue {
  const { trace, node, x } = call;
  const training = given(call, 1, 'training');
  if (training === undefined) {
    const message =
      'This drops numbers at evaluation as well, for training is not given. It is read as what it is on average.';
    trace.writer.report('approximation', 'information', message, node.opSpan);
  }
  return trace.emit(node, x, 'dropout', { kind: 'identity' });
}

/** Takes places of the axis that the first argument names. */
const taking =
  (which: (call: FunctionCall, extent: number) => readonly number[] | undefined): FunctionBody =>
  (call) => {
    const { trace, node, x } = call;
    const [axis] = axesOf(x, [whole(given(call, 0, 'dim', 'axis'), 'An axis')]);
    const extent = fileShape(x)?.[axis - 1];
    if (extent === undefined || !isDivisible(extent)) throw new Refusal('Parts of this tensor are not known.');
    const taken = which(call, extent);
    if (!taken) throw new Refusal('Which places this takes is not known.');
    return take(trace.writer, node, x, axis, taken);
  };

const narrow = taking((call, extent) => {
  const start = whole(given(call, 1, 'start'), 'Where this part starts');
  const from = start < 0 ? start + extent : start;
  return places(from, from + whole(given(call, 2, 'length'), 'How long this part is'));
});

const indexSelect = taking((call, extent) => {
  const index = given(call, 1, 'index');
  const items = index instanceof Tuple || index instanceof List ? index.items : undefined;
  return items?.map((item) => whole(item, 'A place')).map((place) => (place < 0 ? place + extent : place));
});

/** One place of an axis, which is gone then. */
const selectOne: FunctionBody = (call) => {
  const part = taking((_call, extent) => {
    const place = whole(given(call, 1, 'index'), 'The place');
    return [place < 0 ? place + extent : place];
  })(call);
  return squeeze(call.trace.writer, call.node, part, axesOf(part, axesGiven(call)));
};

/** Repeats axes of one place, to extents with the batch; -1 keeps one. */
const expand: FunctionBody = (call) => {
  const { trace, node, x } = call;
  const shape = fileShape(x);
  const [, ...wanted] = numbersFrom(call, 'size');
  if (!shape) throw new Refusal('A tensor of unknown shape is expanded here.');
  if (wanted.length !== shape.length) throw new Refusal('Axes are added here, which is not analyzed.');
  return expandedTo(
    trace,
    node,
    x,
    wanted.map((extent, axis) => (extent === -1 ? shape[axis] : whole(extent, 'An extent'))),
  );
};

/** Copies of a tensor behind each other along its axes. */
const repeat: FunctionBody = (call) => {
  const shape = fileShape(call.x);
  const [batch, ...counts] = numbersFrom(call, call.node.op === 'tile' ? 'dims' : 'repeats');
  if (!shape) throw new Refusal('A tensor of unknown shape is repeated here.');
  if (counts.length !== shape.length) throw new Refusal('Axes are added here, which is not analyzed.');
  if (batch !== 1) throw new Refusal('The batch is repeated here: this mixes its inputs.');
  return counts.reduce<TensorValue>((x, count, axis) => {
    const times = whole(count, 'How often this is repeated');
    const extent = shape[axis];
    return repeated(call, x, axis + 1, times, (k) => k % extent);
  }, call.x);
};

/** Each place of one axis several times, one after the other. */
const repeatInterleave: FunctionBody = (call) => {
  const times = whole(given(call, 0, 'repeats'), 'How often this is repeated');
  const dim = given(call, 1, 'dim');
  if (typeof dim !== 'number') throw new Refusal(`${call.node.op} over the whole batch is not analyzed.`);
  const [axis] = axesOf(call.x, [dim]);
  return repeated(call, call.x, axis, times, (k) => Math.floor(k / times));
};

function repeated(
  { trace, node }: FunctionCall,
  x: TensorValue,
  axis: number,
  times: number,
  placeOf: (k: number) => number,
): TensorValue {
  const extent = fileShape(x)?.[axis - 1];
  if (times === 1 && extent !== undefined) return x;
  if (extent === undefined || !(times >= 1) || !isDivisible(extent * times))
    throw new Refusal('How often this is repeated is not analyzed.');
  return take(
    trace.writer,
    node,
    x,
    axis,
    Array.from({ length: extent * times }, (_, k) => placeOf(k)),
  );
}

/** Numbers that are drawn each time, whatever comes in. */
const drawn: FunctionBody = ({ node }) => {
  throw new Refusal(`${node.op} draws numbers: what comes out is not a function of what comes in.`);
};

export function expandedTo(trace: Trace, node: GraphNode, x: TensorValue, target: Shape): TensorValue {
  return target.reduce((value, extent, axis) => {
    const from = fileShape(value)?.[axis];
    if (from === extent) return value;
    if (from !== 1 || !isDivisible(extent)) throw new Refusal('Only axes of one place can be expanded.');
    return take(trace.writer, node, value, axis + 1, Array<number>(extent).fill(0));
  }, x);
}

const flip: FunctionBody = (call) =>
  axesOf(call.x, axesGiven(call)).reduce((x, axis) => {
    const extent = fileShape(x)?.[axis - 1] ?? 0;
    if (!isDivisible(extent)) throw new Refusal('Parts of this tensor are not known.');
    return take(call.trace.writer, call.node, x, axis, places(0, extent).reverse());
  }, call.x);

const same: FunctionBody = ({ x }) => x;

const bodies: Readonly<Record<string, FunctionBody>> = {
  view: (call) => view(call.trace, call.node, call.x, numbersFrom(call, 'shape')),
  reshape: (call) => view(call.trace, call.node, call.x, numbersFrom(call, 'shape')),
  flatten: (call) => {
    const start = whole(given(call, 0, 'start_dim') ?? 0, 'An axis');
    const end = whole(given(call, 1, 'end_dim') ?? -1, 'An axis');
    if (start === 1 && end === -1) {
      const flat = applyLayer({ ...call, fields: new Fields('Flatten', []), owner: '' });
      if (flat) return flat;
    }
    if (start === 0) throw new Refusal('The batch is flattened as well here: this mixes its inputs.');
    return flattenRange(call.trace, call.node, call.x, start, end);
  },
  permute: (call) =>
    permuted(
      call.node,
      call.x,
      numbersFrom(call, 'dims').map((axis) => whole(axis, 'An axis')),
    ),
  transpose: (call) =>
    swapped(call.node, call.x, whole(given(call, 0, 'dim0'), 'An axis'), whole(given(call, 1, 'dim1'), 'An axis')),
  squeeze: (call) => {
    const axes = given(call, 0, 'dim') === undefined ? undefined : axesGiven(call);
    return squeeze(call.trace.writer, call.node, call.x, axes);
  },
  unsqueeze: (call) => unsqueeze(call.trace.writer, call.node, call.x, axesGiven(call)),
  narrow,
  index_select: indexSelect,
  select: selectOne,
  flip,
  expand,
  broadcast_to: expand,
  repeat,
  tile: repeat,
  repeat_interleave: repeatInterleave,
  randn_like: drawn,
  rand_like: drawn,
  randint_like: drawn,
  bernoulli: drawn,
  normal: drawn,
  mean: reduction('mean'),
  sum: reduction('sum'),
  amax: reduction('max'),
  amin: reduction('min'),
  clamp,
  clip: clamp,
  pad,
  dropout,
  abs: ({ trace, node, x }) => trace.activate(node, x, absolute),
  absolute: ({ trace, node, x }) => trace.activate(node, x, absolute),
  normalize: ({ trace, node, x }) => notPiecewiseLinear(trace.writer, node, [x], 'normalization', false),
  contiguous: same,
  astype: same,
  clone: same,
  detach: same,
  float: same,
  double: same,
  half: same,
  to: same,
  cuda: same,
  cpu: same,
  type: same,
  type_as: same,
  requires_grad_: same,
};
Object.assign(bodies, { swapaxes: bodies.transpose, swapdims: bodies.transpose });

/** What a function of one tensor gives; undefined for one that is not known. */
export function callFunction(name: string, call: FunctionCall): TensorValue | undefined {
  if (Object.hasOwn(bodies, name)) return bodies[name](call);
  if (!Object.hasOwn(asLayers, name)) return undefined;
  const args = name.startsWith('max_pool') ? withoutIndices(call.args) : call.args;
  return applyLayer({ ...call, fields: new Fields(asLayers[name], args), owner: '' });
}

/** `F.max_pool2d` has ceil_mode where the layer has return_indices. */
function withoutIndices(args: readonly Argument[]): Argument[] {
  const positional = args.filter(({ name }) => name === undefined);
  return args.map((argument) => (argument === positional[4] ? { ...argument, name: 'ceil_mode' } : argument));
}

export function isFunction(name: string): boolean {
  return Object.hasOwn(bodies, name) || Object.hasOwn(asLayers, name);
}

/** Joins and sums of several tensors; undefined for a function that is not one. */
export function callJoin(
  name: string,
  trace: Trace,
  node: GraphNode,
  inputs: readonly TensorValue[],
  axis: Value,
): TensorValue | undefined {
  switch (name) {
    case 'cat':
    case 'concat':
    case 'concatenate':
      return concatenate(trace.writer, node, inputs, whole(axis ?? 0, 'The axis'));
    case 'hstack':
      return concatenate(trace.writer, node, inputs, 1);
    case 'stack': {
      const at = whole(axis ?? 0, 'The axis');
      const [place] = axesOf(inputs[0], [at], 1);
      const opened = inputs.map((input) => unsqueeze(trace.writer, node, input, [place]));
      return concatenate(trace.writer, node, opened, place);
    }
    case 'maximum':
      return merge(trace.writer, node, inputs, 'maximum');
    case 'minimum':
      return minimum(trace.writer, node, inputs);
    default:
      return undefined;
  }
}
