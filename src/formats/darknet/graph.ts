import { NOWHERE, type Problem } from '../../network/definition.ts';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../onnx/model.ts';
import { PlainAttributes, type Attribute } from '../graph/plainAttributes.ts';
import type { Section } from './sections.ts';

/** What a layer gives. */
interface Output {
  readonly name: string;
  readonly channels: number;
  /** Rows and columns; null for a vector. */
  readonly size: readonly [rows: number, columns: number] | null;
  /** The name of what turns numbers into boxes or a loss, which no layer reads. */
  readonly head?: string;
}

type Values = Readonly<Record<string, Attribute | undefined>>;

/** Why a layer is not analyzed, by a name that is refused. */
class Refused extends Error {}

/** Options that say how a layer is trained or loaded. */
const ofTraining = new Set([
  ...[
    'dontload',
    'dontloadscales',
    'dropout',
    'learning_rate',
    'numload',
    'onlyforward',
    'probability',
    'stopbackward',
  ],
  ...['train_only_bn', 'jitter', 'random'],
]);

/** Layers behind which there are only boxes, probabilities or a loss. */
const heads = new Set(['yolo', 'Gaussian_yolo', 'region', 'detection', 'cost']);

/** Activations as operations of ONNX; null for none. Of Darknet's own, a leaky unit has the slope 0.1. */
const activations: Readonly<Record<string, readonly [op: string, values: Values] | null>> = {
  linear: null,
  relu: ['Relu', {}],
  leaky: ['LeakyRelu', { alpha: 0.1 }],
  relie: ['LeakyRelu', { alpha: 0.01 }],
  relu6: ['Clip', { min: 0, max: 6 }],
  hardtan: ['Clip', { min: -1, max: 1 }],
  logistic: ['Sigmoid', {}],
  tanh: ['Tanh', {}],
  elu: ['Elu', {}],
  selu: ['Selu', {}],
  mish: ['Mish', {}],
  swish: ['Swish', {}],
  gelu: ['Gelu', {}],
};

/** The layers of a configuration as operations of ONNX, which mean the same (parser.c of Darknet has the options). */
export class DarknetGraph {
  private readonly nodes: OnnxNode[] = [];
  private readonly tensors: OnnxTensor[] = [];
  private readonly outputs: Output[] = [];
  private readonly input: Output;
  private section: Section;

  constructor(net: Section) {
    this.section = net;
    const [channels, rows, columns] = ['channels', 'height', 'width'].map((key) => this.whole(key, 0));
    const isImage = channels > 0 && rows > 0 && columns > 0;
    this.input = {
      name: 'input',
      channels: isImage ? channels : this.whole('inputs', 0),
      size: isImage ? [rows, columns] : null,
    };
  }

  /** What stands against the size that `[net]` states; null where nothing does. */
  inputFault(): Problem | null {
    if (this.input.channels > 0) return null;
    const message = 'The size of the input is not given: [net] needs width, height and channels, or inputs.';
    return { code: 'unknown-size', severity: 'error', message, span: this.section.nameSpan };
  }

  add(section: Section): void {
    this.section = section;
    const before = this.outputs.at(-1) ?? this.input;
    try {
      this.outputs.push(this.layer(section.type, before));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const name = this.emit(error.message, [before.name]);
      this.outputs.push({ ...before, name, head: undefined });
    }
  }

  model(length: number): OnnxModel {
    const { input, outputs } = this;
    const last = outputs.filter(({ head }, k) => head !== undefined || k === outputs.length - 1);
    const dims = ['batch', input.channels, ...(input.size ?? [])];
    const span = { start: 0, end: length };
    return {
      name: undefined,
      nodes: this.nodes,
      initializers: this.tensors,
      inputs: [{ name: input.name, dims, span: NOWHERE }],
      outputs: [...new Set(last.map(({ name }) => name))],
      span,
      nameSpan: NOWHERE,
      initializersSpan: undefined,
    };
  }

