import type { Evaluator } from '../../python/evaluation/evaluator.ts';
import { List, Tuple } from '../../python/evaluation/values.ts';
import type { Argument, Value } from '../../python/evaluation/values.ts';
import { isAll, withoutEllipsis } from '../torch/parts.ts';
import {
  expanded,
  extremum,
  isSketched,
  merged,
  ownOperation,
  patches,
  Sketch,
  SketchedWeights,
  sketchedSum,
  type OwnOperation,
} from './sketch.ts';

/** What a layer computes whose code is `follow`, if it is a max-plus product; layers and models in it are nobody's. */
export function ownOperationIn(e: Evaluator, follow: (input: Sketch) => Value): OwnOperation | undefined {
  const [instances, models] = [e.instances.length, e.keras.models.length];
  const found = ownOperation(e, follow);
  e.instances.length = instances;
  e.keras.models.length = models;
  return found;
}

/** `self.add_weight(shape=(units, shape[-1]))`: the shape is the first list among the arguments. */
export function ownWeights(args: readonly Argument[]): SketchedWeights | undefined {
  const named = args.find(({ name }) => name === 'shape');
  const unnamed = args.filter(({ name, value }) => name === undefined && isSequence(value));
  const sizes = numbersIn((named ?? unnamed.at(0))?.value);
  return sizes && new SketchedWeights(sizes);
}

function isSequence(value: Value): value is List | Tuple {
  return value instanceof List || value instanceof Tuple;
}

function numbersIn(value: Value): number[] | undefined {
  if (!isSequence(value) || value.doubt) return undefined;
  const numbers = value.items.flatMap((item) => (typeof item === 'number' ? [item] : []));
  return numbers.length === value.items.length ? numbers : undefined;
}

const parameters: Readonly<Record<string, readonly string[]>> = {
  expand_dims: ['', 'axis'],
  reshape: ['', 'shape'],
  add: ['', ''],
  max: ['', 'axis', 'keepdims'],
  min: ['', 'axis', 'keepdims'],
};

/** `ops.max(ops.expand_dims(x, 1) + w, axis=2)`, `tf.reduce_max(...)`; undefined for what is not followed. */
export function sketchedCall(path: string, args: readonly Argument[]): Sketch | SketchedWeights | undefined {
  // `tf.reduce_max`, `ops.amax`
  const name = (path.split('.').at(-1) ?? '').replace(/^(?:reduce_|a)(?=(?:max|min)$)/, '');
  const first = args[0]?.value;
  if (!isSketched(first)) return undefined;
  if (name === 'extract_patches') return first instanceof Sketch ? windows(path, first, args.slice(1)) : undefined;
  if (/^(?:identity|cast|convert_to_tensor)$/.test(name)) return first;
  if (!Object.hasOwn(parameters, name)) return undefined;
  const known = parameters[name];
  const given = new Map(args.slice(1).map(({ name: own, value }, i) => [own ?? known[i + 1], value]));
  if ([...given.keys()].some((key) => key === undefined || !known.includes(key))) return undefined;
  const axis = axisIn(given.get('axis'));
  switch (name) {
    case 'expand_dims':
      return axis === undefined ? undefined : expanded(first, axis);
    case 'reshape': {
      const sizes = numbersIn(given.get('shape'));
      return sizes && first instanceof SketchedWeights ? merged(first, sizes) : undefined;
    }
    case 'add': {
      const other = given.get('');
      return isSketched(other) ? sketchedSum(first, other) : undefined;
    }
    case 'max':
    case 'min': {
      const isPlain = !given.has('keepdims') || given.get('keepdims') === false;
      return first instanceof Sketch && axis !== undefined && isPlain ? extremum(first, axis, name) : undefined;
    }
  }
  return undefined;
}

function axisIn(value: Value): number | undefined {
  const [only = value, ...others] = isSequence(value) ? value.items : [];
  return typeof only === 'number' && others.length === 0 ? only : undefined;
}

/** `tf.image.extract_patches(x, [1, 3, 3, 1], [1, 1, 1, 1], [1, 1, 1, 1], 'VALID')`, or with Keras's own function */
function windows(path: string, x: Sketch, args: readonly Argument[]): Sketch | undefined {
  const isKeras = path.startsWith('keras.');
  const names = isKeras
    ? ['size', 'strides', 'dilation_rate', 'padding', 'data_format']
    : ['sizes', 'strides', 'rates', 'padding', 'name'];
  const given = new Map(args.map(({ name, value }, i) => [name ?? names[i], value]));
  if (![...given.keys()].every((name) => names.includes(name)) || given.get('data_format') === 'channels_first')
    return undefined;
  const [size, strides, rates] = names.slice(0, 3).map((name) => pairIn(given.get(name), isKeras));
  const padding = given.get('padding') ?? (isKeras ? 'valid' : undefined);
  const isUnpadded = typeof padding === 'string' && padding.toLowerCase() === 'valid';
  const isDense = given.has(names[2]) ? rates?.every((rate) => rate === 1) === true : isKeras;
  if (!size || !isUnpadded || !isDense || (given.has('strides') && !strides)) return undefined;
  // Without strides, windows of Keras do not overlap.
  const steps = strides ?? (isKeras ? size : undefined);
  return steps && patches(x, size, steps);
}

/** Of rows and columns: `3`, `(3, 3)` in Keras, `[1, 3, 3, 1]` in TensorFlow. */
function pairIn(value: Value, isKeras: boolean): readonly [number, number] | undefined {
  if (isKeras && typeof value === 'number') return [value, value];
  const numbers = numbersIn(value);
  if (!numbers) return undefined;
  const isWhole = numbers.length === 4 && numbers[0] === 1 && numbers[3] === 1;
  const [rows, columns, ...rest] = isKeras ? numbers : isWhole ? numbers.slice(1, 3) : [];
  return rows !== undefined && columns !== undefined && rest.length === 0 ? [rows, columns] : undefined;
}

/** `x[:, None, :]`, `w[None]`, `x[..., None]` */
export function sketchedPart(object: Sketch | SketchedWeights, index: Value): Sketch | SketchedWeights | undefined {
  const parts = withoutEllipsis(index instanceof Tuple ? index.items : [index], object.shape.length);
  if (!parts.every((part) => part === null || isAll(part))) return undefined;
  if (parts.filter(isAll).length > object.shape.length) return undefined;
  return parts.reduce<Sketch | SketchedWeights | undefined>(
    (result, part, axis) => (part === null ? result && expanded(result, axis) : result),
    object,
  );
}
