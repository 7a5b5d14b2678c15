import { sizeOf } from '../../../../network/shape.ts';
import { Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from '../../python/evaluation/evaluator.ts';
import { List, Native, Tuple } from '../../python/evaluation/values.ts';
import type { Argument, Site, Value } from '../../python/evaluation/values.ts';
import { isAll, withoutEllipsis } from './parts.ts';
import { Parameter } from './tensor.ts';

/** Methods of weights that give them other axes. */
export const axesMethod = /^(?:unsqueeze|view|reshape|flatten)$/;

/** A member of weights that a source makes itself: their shape, and functions that give them other axes. */
export function weightsMember(e: Evaluator, weights: Parameter, name: string, site: Site): Value {
  if (name === 'shape') return e.tuple(weights.shape);
  const givesAxes = axesMethod.test(name);
  return givesAxes ? new Native(`torch.tensor.${name}`, weights) : new Unknown(site.text, site.span);
}

/** Weights in other axes: `weight.unsqueeze(-1)`, `weight.view(1, 8, 9, 1)`, `weight.flatten(1)` */
export function reshapedWeights(
  name: string,
  { shape, owner }: Parameter,
  args: readonly Argument[],
): Parameter | undefined {
  const values = args.map(({ value }) => value);
  const sizes =
    values.length === 1 && (values[0] instanceof Tuple || values[0] instanceof List) ? values[0].items : values;
  if (!sizes.every((size) => typeof size === 'number' && Number.isInteger(size))) return undefined;
  const numbers = sizes.map(Number);
  if (name === 'unsqueeze') {
    const at = numbers[0] < 0 ? numbers[0] + shape.length + 1 : numbers[0];
    const fits = numbers.length === 1 && at >= 0 && at <= shape.length;
    return fits ? new Parameter([...shape.slice(0, at), 1, ...shape.slice(at)], owner) : undefined;
  }
  const behind = sizeOf(shape.slice(1));
  const isFlat =
    name === 'flatten' && args[0]?.name !== 'end_dim' && numbers.length === 1 && numbers[0] === 1 && shape.length > 1;
  const given = isFlat ? [shape[0], behind] : name === 'flatten' ? [] : numbers;
  const known = given.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const whole = given.map((size) => (size === -1 ? sizeOf(shape) / known : size));
  // Units keep their places where the first of the longer axes does: what each of them reads may be put side by side.
  const longer = (axes: readonly number[]) => axes.filter((size) => size !== 1);
  const keepsUnits = longer(whole)[0] === longer(shape)[0] && sizeOf(whole) === sizeOf(shape);
  return keepsUnits && whole.every(Number.isInteger) ? new Parameter(whole, owner) : undefined;
}

/** Likewise: `weight[None, :, :, None]`, `weight[..., None]` */
export function indexedWeights({ shape, owner }: Parameter, parts: readonly Value[]): Parameter | undefined {
  const written = withoutEllipsis(parts, shape.length);
  if (!written.every((part) => part === null || isAll(part))) return undefined;
  const left = [...shape];
  const axes = written.map((part) => (part === null ? 1 : (left.shift() ?? 0)));
  return axes.includes(0) ? undefined : new Parameter([...axes, ...left], owner);
}
