import type { Tensor } from '../../network/operation.ts';
import { sizeOf, type Shape } from '../../network/shape.ts';
import { isWhole } from '../../network/wholeSizes.ts';
import { bytesOfBase64 } from '../json/bytes.ts';
import { decode } from '../weights/numberTypes.ts';
import type { Constant } from '../graph/node.ts';
import { itemsOf, member, spanOf, textOf } from '../json/json.ts';
import type { JsonNode } from '../json/json.ts';
import type { ListedWeights } from '../json/listedWeights.ts';
import { numberOf } from '../json/protobuf.ts';
import { readTfjsShards } from '../weights/tfjsShards.ts';
import { WeightsError } from '../weights/weightsFile.ts';
import type { StoredTensor } from '../weights/weightsFile.ts';
import type { NearbyFiles } from '../format.ts';

const MAX_ITEMS = 64;

/** The constants of a graph model: their numbers are nearly always in a weights file, their shapes are known. */
export class Constants {
  private readonly shapes: ReadonlyMap<string, Shape>;
  private stored: ReadonlyMap<string, StoredTensor> | undefined;

  constructor(
    private readonly listed: ListedWeights | undefined,
    private readonly files: NearbyFiles | undefined,
  ) {
    this.shapes = new Map(listed?.weights.map(({ name, shape }) => [name, shape]));
  }

  /** Null where its shape is none. */
  of(node: JsonNode, name: string): Constant | null {
    const tensor = member(member(member(node, 'attr'), 'value'), 'tensor');
    const shape = this.shapes.get(name) ?? shapeOf(member(tensor, 'tensorShape'));
    if (!shape) return null;
    const read = () => numbersIn(tensor, sizeOf(shape));
    return {
      name,
      shape,
      ...spanOf(node),
      few: () => {
        if (sizeOf(shape) > MAX_ITEMS) return undefined;
        const numbers = read() ?? this.inShards(name);
        return numbers && [...numbers];
      },
      tensor: (): Tensor | undefined => {
        const data = read() ?? this.inShards(name);
        return data && { shape, data: Float64Array.from(data) };
      },
    };
  }

  /** The numbers of a constant that stands in a file beside the text; undefined where they cannot be had. */
  private inShards(name: string): Float64Array | undefined {
    try {
      this.stored ??= this.open();
      return this.stored.get(name)?.values();
    } catch {
      // A shard that is missing or too short is reported where weights are asked for.
      this.stored ??= new Map();
      return undefined;
    }
  }

  private open(): ReadonlyMap<string, StoredTensor> {
    const { bytes } = this.files ?? {};
    if (!bytes || !this.listed) return new Map();
    const file = readTfjsShards('the weights manifest', this.listed.groups, (path) => {
      const source = bytes(path);
      if (!source) throw new WeightsError(`there is no file ${path}`);
      return source;
    });
    return new Map(file.tensors.map((tensor) => [tensor.name, tensor]));
  }
}

/** Zeros are left out of protocol buffers, and so of the JSON of some. */
function shapeOf(node: JsonNode | undefined): Shape | null {
  const extents = itemsOf(member(node, 'dim')).map((dim) => {
    const size = member(dim, 'size');
    return size ? (numberOf(size) ?? NaN) : 0;
  });
  return extents.every((extent) => isWhole(extent, 0)) ? extents : null;
}

/** Numbers that do stand in the file: as bytes, or as a list, where one number is for all. */
function numbersIn(tensor: JsonNode | undefined, size: number): (ArrayLike<number> & Iterable<number>) | undefined {
  const content = textOf(member(tensor, 'tensorContent'));
  const isWhole = textOf(member(tensor, 'dtype')) === 'DT_INT32' || numberOf(member(tensor, 'dtype')) === 3;
  const bytes = content ? bytesOfBase64(content) : undefined;
  if (bytes && bytes.length === 4 * size) return decode(bytes, isWhole ? 'int32' : 'float32');
  for (const field of ['intVal', 'int64Val', 'floatVal', 'doubleVal']) {
    const numbers = itemsOf(member(tensor, field)).map(numberOf);
    if (numbers.length === 0 || !numbers.every((number) => number !== undefined)) continue;
    if (numbers.length === size) return numbers;
    if (numbers.length === 1 && size <= MAX_ITEMS) return Array<number>(size).fill(numbers[0]);
  }
  return undefined;
}
