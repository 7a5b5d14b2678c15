import type { Activation } from '../../../../network/activation.ts';
import { fileShape } from '../../../graph/axes.ts';
import { chosen, Condition, repeats } from '../../../graph/choices.ts';
import { Refusal } from '../../../graph/writer.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import { numeric } from '../../python/evaluation/values.ts';
import type { Argument, Value } from '../../python/evaluation/values.ts';
import { DataTensor, Filled, Tensor } from './tensor.ts';

/** Numbers beside a tensor: constants, extrema with them, and choices by a threshold. */

/** The number that a value holds everywhere, if it meets each number of x once; undefined otherwise. */
export function numberBeside(x: TensorValue, value: Value): number | undefined {
  if (value instanceof Filled) return repeats(value.shape ?? [], x) ? value.fill : undefined;
  if (value instanceof DataTensor) return repeats(value.shape, x) ? value.fill : undefined;
  return numeric(value);
}

/** `torch.zeros_like(x)` and others: one number in the shape of a tensor. */
export function filledLike(name: string, { value }: Tensor, args: readonly Argument[]): Filled | undefined {
  const wanted = args.find((argument) => argument.name === 'fill_value')?.value ?? args[0]?.value;
  const fill = name === 'zeros_like' ? 0 : name === 'ones_like' ? 1 : numeric(wanted);
  return fill === undefined ? undefined : new Filled(fill, fileShape(value));
}

export function isFilling(name: string): boolean {
  return /^(?:zeros|ones|full)_like$/.test(name);
}

/** `x > 0`, `0 < x`; at the threshold itself both sides are as good as the other where they meet. */
export function conditionOf(operator: string, left: Value, right: Value): Condition | undefined {
  if (!/^[<>]=?$/.test(operator)) return undefined;
  const isFirst = left instanceof Tensor;
  const [tensor, other] = isFirst ? [left, right] : [right, left];
  if (!(tensor instanceof Tensor)) return undefined;
  const at = numberBeside(tensor.value, other);
  return at === undefined ? undefined : new Condition(tensor.value, at, operator.startsWith('>') === isFirst);
}

/** The functions that compare, as operators. */
export const comparisons: Readonly<Record<string, string>> = { gt: '>', ge: '>=', lt: '<', le: '<=' };

/** `torch.where(x > 0, x, 0.1 * x)` */
export function choice(condition: Condition, then: Value, otherwise: Value): Activation {
  const [first, second] = [then, otherwise].map((value) =>
    value instanceof Tensor ? value.value : numberBeside(condition.x, value),
  );
  if (first !== undefined && second !== undefined) return chosen(condition, first, second);
  throw new Refusal('What is chosen here is not known.');
}
