import { NOWHERE } from '../../network/definition.ts';
import { PlainAttributes, type Attribute } from '../graph/plainAttributes.ts';
import type { OnnxNode, OnnxTensor } from '../onnx/model.ts';
import type { Pickled, PickledDict } from './pickle.ts';
import type { PickledTensor } from './tensors.ts';

/** Layers of `torch.nn` as operations of ONNX, which mean the same. */

/** A module without modules in it, as its fields describe it. */
export interface LeafModule {
  /** `Linear`, `Conv2d`, ... */
  readonly kind: string;
  readonly path: string;
  readonly fields: PickledDict;
  /** Its parameters and buffers. */
  tensor(name: string): PickledTensor | undefined;
}

interface Operation {
  readonly op: string;
  readonly attributes?: Readonly<Record<string, Attribute | undefined>>;
  /** Names of the parameters and buffers it reads, in order; those that are null are left out. */
  readonly tensors?: readonly string[];
  /** Constants that come after them. */
  readonly constants?: readonly (readonly number[])[];
}

/** The node of a module, and the tensors it brings along. */
export function nodeOf(module: LeafModule, input: string, output: string): { node: OnnxNode; tensors: OnnxTensor[] } {
  const { op, attributes = {}, tensors = [], constants = [] } = operationOf(module);
  const given = tensors.map((name) => [`${module.path}.${name}`, module.tensor(name)] as const);
  const stored = given.flatMap(([name, tensor]) => (tensor ? [storedTensor(name, tensor)] : []));
  const listed = constants.map((numbers, k) => constantTensor(`${module.path}#${k}`, numbers));
  const inputs = [input, ...given.map(([name, tensor]) => (tensor ? name : '')), ...listed.map(({ name }) => name)];
  const node = {
    name: module.path,
    op,
    inputs,
    outputs: [output],
    attributes: new PlainAttributes(attributes),
    ...NOWHERE,
    opSpan: NOWHERE,
    tensor: () => undefined,
  };
  return { node, tensors: [...stored, ...listed] };
}

const FLOAT = 1;

export function storedTensor(name: string, { shape, values }: PickledTensor): OnnxTensor {
  return { name, dims: shape, kind: FLOAT, span: NOWHERE, numbers: values };
}

export function constantTensor(name: string, numbers: readonly number[]): OnnxTensor {
  return { name, dims: [numbers.length], kind: FLOAT, span: NOWHERE, numbers: () => Float64Array.from(numbers) };
}

type Describe = (module: LeafModule, rank: number) => Operation | undefined;

function numberIn({ fields }: LeafModule, name: string, fallback: number): number {
  const value = fields.get(name);
  return typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : fallback;
}

/** One number for each axis; a single one is for all. */
function sizesIn({ fields }: LeafModule, name: string, rank: number): readonly number[] | undefined {
  const value: Pickled = fields.get(name) ?? null;
  if (typeof value === 'number') return Array<number>(rank).fill(value);
  return Array.isArray(value) && value.every((size) => typeof size === 'number') ? value : undefined;
}

/** Padding on both sides of each axis, all beginnings first. */
function padsOf(module: LeafModule, rank: number): readonly number[] {
  const sides = sizesIn(module, 'padding', rank) ?? Array<number>(rank).fill(0);
  return [...sides, ...sides];
}

const convolution =
  (op: 'Conv' | 'ConvTranspose'): Describe =>
  (module, rank) => {
    const mode = module.fields.get('padding_mode') ?? 'zeros';
    if (mode !== 'zeros') return undefined;
    const padding = module.fields.get('padding');
    return {
      op,
      tensors: ['weight', 'bias'],
      attributes: {
        strides: sizesIn(module, 'stride', rank),
        dilations: sizesIn(module, 'dilation', rank),
        group: numberIn(module, 'groups', 1),
        ...(typeof padding === 'string'
          ? { auto_pad: padding === 'same' ? 'SAME_UPPER' : 'VALID' }
          : { pads: padsOf(module, rank) }),
        ...(op === 'ConvTranspose' && { output_padding: sizesIn(module, 'output_padding', rank) }),
      },
    };
  };

const pooling =
  (op: 'MaxPool' | 'AveragePool'): Describe =>
  (module, rank) => {
    const kernel = sizesIn(module, 'kernel_size', rank);
    return {
      op,
      attributes: {
        kernel_shape: kernel,
        strides: sizesIn(module, 'stride', rank) ?? kernel,
        pads: padsOf(module, rank),
        dilations: sizesIn(module, 'dilation', rank),
        ceil_mode: numberIn(module, 'ceil_mode', 0),
        count_include_pad: numberIn(module, 'count_include_pad', 0),
      },
    };
  };

