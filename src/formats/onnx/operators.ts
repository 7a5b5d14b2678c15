import { generalRelu, leakyRelu, relu } from '../../network/activation.ts';
import type { Activation } from '../../network/activation.ts';
import { batchNormalization, dense, shift, straight } from '../graph/operators/affine.ts';
import { realNumber, wholeNumber, wholeNumbers } from '../graph/attributes.ts';
import { addition, division, multiplication, subtraction, type Arithmetic } from '../graph/operators/arithmetic.ts';
import type { Layout } from '../graph/layout.ts';
import { concatenate, lookUp, merge, notPiecewiseLinear, product } from '../graph/operators/joins.ts';
import type { GraphNode } from '../graph/node.ts';
import { activate, clipped, hardSigmoid, named, prelu } from '../graph/operators/pointwise.ts';
import { addAxes, exchangeAxes, regroup, removeAxes } from '../graph/operators/regrouping.ts';
import { flatten } from '../graph/operators/reshaping.ts';
import type { Shape } from '../../network/shape.ts';
import type { Operator } from '../graph/translate.ts';
import { Refusal } from '../graph/refusal.ts';
import type { GraphWriter, TensorValue, Value } from '../graph/writer.ts';
import { choose, comparison, extremum } from './choices.ts';
import {
  chained,
  computed,
  exchanged,
  filled,
  gathered,
  knownValue,
  reshaped,
  shapeOf,
  shapeOfKnown,
  sliced,
} from './extents.ts';
import { depthToSpace, gatherTensor, padTensor, sliceTensor, spaceToDepth, splitTensor } from './parts.ts';
import { quantizedOperators } from './quantized.ts';
import {
  averagePool,
  convolve,
  convolveTransposed,
  enlarge,
  maxPool,
  poolAdaptively,
  poolWhole,
  reduce,
} from './windows.ts';

/** What each kind of node of ONNX computes. */

function tensorsOf(writer: GraphWriter, node: GraphNode): TensorValue[] {
  return node.inputs.map((_, k) => writer.value(node, k)).filter((value) => value?.kind === 'tensor');
}

const gemm: Operator = (writer, node) => {
  const [alpha, beta] = [realNumber(node, 'alpha') ?? 1, realNumber(node, 'beta') ?? 1];
  if (wholeNumber(node, 'transA') === 1) throw new Refusal('A product with the input transposed is not analyzed.');
  const [a, b] = [writer.tensor(node, 0), writer.value(node, 1)];
  if (b?.kind === 'tensor') return product(writer, node, [a, b], b.shape?.at(-1));
  if (alpha !== 1 || beta !== 1) {
    writer.approximate(node, 'Gemm with factors other than 1: bounds hold, the weights of the file are not used.');
  }
  const x = dense(writer, node, a, writer.weights(node, 1), wholeNumber(node, 'transB') === 1);
  return node.inputs[2] ? shift(writer, node, x, writer.weights(node, 2)) : x;
};

const multiply: Operator = (writer, node) => {
  const [a, b] = [writer.value(node, 0), writer.value(node, 1)];
  if (a?.kind === 'tensor' && b?.kind === 'tensor') return product(writer, node, [a, b], b.shape?.at(-1));
  return dense(writer, node, writer.tensor(node), writer.weights(node, 1), false);
};

const normalize: Operator = (writer, node) => {
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((index) => writer.weights(node, index));
  const epsilon = realNumber(node, 'epsilon') ?? 1e-5;
  return batchNormalization(writer, node, writer.tensor(node), { gamma, beta, mean, variance, epsilon });
};

const fixed: Readonly<Record<string, Activation>> = {
  Relu: relu,
  Abs: named('abs'),
  Sigmoid: named('sigmoid'),
  Tanh: named('tanh'),
  Softmax: named('softmax'),
  LogSoftmax: named('log_softmax'),
  Softplus: named('softplus'),
  Softsign: named('softsign'),
  Elu: named('elu'),
  Selu: named('selu'),
  Celu: named('celu'),
  Gelu: named('gelu'),
  Mish: named('mish'),
  Swish: named('swish'),
  HardSwish: named('hard_swish'),
  Erf: named('erf'),
  Exp: named('exp'),
  Sin: named('sin'),
  Cos: named('cos'),
};

