import { NOWHERE } from '../../network/definition.ts';
import { buffered } from '../binary/buffered.ts';
import { fieldsIn, textAt, varintsAt, type Field, type Place } from '../binary/protobuf.ts';
import type { NearbyFiles } from '../format.ts';
import type { Attributes } from '../graph/attributes.ts';
import { bytesOf, decode, halfFloat, brainFloat } from '../weights/numberTypes.ts';
import { sizeOfShape } from '../weights/shapes.ts';
import { WeightsError, type ByteSource } from '../weights/weightsFile.ts';
import {
  attributeField,
  attributeFields,
  sizeAdvice,
  type AttributeField,
  type OnnxInput,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
} from './model.ts';
import { numberTypes, unreadKind } from './numbers.ts';

/** Binary files have no places that could be shown. */
/** Numbers of the fields that are read (onnx.proto, by message). */
const Model = { irVersion: 1, graph: 7, opsetImport: 8, greatest: 26 } as const;
const Graph = { node: 1, name: 2, initializer: 5, input: 11, output: 12, sparseInitializer: 15 } as const;
const Node = { input: 1, output: 2, name: 3, opType: 4, attribute: 5 } as const;
const Attribute = {
  name: 1,
  f: 2,
  i: 3,
  s: 4,
  t: 5,
  g: 6,
  floats: 7,
  ints: 8,
  strings: 9,
  tensors: 10,
  graphs: 11,
  type: 20,
} as const;
const TensorField = {
  dims: 1,
  dataType: 2,
  floatData: 4,
  int32Data: 5,
  int64Data: 7,
  name: 8,
  rawData: 9,
  doubleData: 10,
  uint64Data: 11,
  externalData: 13,
} as const;

/** Graphs beyond this are not networks that anyone looks at layer by layer. */
const MAX_ITEMS = 200_000;

/** Versions of the format so far, with room for more. */
const MAX_VERSIONS = 64;

/**
 * Whether a file is an ONNX model: it begins with the version of the format, as all writers have it, and the fields of
 * its outermost message are those of a model.
 */
export function isOnnx(source: ByteSource): boolean {
  const [tag, version] = source.size < 2 ? [] : source.read(0, 2);
  if (tag !== 8 * Model.irVersion || version === 0 || version > MAX_VERSIONS) return false;
  const seen = new Set<number>();
  try {
    for (const { number, isDelimited } of fieldsIn(buffered(source), wholeOf(source))) {
      if (number > Model.greatest || isDelimited === (number === Model.irVersion)) return false;
      seen.add(number);
      if (seen.has(Model.graph) && seen.size > 1) return true;
    }
  } catch {
    // It stops being a protocol buffer, as a model does that was cut short.
    return /\.onnx$/i.test(source.name);
  }
  return seen.has(Model.graph);
}

function wholeOf(source: ByteSource): Place {
  return { start: 0, end: source.size };
}

/** The model of an `.onnx` file. Raw data is passed over. Throws a `WeightsError` where the file is damaged. */
export function modelFromBytes(file: ByteSource, files: NearbyFiles | undefined): OnnxModel {
  const source = buffered(file);
  const reader = new ModelReader(source, files);
  for (const { number, place } of fieldsIn(source, wholeOf(source))) if (number === Model.graph) reader.graph(place);
  return reader.model();
}

class ModelReader {
  private readonly nodes: OnnxNode[] = [];
  private readonly initializers: OnnxTensor[] = [];
  private readonly inputs: OnnxInput[] = [];
  private readonly outputs: string[] = [];
  private name: string | undefined;
  private count = 0;

  constructor(
    private readonly source: ByteSource,
    private readonly files: NearbyFiles | undefined,
  ) {}

  model(): OnnxModel {
    const { name, nodes, initializers, inputs, outputs } = this;
    return { name, nodes, initializers, inputs, outputs, span: NOWHERE, nameSpan: NOWHERE, initializersSpan: NOWHERE };
  }