const adaptive =
  (kind: 'Average' | 'Max'): Describe =>
  (module, rank) => {
    const sizes = sizesIn(module, 'output_size', rank);
    if (!sizes) return undefined;
    if (sizes.every((size) => size === 1)) return { op: `Global${kind}Pool` };
    return { op: `Adaptive${kind}Pool`, attributes: { output_size: sizes } };
  };

const normalization: Describe = (module) => {
  const names = ['weight', 'bias', 'running_mean', 'running_var'];
  if (!names.every((name) => module.tensor(name))) return undefined;
  return { op: 'BatchNormalization', tensors: names, attributes: { epsilon: numberIn(module, 'eps', 1e-5) } };
};

const plain =
  (op: string): Describe =>
  () => ({ op });

const clip =
  (low: number, high: number): Describe =>
  (module) => ({
    op: 'Clip',
    attributes: { min: numberIn(module, 'min_val', low), max: numberIn(module, 'max_val', high) },
  });

const enlarging: Describe = (module, rank) => {
  const mode = module.fields.get('mode') ?? 'nearest';
  const factors = sizesIn(module, 'scale_factor', rank);
  if (!factors || module.fields.get('align_corners') === true) return undefined;
  const isNearest = mode === 'nearest';
  return {
    op: 'Resize',
    // The place of regions of interest is empty.
    tensors: [''],
    constants: [[1, 1, ...factors]],
    attributes: isNearest
      ? { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
      : { mode: 'linear', coordinate_transformation_mode: 'pytorch_half_pixel' },
  };
};

/** By the name of the class, without the number of axes at its end. */
const kinds: Readonly<Record<string, Describe>> = {
  Linear: () => ({ op: 'Gemm', tensors: ['weight', 'bias'], attributes: { transB: 1 } }),
  Conv: convolution('Conv'),
  ConvTranspose: convolution('ConvTranspose'),
  BatchNorm: normalization,
  MaxPool: pooling('MaxPool'),
  AvgPool: pooling('AveragePool'),
  AdaptiveAvgPool: adaptive('Average'),
  AdaptiveMaxPool: adaptive('Max'),
  Flatten: (module) =>
    numberIn(module, 'end_dim', -1) === -1
      ? { op: 'Flatten', attributes: { axis: numberIn(module, 'start_dim', 1) } }
      : undefined,
  Identity: plain('Identity'),
  Dropout: plain('Identity'),
  AlphaDropout: plain('Identity'),
  ReLU: plain('Relu'),
  ReLU6: clip(0, 6),
  Hardtanh: clip(-1, 1),
  LeakyReLU: (module) => ({
    op: 'LeakyRelu',
    attributes: { alpha: numberIn(module, 'negative_slope', 0.01) },
  }),
  PReLU: () => ({ op: 'PRelu', tensors: ['weight'] }),
  Hardsigmoid: () => ({ op: 'HardSigmoid', attributes: { alpha: 1 / 6, beta: 0.5 } }),
  Softshrink: (module) => {
    const lambda = numberIn(module, 'lambd', 0.5);
    return { op: 'Shrink', attributes: { lambd: lambda, bias: lambda } };
  },
  Sigmoid: plain('Sigmoid'),
  Tanh: plain('Tanh'),
  Softmax: plain('Softmax'),
  LogSoftmax: plain('LogSoftmax'),
  Softplus: plain('Softplus'),
  Softsign: plain('Softsign'),
  ELU: plain('Elu'),
  SELU: plain('Selu'),
  CELU: plain('Celu'),
  GELU: plain('Gelu'),
  SiLU: plain('Swish'),
  Mish: plain('Mish'),
  Hardswish: plain('HardSwish'),
  Upsample: enlarging,
  ZeroPad: (module, rank) => {
    const sides = sizesIn(module, 'padding', 2 * rank);
    if (sides?.length !== 2 * rank) return undefined;
    // The last axis comes first, each with its beginning and end.
    const axes = Array.from({ length: rank }, (_, axis) => 2 * (rank - 1 - axis));
    return {
      op: 'Pad',
      attributes: { pads: [0, 0, ...axes.map((k) => sides[k]), 0, 0, ...axes.map((k) => sides[k + 1])] },
    };
  },
};

/** What is not known keeps its name, by which it is refused. */
function operationOf(module: LeafModule): Operation {
  const [, stem, axes] = /^(.*?)(?:([123])d)?$/.exec(module.kind) ?? [];
  const describe = Object.hasOwn(kinds, stem) ? kinds[stem] : undefined;
  // A layer for any number of axes says how many by its kernel; those without one are for images.
  return describe?.(module, axes === undefined ? 2 : Number(axes)) ?? { op: module.kind, tensors: ['weight', 'bias'] };
}