const pointwise: Operator = (writer, node) => activate(writer, node, writer.tensor(node), fixed[node.op]);

const withNumber =
  (name: string, fallback: number, make: (value: number) => Activation): Operator =>
  (writer, node) =>
    activate(writer, node, writer.tensor(node), make(realNumber(node, name) ?? fallback));

/** The ends are attributes in old versions, inputs in new ones. */
const clip: Operator = (writer, node) => {
  const end = (name: string, index: number, fallback: number): number => {
    if (!node.inputs[index]) return realNumber(node, name) ?? fallback;
    const value = writer.numbers(node, index)?.[0];
    if (value === undefined) throw new Refusal('What this clips to is not known.');
    return Math.abs(value) >= 3.4e38 ? fallback : value;
  };
  return activate(writer, node, writer.tensor(node), clipped(end('min', 1, -Infinity), end('max', 2, Infinity)));
};

const shrink: Operator = (writer, node) => {
  const [lambda, bias] = [realNumber(node, 'lambd') ?? 0.5, realNumber(node, 'bias') ?? 0];
  if (!(lambda > 0)) throw new Refusal('Shrinking by nothing is not analyzed.');
  return activate(writer, node, writer.tensor(node), {
    kind: 'piecewiseLinear',
    name: 'soft_shrink',
    breakpoints: [-lambda, lambda],
    slopes: [1, 0, 1],
    intercepts: [bias, 0, -bias],
  });
};

/** A tensor with a constant, two tensors, or numbers about shapes. */
const binary =
  ({ withConstant, ofTensors }: Arithmetic, compute: (a: number, b: number) => number): Operator =>
  (writer, node) => {
    const [a, b] = [writer.value(node, 0), writer.value(node, 1)];
    if (a?.kind === 'tensor' && b?.kind === 'tensor') return ofTensors(writer, node, [a, b]);
    if (a?.kind === 'tensor' && b?.kind === 'constant') return withConstant(writer, node, a, b.constant, false);
    if (b?.kind === 'tensor' && a?.kind === 'constant') return withConstant(writer, node, b, a.constant, true);
    if (a?.kind === 'tensor' || b?.kind === 'tensor')
      throw new Refusal(`${node.op} with something that is computed from constants is not analyzed.`);
    return computed(writer, node, compute) ?? { kind: 'opaque' };
  };

/** The other side of a constant threshold is exported so. */
const negate: Operator = (writer, node) => {
  const known = knownValue(writer, node);
  const items = known && ('items' in known ? known.items : known.few());
  if (!known || !items?.every((item) => item !== null))
    return known ? { kind: 'opaque' } : straight(writer, node, writer.tensor(node), -1, 0);
  return { kind: 'extents', items: items.map((item) => -item), dims: shapeOfKnown(known) };
};

const several =
  (kind: 'add' | 'average'): Operator =>
  (writer, node) =>
    merge(
      writer,
      node,
      node.inputs.map((_, k) => writer.tensor(node, k)),
      kind,
    );

const join: Operator = (writer, node) => {
  if (tensorsOf(writer, node).length === 0) return chained(writer, node) ?? { kind: 'opaque' };
  return concatenate(
    writer,
    node,
    node.inputs.map((_, k) => writer.tensor(node, k)),
    wholeNumber(node, 'axis'),
  );
};

