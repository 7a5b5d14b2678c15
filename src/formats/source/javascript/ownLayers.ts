import type { Argument, Evaluation, Site } from '../evaluation/evaluation.ts';
import { List, Native, Unknown } from '../evaluation/values.ts';
import type { Value } from '../evaluation/values.ts';
import {
  expanded,
  extremum,
  isSketched,
  merged,
  Sketch,
  SketchedWeights,
  sketchedSum,
} from '../library/keras/sketch.ts';

/** A member of a tensor or of weights in a layer's own code. */
export function sketchMember(e: Evaluation, object: Sketch | SketchedWeights, key: string): Value {
  if (key === 'shape') return e.list(object.shape);
  if (key === 'rank') return object.shape.length;
  return new Native(`Sketch.${key}`, object);
}

/** `x.expandDims(1)`, `x.add(this.w.read())`, `x.max(2)`, `this.addWeight('w', [5, 4])` */
export function callSketch({ name, thisValue }: Native, args: readonly Argument[], site: Site): Value {
  const method = name.slice('Sketch.'.length);
  const values = args.map(({ value }) => value);
  const result = method === 'addWeight' ? weightsOf(values[1]) : sketchOf(method, [thisValue, ...values]);
  return result ?? new Unknown(site.text, site.span, true);
}

function weightsOf(shape: Value): SketchedWeights | undefined {
  const sizes = numbersIn(shape);
  return sizes && new SketchedWeights(sizes);
}

function numbersIn(value: Value): number[] | undefined {
  if (!(value instanceof List) || value.doubt) return undefined;
  const numbers = value.items.filter((item) => typeof item === 'number');
  return numbers.length === value.items.length ? numbers : undefined;
}

/** The same as functions of TensorFlow.js: `tf.add(tf.expandDims(x, 1), w)`. Undefined for what is not followed. */
export function sketchOf(name: string, [first, second, third]: readonly Value[]): Value {
  if (!isSketched(first)) return undefined;
  switch (name) {
    case 'read':
    case 'clone':
      return first;
    case 'expandDims':
      return second === undefined || typeof second === 'number' ? expanded(first, second ?? 0) : undefined;
    case 'reshape': {
      const sizes = numbersIn(second);
      return sizes && first instanceof SketchedWeights ? merged(first, sizes) : undefined;
    }
    case 'add':
      return isSketched(second) ? sketchedSum(first, second) : undefined;
    case 'max':
    case 'min': {
      const axis = second instanceof List && second.items.length === 1 ? second.items[0] : second;
      const isPlain = first instanceof Sketch && typeof axis === 'number' && (third === undefined || third === false);
      return isPlain ? extremum(first, axis, name) : undefined;
    }
    default:
      return undefined;
  }
}