  private layer(type: string, before: Output): Output {
    if (heads.has(type)) return { ...before, head: type };
    switch (type) {
      case 'route':
        return this.route();
      case 'dropout':
        return this.read(before);
      case 'conv':
      case 'convolutional':
        return this.convolution(this.read(before));
      case 'conn':
      case 'connected':
        return this.connected(this.read(before));
      case 'max':
      case 'maxpool':
        return this.maxPool(this.read(before));
      case 'avg':
      case 'avgpool':
        return this.averagePool(this.read(before));
      case 'shortcut':
        return this.shortcut(this.read(before));
      case 'upsample':
        return this.upsample(this.read(before));
      case 'batchnorm':
        return this.normalized(this.read(before));
      case 'activation':
        return this.activated(this.read(before), 'linear');
      case 'soft':
      case 'softmax':
        return { ...before, name: this.emit('Softmax', [this.read(before).name]) };
      default:
        throw new Refused(type);
    }
  }

  private convolution(x: Output): Output {
    this.only('batch_normalize filters size stride stride_x stride_y pad padding groups activation');
    const [rows, columns] = this.sizeOf(x);
    const [filters, size, groups] = [this.whole('filters', 1), this.whole('size', 1), this.whole('groups', 1)];
    const stride = this.whole('stride', 1);
    const strides = [this.whole('stride_y', stride), this.whole('stride_x', stride)];
    const pad = this.whole('pad', 0) === 0 ? this.whole('padding', 0) : Math.floor(size / 2);
    this.positive(filters, size, groups, x.channels / groups, ...strides);
    const weights = this.tensor('weights', [filters, x.channels / groups, size, size]);
    const isNormalized = this.whole('batch_normalize', 0) !== 0;
    const inputs = [x.name, weights, ...(isNormalized ? [] : [this.tensor('biases', [filters])])];
    const name = this.emit('Conv', inputs, { strides, group: groups, pads: [pad, pad, pad, pad] });
    const along = (extent: number, step: number) => Math.floor((extent + 2 * pad - size) / step) + 1;
    const y = { name, channels: filters, size: [along(rows, strides[0]), along(columns, strides[1])] as const };
    return this.activated(isNormalized ? this.normalized(y) : y, 'logistic');
  }

  private connected(x: Output): Output {
    this.only('batch_normalize output activation');
    const inputs = x.channels * (x.size ? x.size[0] * x.size[1] : 1);
    const units = this.whole('output', 1);
    this.positive(units);
    const flat = x.size ? this.emit('Flatten', [x.name], { axis: 1 }, '.flatten') : x.name;
    const isNormalized = this.whole('batch_normalize', 0) !== 0;
    const weights = [
      this.tensor('weights', [units, inputs]),
      ...(isNormalized ? [] : [this.tensor('biases', [units])]),
    ];
    const y = { name: this.emit('Gemm', [flat, ...weights], { transB: 1 }), channels: units, size: null };
    return this.activated(isNormalized ? this.normalized(y) : y, 'logistic');
  }

  private normalized(x: Output): Output {
    const tensors = ['scales', 'biases', 'rolling_mean', 'rolling_variance'].map((name) =>
      this.tensor(name, [x.channels]),
    );
    return {
      ...x,
      name: this.emit(
        'BatchNormalization',
        [x.name, ...tensors],
        { epsilon: 1e-6 },
        this.section.type === 'batchnorm' ? '' : '.norm',
      ),
    };
  }

  private activated(x: Output, fallback: string): Output {
    const name = this.section.options.get('activation') ?? fallback;
    const operation = Object.hasOwn(activations, name) ? activations[name] : undefined;
    if (operation === undefined) throw new Refused(`${this.section.type} with the activation ${name}`);
    return operation === null ? x : { ...x, name: this.emit(operation[0], [x.name], operation[1], `.${name}`) };
  }

  /** Padding is one less than the window by default, and the odd cell comes last. */
  private maxPool(x: Output): Output {
    this.only('size stride padding');
    const [rows, columns] = this.sizeOf(x);
    const stride = this.whole('stride', 1);
    const size = this.whole('size', stride);
    const padding = this.whole('padding', size - 1);
    this.positive(size, stride);
    const before = Math.floor(padding / 2);
    const pads = [before, before, padding - before, padding - before];
    const name = this.emit('MaxPool', [x.name], { kernel_shape: [size, size], strides: [stride, stride], pads });
    const along = (extent: number) => Math.floor((extent + padding - size) / stride) + 1;
    return { ...x, name, size: [along(rows), along(columns)] };
  }