/** Something that is done to constants and numbers about shapes, or to a tensor. */
const onConstants =
  (
    ofKnown: (
      writer: GraphWriter,
      node: GraphNode,
      known: NonNullable<ReturnType<typeof knownValue>>,
    ) => Value | undefined,
    ofTensor: Operator,
  ): Operator =>
  (writer, node) => {
    const known = knownValue(writer, node);
    if (known) return ofKnown(writer, node, known) ?? { kind: 'opaque' };
    return writer.value(node, 0)?.kind === 'opaque' ? { kind: 'opaque' } : ofTensor(writer, node);
  };

const same: Operator = (writer, node) => writer.value(node, 0) ?? { kind: 'opaque' };

/** To whole numbers it cuts off what is behind the point, which an input of whole numbers does not have. */
const cast: Operator = (writer, node) => {
  const value = writer.value(node, 0);
  const isWhole = wholeTypes.has(wholeNumber(node, 'to') ?? 1);
  if (value?.kind === 'tensor' && isWhole && !('input' in value.source))
    throw new Refusal('Rounding to whole numbers is not analyzed.');
  return same(writer, node);
};

/** Codes of the types of whole numbers and of truth values. */
const wholeTypes = new Set([2, 3, 4, 5, 6, 7, 9, 12, 13]);

/** What is done to a tensor of the network, and to numbers about shapes. */
const onTensors =
  (ofTensor: Operator, ofNumbers: (writer: GraphWriter, node: GraphNode) => Value | undefined): Operator =>
  (writer, node) => {
    const kind = writer.value(node, 0)?.kind;
    if (kind === 'tensor' || kind === 'rearranged') return ofTensor(writer, node);
    return ofNumbers(writer, node) ?? { kind: 'opaque' };
  };

function axesOf(writer: GraphWriter, node: GraphNode): readonly number[] | undefined {
  const axes = wholeNumbers(node, 'axes') ?? writer.numbers(node, 1);
  if (!axes && node.inputs[1]) throw new Refusal(`The axes of this ${node.op} are not known.`);
  return axes;
}

const smooth =
  (what: string, hasWeights: boolean): Operator =>
  (writer, node) => {
    const inputs = tensorsOf(writer, node);
    return inputs.length === 0 ? { kind: 'opaque' } : notPiecewiseLinear(writer, node, inputs, what, hasWeights);
  };