  graph(place: Place): void {
    for (const { number, place: part } of fieldsIn(this.source, place)) {
      if (++this.count > MAX_ITEMS) throw new WeightsError(`${this.source.name} has more than ${MAX_ITEMS} nodes.`);
      if (number === Graph.node) this.nodes.push(this.node(part));
      else if (number === Graph.name) this.name = textAt(this.source, part);
      else if (number === Graph.initializer) this.initializers.push(this.tensor(part));
      else if (number === Graph.input) this.inputs.push(this.input(part));
      else if (number === Graph.output) this.outputs.push(this.text(part, 1));
      else if (number === Graph.sparseInitializer)
        throw new WeightsError(`${this.source.name} has sparse initializers, which are not read.`);
    }
  }

  private node(place: Place): OnnxNode {
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes = new Map<string, Place>();
    let [name, op] = ['', ''];
    for (const { number, place: part } of fieldsIn(this.source, place)) {
      if (number === Node.input) inputs.push(textAt(this.source, part));
      else if (number === Node.output) outputs.push(textAt(this.source, part));
      else if (number === Node.name) name = textAt(this.source, part);
      else if (number === Node.opType) op = textAt(this.source, part);
      else if (number === Node.attribute) attributes.set(this.text(part, Attribute.name), part);
    }
    return {
      name,
      op,
      inputs,
      outputs: outputs.filter((output) => output !== ''),
      attributes: new BinaryAttributes(this.source, attributes),
      ...NOWHERE,
      opSpan: NOWHERE,
      tensor: (attribute) => {
        const tensor = this.field(attributes.get(attribute), Attribute.t);
        return tensor && this.tensor(tensor.place);
      },
    };
  }

  private field(place: Place | undefined, wanted: number): Field | undefined {
    return place && lastField(this.source, place, wanted);
  }

  private text(place: Place, wanted: number): string {
    const found = this.field(place, wanted);
    return found ? textAt(this.source, found.place) : '';
  }

  private input(place: Place): OnnxInput {
    const shape = [2, 1, 2].reduce<Place | undefined>((part, number) => this.field(part, number)?.place, place);
    const dims: (number | string | null)[] = [];
    for (const { number, place: dim } of shape ? fieldsIn(this.source, shape) : []) {
      if (number !== 1) continue;
      const name = this.text(dim, 2);
      dims.push(this.field(dim, 1)?.value ?? (name === '' ? null : name));
    }
    return { name: this.text(place, 1), dims, span: NOWHERE, advice: sizeAdvice };
  }

  /** A tensor: its numbers are passed over, wherever they stand. */
  private tensor(place: Place): OnnxTensor {
    const dims: number[] = [];
    const numbers: Field[] = [];
    const external = new Map<string, string>();
    let [name, kind] = ['', 1];
    for (const field of fieldsIn(this.source, place)) {
      const { number, value, place: part, isDelimited } = field;
      if (number === TensorField.dims) dims.push(...(isDelimited ? varintsAt(this.source, part) : [value]));
      else if (number === TensorField.dataType) kind = value;
      else if (number === TensorField.name) name = textAt(this.source, part);
      else if (number === TensorField.externalData) external.set(this.text(part, 1), this.text(part, 2));
      else if (isNumbers(number)) numbers.push(field);
    }
    const stored = { kind, size: sizeOfShape(dims), numbers, external };
    return { name, dims, kind, span: NOWHERE, numbers: () => this.numbersOf(stored) };
  }

  private numbersOf({ kind, size, numbers, external }: StoredNumbers): Float64Array | string {
    if (!Object.hasOwn(numberTypes, kind)) return unreadKind(kind);
    const type = numberTypes[kind];
    try {
      if (external.size > 0) return decode(this.externalBytes(external, size * bytesOf(type)), type, size);
      const raw = numbers.find(({ number }) => number === TensorField.rawData);
      if (raw) return decode(this.bytes(raw.place), type);
      return listed(this.source, numbers, kind, size);
    } catch (error) {
      if (error instanceof WeightsError) return error.message;
      throw error;
    }
  }

  private bytes({ start, end }: Place): Uint8Array {
    return this.source.read(start, end - start);
  }

  /** Numbers in a file beside the model: `location`, and perhaps `offset` and `length`. */
  private externalBytes(external: ReadonlyMap<string, string>, length: number): Uint8Array {
    const location = external.get('location') ?? '';
    const file = this.files?.bytes?.(location);
    if (!file) throw new WeightsError(`its numbers are in the file ${location}, which is not beside the model`);
    const offset = Number(external.get('offset') ?? 0);
    if (!Number.isSafeInteger(offset) || offset < 0 || !(offset + length <= file.size))
      throw new WeightsError(`the file ${location} is too short for it`);
    return file.read(offset, length);
  }
}

