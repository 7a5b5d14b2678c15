import { Unknown } from '../../evaluation/values.ts';
import {
  BatchSize,
  ClassValue,
  Dict,
  Float,
  FunctionValue,
  Instance,
  Library,
  List,
  Native,
  Range,
  SetValue,
  Tuple,
} from './values.ts';
import type { Value } from './values.ts';
import { isTensorLike } from '../../library/torch/tensor.ts';
import { extendsClass } from '../../library/torch/modules.ts';

/** `isinstance(value, type)`; undefined if that is not known. */
export function isInstance(value: Value, type: Value): boolean | undefined {
  if (type instanceof Tuple || type instanceof List) {
    const results = type.items.map((item) => isInstance(value, item));
    return results.includes(true) ? true : results.includes(undefined) ? undefined : false;
  }
  if (value instanceof Unknown || type instanceof Unknown) return undefined;
  if (type instanceof ClassValue) return value instanceof Instance ? isSubclass(value.cls, type) : false;
  if (!(type instanceof Library)) return undefined;
  const builtin = builtinType(value, type.path);
  if (builtin !== undefined) return builtin;
  if (isTensorLike(value)) return /^torch\.(?:Tensor|nn\.Parameter|FloatTensor)$/.test(type.path);
  if (!(value instanceof Instance)) return type.path.startsWith('torch.') ? false : undefined;
  if (value.library === undefined) return type.path.startsWith('torch.') ? false : undefined;
  return extendsClass(value, type.path);
}

function isSubclass(cls: ClassValue | undefined, type: ClassValue): boolean {
  return cls?.lineage.includes(type) ?? false;
}

function builtinType(value: Value, path: string): boolean | undefined {
  switch (path) {
    case 'builtins.int':
      return typeof value === 'number' || typeof value === 'boolean' || value instanceof BatchSize;
    case 'builtins.float':
      return value instanceof Float;
    case 'builtins.str':
      return typeof value === 'string';
    case 'builtins.bool':
      return typeof value === 'boolean';
    case 'builtins.list':
      return value instanceof List;
    case 'builtins.tuple':
      return value instanceof Tuple;
    case 'builtins.dict':
    case 'collections.OrderedDict':
      return value instanceof Dict && !(value instanceof SetValue);
    case 'builtins.set':
      return value instanceof SetValue;
    case 'builtins.range':
      return value instanceof Range;
    case 'builtins.type':
      return value instanceof ClassValue || (value instanceof Library && /\.[A-Z]\w*$/.test(value.path));
    case 'numbers.Number':
      return typeof value === 'number' || value instanceof Float;
    case 'collections.abc.Iterable':
    case 'collections.Iterable':
    case 'typing.Iterable':
      return isSequence(value) || typeof value === 'string' || value instanceof Dict;
    case 'collections.abc.Sequence':
    case 'typing.Sequence':
      return isSequence(value) || typeof value === 'string';
    case 'collections.abc.Callable':
    case 'typing.Callable':
      return value instanceof FunctionValue || value instanceof Native || value instanceof ClassValue;
    default:
      return undefined;
  }
}

function isSequence(value: Value): boolean {
  return value instanceof List || value instanceof Tuple || value instanceof Range;
}
