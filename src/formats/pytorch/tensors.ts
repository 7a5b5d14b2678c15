import { bytesOf, type NumberType } from '../weights/numberTypes.ts';
import { isShape } from '../weights/shapes.ts';
import { WeightsError } from '../weights/weightsFile.ts';
import { PickledName, PickledObject, type Pickled, type PickledDict, type PickleHost } from './pickle.ts';
import { valuesOf } from './stridedValues.ts';

/** Numbers one after another, which tensors are views of. */
export interface Storage {
  readonly type: NumberType | null;
  /** As PyTorch calls the kind of its numbers. */
  readonly typeName: string;
  readonly bytesEach: number;
  /** How many bytes it has. */
  readonly byteLength: number;
  /** Bytes from one place of it on. Throws a `WeightsError` where they are not in the file. */
  read(start: number, length: number): Uint8Array;
}

/** Where the storages of a file are, by their keys in the pickle. */
export interface StorageFinder {
  find(key: string): Pick<Storage, 'read'>;
  readonly isLittleEndian: boolean;
  /** Hears of each storage that tensors are made of. */
  found?(key: string, storage: Storage): void;
}

/** Stands for a storage in what the pickle describes. */
class PickledStorage extends PickledObject {
  constructor(readonly storage: Storage) {
    super('torch.storage', []);
  }
}

/** A tensor as the pickle describes it; its numbers are read when they are asked for. */
export class PickledTensor extends PickledObject {
  constructor(
    readonly shape: readonly number[],
    readonly values: () => Float64Array,
  ) {
    super('torch.Tensor', []);
  }
}

const types: Readonly<Record<string, NumberType>> = {
  Half: 'float16',
  BFloat16: 'bfloat16',
  Float: 'float32',
  Double: 'float64',
  Char: 'int8',
  Byte: 'uint8',
  Short: 'int16',
  Int: 'int32',
  Long: 'int64',
  Bool: 'bool',
};

/** Bytes of the numbers that are not read, which stand between others. */
const unreadSizes: Readonly<Record<string, number>> = {
  ComplexHalf: 4,
  ComplexFloat: 8,
  ComplexDouble: 16,
  QInt8: 1,
  QUInt8: 1,
  QInt32: 4,
};

/** PyTorch's names of kinds of numbers in `torch.float16`, ... */
const dtypes: Readonly<Record<string, NumberType>> = {
  float16: 'float16',
  half: 'float16',
  bfloat16: 'bfloat16',
  float32: 'float32',
  float: 'float32',
  float64: 'float64',
  double: 'float64',
  int8: 'int8',
  uint8: 'uint8',
  int16: 'int16',
  uint16: 'uint16',
  int32: 'int32',
  uint32: 'uint32',
  int64: 'int64',
  uint64: 'uint64',
  bool: 'bool',
};

/** Builds tensors and containers, and refuses to have anything else called. */
export class TensorHost implements PickleHost {
  private readonly storages = new Map<string, PickledStorage>();

  constructor(
    readonly name: string,
    private readonly finder: StorageFinder,
  ) {}

  call(name: string, args: readonly Pickled[]): Pickled {
    const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
    if (make) return make(args, this);
    if (plainData.has(name)) return new PickledObject(name, args);
    throw new WeightsError(
      `${this.name} asks Python to call ${name}, which no weights need. It is not read, and nothing in it was run; do not load it with PyTorch unless you trust where it is from.`,
    );
  }

  /**
   * `('storage', torch.FloatStorage, key, device, numbers)`, in old files with the part of another one that it is;
   * or a class with the text of its source, which is not read: `('module', class, file, text)`.
   */
  persistent(id: Pickled): Pickled {
    if (Array.isArray(id) && id[0] === 'module') return id[1] ?? null;
    if (!Array.isArray(id) || id[0] !== 'storage') return null;
    const [, kind, key, , count, view] = id;
    const kindName = kind instanceof PickledName ? kind.name : '';
    const match = /^torch\.(?:cuda\.|storage\.)?(?:([A-Za-z0-9]+?)Storage|_?UntypedStorage)$/.exec(kindName);
    if (!match || typeof key !== 'string' || !isExtent(count)) throw this.undescribed();
    const known = this.storages.get(key);
    if (known && !Array.isArray(view)) return known;
    const typeName = match[1] ?? 'Untyped';
    const type = typeName === 'Untyped' ? 'uint8' : Object.hasOwn(types, typeName) ? types[typeName] : null;
    const size = type === null ? (unreadSizes[typeName] ?? 1) : bytesOf(type);
    const start = Array.isArray(view) && isExtent(view[1]) ? view[1] * size : 0;
    const length = Array.isArray(view) && isExtent(view[2]) ? view[2] : count;
    const { read } = this.finder.find(key);
    const storage = new PickledStorage({
      type,
      typeName,
      bytesEach: size,
      byteLength: length * size,
      read: (at, bytes) => read(start + at, bytes),
    });
    this.storages.set(key, storage);
    this.finder.found?.(key, storage.storage);
    return storage;
  }