interface StoredNumbers {
  readonly kind: number;
  readonly size: number;
  readonly numbers: readonly Field[];
  readonly external: ReadonlyMap<string, string>;
}

const { floatData, int32Data, int64Data, doubleData, uint64Data, rawData } = TensorField;

function isNumbers(number: number): boolean {
  return [floatData, int32Data, int64Data, doubleData, uint64Data, rawData].some((each) => each === number);
}

/** Numbers in lists of their own kind, packed or one by one. */
function listed(source: ByteSource, fields: readonly Field[], kind: number, size: number): Float64Array {
  // Every number takes a byte at least.
  const most = fields.reduce((sum, { place }) => sum + place.end - place.start, 0);
  if (!(size <= most)) throw new WeightsError(`fewer numbers stand there than its shape says`);
  const values = new Float64Array(size);
  let count = 0;
  const push = (numbers: ArrayLike<number>) => {
    if (count + numbers.length > size) throw new WeightsError('more numbers stand there than its shape says');
    values.set(numbers, count);
    count += numbers.length;
  };
  for (const { number, value, place, isDelimited } of fields) {
    if (!isDelimited) push([value]);
    else if (number === floatData) push(decode(source.read(place.start, place.end - place.start), 'float32'));
    else if (number === doubleData) push(decode(source.read(place.start, place.end - place.start), 'float64'));
    else push(varintsAt(source, place));
  }
  if (count < size) throw new WeightsError(`${count} numbers stand there, the shape needs ${size}`);
  // Halves are written as the whole numbers that have their bits.
  if (kind === 10) return values.map(halfFloat);
  return kind === 16 ? values.map(brainFloat) : values;
}

/** Of several fields with one number the last counts. */
function lastField(source: ByteSource, place: Place, wanted: number): Field | undefined {
  let found: Field | undefined;
  for (const field of fieldsIn(source, place)) if (field.number === wanted) found = field;
  return found;
}

/** The attributes of a node; each has a name and a value in the field of its kind. */
class BinaryAttributes implements Attributes {
  constructor(
    private readonly source: ByteSource,
    private readonly places: ReadonlyMap<string, Place>,
  ) {}

  /** A zero may be left out. */
  number(name: string): number | undefined {
    const place = this.places.get(name);
    const kind = place && this.kindOf(place, ['i', 'f']);
    if (!place || kind === undefined) return undefined;
    if (kind !== 'i' && kind !== 'f') return NaN;
    return lastField(this.source, place, Attribute[kind])?.value ?? 0;
  }

  numbers(name: string): readonly number[] | undefined {
    const place = this.places.get(name);
    const kind = place && this.kindOf(place, ['ints', 'floats']);
    if (!place || kind === undefined) return undefined;
    if (kind !== 'ints' && kind !== 'floats') return [NaN];
    const numbers: number[] = [];
    for (const { number, value, place: part, isDelimited } of fieldsIn(this.source, place)) {
      if (number !== Attribute[kind]) continue;
      if (!isDelimited) numbers.push(value);
      else if (kind === 'ints') numbers.push(...varintsAt(this.source, part));
      else numbers.push(...decode(this.source.read(part.start, part.end - part.start), 'float32'));
    }
    return numbers.length > 0 ? numbers : undefined;
  }

  /** The field that holds the value: by the attribute's type, else one of those asked for, else any other. */
  private kindOf(place: Place, wanted: readonly AttributeField[]): AttributeField | undefined {
    const isThere = (kind: AttributeField) => lastField(this.source, place, Attribute[kind]) !== undefined;
    const known = attributeField(lastField(this.source, place, Attribute.type)?.value);
    return known ?? wanted.find(isThere) ?? attributeFields.find(isThere);
  }

  text(name: string): string | undefined {
    const place = this.places.get(name);
    const field = place && lastField(this.source, place, Attribute.s);
    return field && textAt(this.source, field.place);
  }

  span(name: string) {
    return this.places.has(name) ? NOWHERE : undefined;
  }
}