  private averagePool(x: Output): Output {
    this.only('');
    this.sizeOf(x);
    return { ...x, name: this.emit('GlobalAveragePool', [x.name]), size: [1, 1] };
  }

  private upsample(x: Output): Output {
    this.only('stride scale');
    const [rows, columns] = this.sizeOf(x);
    const factor = this.whole('stride', 2);
    this.positive(factor);
    if (Number(this.section.options.get('scale') ?? 1) !== 1) throw new Refused('upsample with a scale');
    const scales = this.numbers([1, 1, factor, factor]);
    const modes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    const name = this.emit('Resize', [x.name, '', scales], modes);
    return { ...x, name, size: [factor * rows, factor * columns] };
  }

  private shortcut(x: Output): Output {
    this.only('from activation');
    const others = this.named('from');
    // Of other sizes, Darknet adds the channels and cells that both have.
    const isAlike = others.every(({ channels, size }) => channels === x.channels && String(size) === String(x.size));
    if (!isAlike) throw new Refused('shortcut between different sizes');
    const names = [x.name, ...others.map(({ name }) => name)];
    return this.activated({ ...x, name: this.emit('Add', names) }, 'linear');
  }

  private route(): Output {
    this.only('layers');
    const parts = this.named('layers');
    const [first] = parts;
    if (!parts.every(({ size }) => size !== null && String(size) === String(first.size)))
      throw new Refused('route between different sizes');
    if (parts.length === 1) return first;
    const channels = parts.reduce((sum, part) => sum + part.channels, 0);
    const names = parts.map(({ name }) => name);
    return { ...first, channels, name: this.emit('Concat', names, { axis: 1 }) };
  }

  /** Layers that an option names: by their number, or counted back from this one. */
  private named(option: string): readonly Output[] {
    const places = (this.section.options.get(option) ?? '')
      .split(',')
      .map((place) => (place === '' ? NaN : Number(place)));
    return places.map((place) => {
      const found = this.outputs[place < 0 ? this.outputs.length + place : place];
      if (!found) throw new Refused(`${this.section.type} from a layer that is not there`);
      return this.read(found);
    });
  }

  /** What is behind a head is not a tensor of the network. */
  private read(x: Output): Output {
    if (x.head !== undefined) throw new Refused(`${this.section.type} behind ${x.head}`);
    return x;
  }

  private sizeOf({ size }: Output): readonly [number, number] {
    if (!size) throw new Refused(`${this.section.type} on a vector`);
    return size;
  }

  /** Options that are not known may change what a layer computes. */
  private only(known: string): void {
    const keys = new Set(known.split(' '));
    for (const [key, value] of this.section.options)
      if (!keys.has(key) && !ofTraining.has(key) && Number(value) !== 0)
        throw new Refused(`${this.section.type} with ${key}`);
  }

  private positive(...numbers: readonly number[]): void {
    if (!numbers.every((number) => Number.isSafeInteger(number) && number > 0))
      throw new Refused(`${this.section.type} of such a size`);
  }

  private whole(key: string, fallback: number): number {
    const written = this.section.options.get(key);
    return written === undefined ? fallback : /^[+-]?\d+$/.test(written) ? Number(written) : NaN;
  }

  private get label(): string {
    return `${this.section.type}_${this.outputs.length}`;
  }

  /** `part` tells operations of one layer apart. */
  private emit(op: string, inputs: readonly string[], values: Values = {}, part = ''): string {
    const output = `#${this.nodes.length}`;
    const { span, nameSpan } = this.section;
    this.nodes.push({
      name: this.label + part,
      op,
      inputs,
      outputs: [output],
      attributes: new PlainAttributes(values),
      ...span,
      opSpan: nameSpan,
      tensor: () => undefined,
    });
    return output;
  }

  /** Weights, which are in another file. */
  private tensor(name: string, dims: readonly number[]): string {
    return this.addTensor(`${this.label}.${name}`, dims, () => undefined);
  }

  private numbers(values: readonly number[]): string {
    return this.addTensor(`${this.label}#${this.tensors.length}`, [values.length], () => Float64Array.from(values));
  }

  private addTensor(name: string, dims: readonly number[], numbers: OnnxTensor['numbers']): string {
    this.tensors.push({ name, dims, kind: FLOAT, span: this.section.nameSpan, numbers });
    return name;
  }
}

const FLOAT = 1;
