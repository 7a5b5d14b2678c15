import { NOWHERE } from '../../network/definition.ts';
import { buffered } from '../binary/buffered.ts';
import type { Attributes } from '../graph/attributes.ts';
import type { Constant, GraphNode } from '../graph/node.ts';
import { Names } from '../names.ts';
import { formatShape, sizeOf } from '../../network/shape.ts';
import { isWhole } from '../../network/wholeSizes.ts';
import { bytesOf, decode } from '../weights/numberTypes.ts';
import { partOf, WeightsError, type ByteSource } from '../weights/weightsFile.ts';
import { FlatBuffer, type FlatTable, type FlatVector } from './flatTable.ts';
import {
  BufferField,
  CodeField,
  GraphField,
  ModelField,
  numberTypes,
  operationNames,
  operationOptions,
  OperatorField,
  QuantizationField,
  TensorField,
} from './schema.ts';

/** Constants of at most this many numbers are evaluated while the graph is read. */
const MAX_FEW = 64;

export interface LiteInput {
  readonly name: string;
  /** All axes; -1 for one that is left open. */
  readonly extents: readonly number[];
}

export interface LiteModel {
  readonly nodes: readonly GraphNode[];
  readonly constants: readonly Constant[];
  readonly inputs: readonly LiteInput[];
  readonly outputs: readonly string[];
  /** Operations give whole numbers that stand for rounded ones. */
  readonly isRounded: boolean;
}

interface LiteTensor extends LiteInput {
  /** The numbers that stand for real ones are `(q - zero) * scale`, for each place along an axis or for all. */
  readonly scales: readonly number[];
  readonly zeros: readonly number[];
  readonly axis: number;
  readonly type: number;
  readonly isSparse: boolean;
  /** Where its numbers stand, if it is a constant. */
  readonly data: FlatVector | undefined;
}

/** The first graph of a TensorFlow Lite model. Weights are passed over. Throws a `WeightsError` for a damaged file. */
export function liteModel(source: ByteSource): LiteModel {
  const root = new FlatBuffer(buffered(source)).root();
  const [graph] = root.tables(ModelField.subgraphs);
  if (!graph) throw new WeightsError(`${source.name} holds no graph.`);
  const buffers = root.tables(ModelField.buffers).map((buffer) => dataOf(buffer));
  const names = new Names();
  const tensors = graph.tables(GraphField.tensors).map((tensor) => tensorOf(tensor, buffers, names));
  const codes = root.tables(ModelField.operatorCodes).map(nameOfCode);
  const name = (index: number) => (index < 0 ? '' : (tensors[index]?.name ?? ''));
  const operators = graph.tables(GraphField.operators);
  const isRounded = operators.some((operator) =>
    operator.ints(OperatorField.outputs).some((index) => (tensors[index]?.scales.length ?? 0) > 0),
  );
  return {
    nodes: operators.map((operator) => nodeOf(operator, codes, name)),
    constants: tensors.filter(({ data }) => data !== undefined).map((tensor) => constantOf(tensor, source)),
    inputs: graph.ints(GraphField.inputs).flatMap((index) => tensors[index] ?? []),
    outputs: graph.ints(GraphField.outputs).map(name),
    isRounded,
  };
}

function nameOfCode(code: FlatTable): string {
  // Codes beyond those of a byte have a field of their own.
  const number = Math.max(code.byte(CodeField.oldCode), code.int(CodeField.code));
  const name = operationNames[number] ?? `operation ${number}`;
  return name === 'CUSTOM' ? code.text(CodeField.customCode) || name : name;
}

/** The bytes of a constant stand in a list or, in files of some gigabytes, behind all tables. */
function dataOf(buffer: FlatTable): FlatVector | undefined {
  const [start, length] = [buffer.long(BufferField.offset), buffer.long(BufferField.size)];
  const data = start > 1 && length > 0 ? { start, length } : buffer.vector(BufferField.data);
  return data && data.length > 0 ? data : undefined;
}