  /** A strided view of a storage (`torch._utils._rebuild_tensor_v2`). */
  tensor([stored, offset, shape, stride]: readonly Pickled[], dtype?: NumberType): PickledTensor {
    if (!(stored instanceof PickledStorage) || !isExtent(offset) || !isShape(shape) || !isShape(stride))
      throw this.undescribed();
    if (stride.length !== shape.length) throw this.undescribed();
    const { storage } = stored;
    const type = dtype ?? storage.type;
    return new PickledTensor([...shape], () => {
      if (type === null) throw new WeightsError(`${this.name} holds ${storage.typeName} numbers, which are not read.`);
      return valuesOf(this.name, storage, type, { offset, shape, stride }, this.finder.isLittleEndian);
    });
  }

  undescribed(): WeightsError {
    return new WeightsError(`${this.name} is damaged: a tensor in it is not described as PyTorch describes one.`);
  }
}

function isExtent(value: Pickled | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

type Maker = (args: readonly Pickled[], host: TensorHost) => Pickled;

const first: Maker = ([value]) => value ?? null;

function dictOf([entries]: readonly Pickled[]): PickledDict {
  if (entries instanceof Map) return entries;
  const pairs = Array.isArray(entries) ? entries : [];
  return new Map(pairs.filter((pair) => Array.isArray(pair)).map(([key, value]) => [key, value]));
}

/** A tensor of a class of its own, or with fields: `(function, class, arguments, state)`. */
const fromType: Maker = ([callee, , args], host) => {
  if (!(callee instanceof PickledName) || !Array.isArray(args)) throw host.undescribed();
  return host.call(callee.name, args);
};

/** The functions that may be called, and what is made in their place. */
const makers: Readonly<Record<string, Maker>> = {
  'torch._utils._rebuild_tensor': (args, host) => host.tensor(args),
  'torch._utils._rebuild_tensor_v2': (args, host) => host.tensor(args),
  'torch._utils._rebuild_tensor_v3': (args, host) => {
    const dtype = args[6] instanceof PickledName ? args[6].name.replace(/^torch\./, '') : '';
    if (!Object.hasOwn(dtypes, dtype)) return unreadTensor(args[2], `numbers of the kind ${dtype}`, host);
    return host.tensor(args, dtypes[dtype]);
  },
  // Lists of one type, as TorchScript writes them.
  ...Object.fromEntries(
    ['intlist', 'doublelist', 'boollist', 'tensorlist'].map((kind) => [`torch.jit._pickle.build_${kind}`, listOf]),
  ),
  'torch.jit._pickle.restore_type_tag': first,
  'torch._utils._rebuild_parameter': first,
  'torch._utils._rebuild_parameter_with_state': first,
  'torch._tensor._rebuild_from_type': fromType,
  'torch._tensor._rebuild_from_type_v2': fromType,
  'torch._utils._rebuild_qtensor': (args, host) => unreadTensor(args[2], 'a quantized tensor', host),
  'torch._utils._rebuild_sparse_tensor': (_, host) => unreadTensor([], 'a sparse tensor', host),
  'torch._utils._rebuild_sparse_csr_tensor': (_, host) => unreadTensor([], 'a sparse tensor', host),
  'torch._utils._rebuild_meta_tensor_no_storage': ([, shape], host) =>
    unreadTensor(shape, 'a tensor without numbers', host),
  'collections.OrderedDict': dictOf,
  'collections.Counter': dictOf,
  'builtins.dict': dictOf,
  '__builtin__.dict': dictOf,
  'collections.defaultdict': () => new Map(),
  'builtins.list': listOf,
  '__builtin__.list': listOf,
  'builtins.tuple': listOf,
  '__builtin__.tuple': listOf,
  'builtins.set': listOf,
  '__builtin__.set': listOf,
  'builtins.frozenset': listOf,
  '__builtin__.frozenset': listOf,
  'torch.Size': listOf,
  'copyreg._reconstructor': bare,
  'copy_reg._reconstructor': bare,
};

/** An object of a class, without its fields. */
function bare([callee]: readonly Pickled[]): Pickled {
  return new PickledObject(callee instanceof PickledName ? callee.name : '', []);
}

function listOf([items]: readonly Pickled[]): Pickled {
  return Array.isArray(items) ? [...items] : [];
}

function unreadTensor(shape: Pickled | undefined, what: string, host: TensorHost): PickledTensor {
  return new PickledTensor(isShape(shape) ? shape : [], () => {
    throw new WeightsError(`${host.name} holds ${what}, which is not read.`);
  });
}

/** Functions and classes whose results are numbers, paths and times: kept as names with their arguments. */
const plainData = new Set([
  '_codecs.encode',
  'argparse.Namespace',
  'builtins.bytearray',
  '__builtin__.bytearray',
  'builtins.complex',
  '__builtin__.complex',
  'builtins.slice',
  '__builtin__.slice',
  'builtins.range',
  '__builtin__.xrange',
  'builtins.object',
  '__builtin__.object',
  'datetime.date',
  'datetime.datetime',
  'datetime.timedelta',
  'fractions.Fraction',
  'decimal.Decimal',
  'uuid.UUID',
  'numpy.dtype',
  'numpy.ndarray',
  'numpy.core.multiarray._reconstruct',
  'numpy.core.multiarray.scalar',
  'numpy._core.multiarray._reconstruct',
  'numpy._core.multiarray.scalar',
  'pathlib.Path',
  'pathlib.PosixPath',
  'pathlib.PurePath',
  'pathlib.PurePosixPath',
  'pathlib.PureWindowsPath',
  'pathlib.WindowsPath',
  'torch.device',
  'torch._C.Generator',
  'torch._C.device',
]);