/** The table for one graph, whose layout of axes is found from its operations. */
export function operatorsOf(layout: Layout): Readonly<Record<string, Operator>> {
  const isFirstOf =
    ({ outputs }: GraphNode) =>
    (shape: Shape): boolean =>
      layout.isChannelsFirst(outputs[0] ?? '', shape.length);
  const bring: Operator = (writer, node) => {
    const target = writer.extents(node, 1) ?? wholeNumbers(node, 'shape', -1);
    if (!target) throw new Refusal('The shape that a tensor is brought into is not known.');
    return regroup(writer, node, target, isFirstOf(node));
  };
  const flat: Operator = (writer, node) => {
    const axis = wholeNumber(node, 'axis') ?? 1;
    if (axis !== 1) throw new Refusal(`Flattening from axis ${axis} on is not analyzed.`);
    return writer.value(node, 0)?.kind === 'rearranged'
      ? regroup(writer, node, [null, -1], () => false)
      : flatten(writer, node, writer.tensor(node));
  };
  return {
    Gemm: gemm,
    MatMul: multiply,
    Conv: convolve,
    ConvTranspose: convolveTransposed,
    BatchNormalization: normalize,
    ...Object.fromEntries(Object.keys(fixed).map((op) => [op, pointwise])),
    LeakyRelu: withNumber('alpha', 0.01, leakyRelu),
    ThresholdedRelu: withNumber('alpha', 1, (theta) => generalRelu('thresholded_relu', { threshold: theta })),
    HardSigmoid: (writer, node) => {
      return activate(
        writer,
        node,
        writer.tensor(node),
        hardSigmoid(realNumber(node, 'alpha') ?? 0.2, realNumber(node, 'beta') ?? 0.5),
      );
    },
    PRelu: (writer, node) => prelu(writer, node, writer.tensor(node), writer.weights(node, 1)),
    Clip: clip,
    Shrink: shrink,
    MaxPool: maxPool,
    AveragePool: averagePool,
    GlobalAveragePool: poolWhole('globalAveragePooling'),
    GlobalMaxPool: poolWhole('globalMaxPooling'),
    AdaptiveAveragePool: poolAdaptively('averagePooling'),
    AdaptiveMaxPool: poolAdaptively('maxPooling'),
    ReduceMean: reduce('mean'),
    ReduceSum: reduce('sum'),
    ReduceMax: reduce('max'),
    ReduceMin: reduce('min'),
    Add: binary(addition, (a, b) => a + b),
    Sub: binary(subtraction, (a, b) => a - b),
    Mul: binary(multiplication, (a, b) => a * b),
    Div: binary(division, (a, b) => Math.trunc(a / b)),
    Neg: negate,
    Sum: several('add'),
    Mean: several('average'),
    Max: extremum(true),
    Min: extremum(false),
    Greater: comparison(true),
    GreaterOrEqual: comparison(true),
    Less: comparison(false),
    LessOrEqual: comparison(false),
    Where: choose,
    Concat: join,
    Flatten: flat,
    Reshape: onConstants((writer, node, known) => reshaped(known, writer.extents(node, 1)), bring),
    Squeeze: onConstants(
      (_writer, _node, known) =>
        reshaped(
          known,
          shapeOfKnown(known).filter((extent) => extent !== 1),
        ),
      (writer, node) => removeAxes(writer, node, axesOf(writer, node), isFirstOf(node)),
    ),
    Unsqueeze: onConstants(
      (writer, node, known) => {
        const axes = axesOf(writer, node);
        const shape: number[] = [...shapeOfKnown(known)];
        for (const axis of [...(axes ?? [])].sort((a, b) => a - b))
          shape.splice(axis < 0 ? shape.length + 1 + axis : axis, 0, 1);
        return axes && reshaped(known, shape);
      },
      (writer, node) => addAxes(writer, node, axesOf(writer, node) ?? [], isFirstOf(node)),
    ),
    Transpose: onConstants(
      (_writer, node, known) => exchanged(known, wholeNumbers(node, 'perm')),
      (writer, node) => exchangeAxes(writer, node, wholeNumbers(node, 'perm')),
    ),
    Pad: padTensor,
    Resize: enlarge,
    Upsample: enlarge,
    Dropout: same,
    Identity: same,
    Cast: cast,
    Shape: shapeOf,
    ConstantOfShape: filled,
    Gather: (writer, node) => {
      const [table, places] = [writer.value(node, 0), writer.value(node, 1)];
      if (table?.kind !== 'constant' || places?.kind !== 'tensor')
        return onTensors(gatherTensor, gathered)(writer, node);
      return lookUp(writer, node, places, table.constant, wholeNumber(node, 'axis') ?? 0);
    },
    Slice: onTensors(sliceTensor, sliced),
    Split: splitTensor,
    DepthToSpace: depthToSpace,
    SpaceToDepth: spaceToDepth,
    ...quantizedOperators,
    LSTM: smooth('an LSTM', true),
    GRU: smooth('a GRU', true),
    RNN: smooth('a recurrent layer', true),
    LayerNormalization: smooth('layer normalization', true),
    SimplifiedLayerNormalization: smooth('RMS normalization', true),
    SkipLayerNormalization: smooth('layer normalization', true),
    InstanceNormalization: smooth('instance normalization', true),
    GroupNormalization: smooth('group normalization', true),
    LRN: smooth('local response normalization', false),
    LpNormalization: smooth('normalization', false),
    Attention: smooth('attention', true),
    MultiHeadAttention: smooth('attention', true),
    Pow: smooth('a power', false),
    Sqrt: smooth('a root', false),
    Reciprocal: smooth('a reciprocal', false),
    Log: smooth('a logarithm', false),
    Einsum: smooth('a product of tensors', true),
  };
}
