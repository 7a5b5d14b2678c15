import { sizeOf } from '../../../../network/shape.ts';
import { Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from '../../python/evaluation/evaluator.ts';
import { List, Native, Tuple } from '../../python/evaluation/values.ts';
import type { Argument, Site, Value } from '../../python/evaluation/values.ts';
import { isAll, withoutEllipsis } from './parts.ts';
import { Parameter } from './tensor.ts';

/** A member of weights that a source makes itself: their shape, and functions that give them other axes. */
export function weightsMember(e: Evaluator, weights: Parameter, name: string, site: Site): Value {
  if (name === 'shape') return e.tuple(weights.shape);
  const givesAxes = /^(?:unsqueeze|view|reshape)$/.test(name);
  return givesAxes ? new Native(`torch.tensor.${name}`, weights) : new Unknown(site.text, site.span);
}

/** Weights in other axes: `weight.unsqueeze(-1)`, `weight.view(1, 8, 9, 1)` */
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
  // Units keep their places where all longer axes do.
  const known = numbers.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const whole = numbers.map((size) => (size === -1 ? sizeOf(shape) / known : size));
  const longer = (axes: readonly number[]) => axes.filter((size) => size !== 1).join();
  return longer(whole) === longer(shape) ? new Parameter(whole, owner) : undefined;
}

/** Likewise: `weight[None, :, :, None]`, `weight[..., None]` */
export function indexedWeights({ shape, owner }: Parameter, parts: readonly Value[]): Parameter | undefined {
  const written = withoutEllipsis(parts, shape.length);
  if (!written.every((part) => part === null || isAll(part))) return undefined;
  const left = [...shape];
  const axes = written.map((part) => (part === null ? 1 : (left.shift() ?? 0)));
  return axes.includes(0) ? undefined : new Parameter([...axes, ...left], owner);
}