function tensorOf(tensor: FlatTable, buffers: readonly (FlatVector | undefined)[], names: Names): LiteTensor {
  const quantization = tensor.table(TensorField.quantization);
  const scales = quantization?.floats(QuantizationField.scale) ?? [];
  const extents = tensor.ints(TensorField.signature);
  return {
    name: names.unique(tidy(tensor.text(TensorField.name))),
    extents: extents.length > 0 ? extents : tensor.ints(TensorField.shape),
    scales,
    zeros: quantization?.longs(QuantizationField.zeroPoint) ?? [],
    axis: quantization?.int(QuantizationField.axis) ?? 0,
    type: tensor.byte(TensorField.type),
    isSparse: tensor.table(TensorField.sparsity) !== undefined,
    data: buffers[tensor.int(TensorField.buffer)],
  };
}

/** Of what was fused the first; without what signatures put around the names of inputs. */
function tidy(name: string): string {
  const [first] = name.split(';');
  return first.replace(/^serving_default_/, '').replace(/:0$/, '') || 'tensor';
}

function nodeOf(operator: FlatTable, codes: readonly string[], nameOf: (index: number) => string): GraphNode {
  const op = codes[operator.int(OperatorField.code)] ?? 'unknown operation';
  const outputs = operator.ints(OperatorField.outputs).map(nameOf);
  const options = operator.table(OperatorField.options);
  return {
    name: outputs[0] ?? '',
    op,
    inputs: operator.ints(OperatorField.inputs).map(nameOf),
    outputs: outputs.filter((output) => output !== ''),
    attributes: new LiteAttributes(op, options),
    ...NOWHERE,
    opSpan: NOWHERE,
  };
}

/** What is left out has its default: the file need not have a table of options at all. */
class LiteAttributes implements Attributes {
  constructor(
    private readonly op: string,
    private readonly table: FlatTable | undefined,
  ) {}

  number(name: string): number | undefined {
    const option = this.option(name);
    if (!option || option[1] === 'ints') return undefined;
    const [field, kind, fallback] = option;
    if (!this.table) return fallback ?? 0;
    return kind === 'int' ? this.table.int(field, fallback) : this.table[kind](field);
  }

  numbers(name: string): readonly number[] | undefined {
    const option = this.option(name);
    const numbers = option?.[1] === 'ints' ? this.table?.ints(option[0]) : undefined;
    return numbers && numbers.length > 0 ? numbers : undefined;
  }

  text(): undefined {
    return undefined;
  }

  span(): undefined {
    return undefined;
  }

  private option(name: string) {
    const options = Object.hasOwn(operationOptions, this.op) ? operationOptions[this.op] : {};
    return Object.hasOwn(options, name) ? options[name] : undefined;
  }
}

function constantOf(tensor: LiteTensor, source: ByteSource): Constant {
  const { name, extents: shape } = tensor;
  if (!shape.every((extent) => isWhole(extent, 0)))
    throw new WeightsError(`${source.name} is damaged: the shape of ${name} is ${formatShape(shape)}.`);
  const size = sizeOf(shape);
  const numbers = () => numbersOf(tensor, size, source);
  return {
    name,
    shape,
    ...NOWHERE,
    few: () => {
      const found = size <= MAX_FEW ? numbers() : undefined;
      return found === undefined || typeof found === 'string' ? undefined : [...found];
    },
    tensor: () => {
      const data = numbers();
      return typeof data === 'string' ? data : { shape, data };
    },
  };
}

function numbersOf(tensor: LiteTensor, size: number, source: ByteSource): Float64Array | string {
  const { type, data, scales, zeros, extents, axis, isSparse } = tensor;
  if (isSparse) return 'sparse tensors are not read';
  if (!Object.hasOwn(numberTypes, type)) return `numbers of the kind ${type} are not read`;
  const kind = numberTypes[type];
  if (!data || data.length !== size * bytesOf(kind)) return 'fewer or more numbers stand there than its shape says';
  const values = decode(partOf(source, data.start, data.length), kind, size);
  if (scales.length === 0 || kind.startsWith('float')) return values;
  if (scales.length > 1 && scales.length !== extents.at(axis)) return 'its scales do not fit its shape';
  const along = sizeOf(extents.slice(axis + 1));
  const place = (i: number) => Math.floor(i / along) % scales.length;
  return values.map((value, i) => (value - (zeros[zeros.length > 1 ? place(i) : 0] ?? 0)) * scales[place(i)]);
}
