import type { GraphNode } from '../../../graph/node.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import { Tuple } from '../../python/evaluation/values.ts';
import type { Argument, Value } from '../../python/evaluation/values.ts';
import { isAll } from './parts.ts';
import { Parameter, Tensor } from './tensor.ts';
import type { OuterSum } from './tensor.ts';
import type { Trace } from './trace.ts';

/**
 * Max-plus products as sources write them: `(x.unsqueeze(1) + weight).max(dim=2).values`, where `weight` has a row for
 * each unit. They are read by what they compute, never by the names of classes: published layers of the same name add
 * normalizations, soft maxima or differences.
 */

/** Whether a vector gets an axis before its numbers: `x.unsqueeze(1)` */
export function opensUnits(name: string, tensor: Tensor, args: readonly Argument[]): boolean {
  if (name !== 'unsqueeze' || args.length !== 1) return false;
  const [{ name: given, value: dim }] = args;
  return (given === undefined || given === 'dim') && (dim === 1 || dim === -2) && isVector(tensor);
}

/** Likewise: `x[:, None]`, `x[:, None, :]` */
export function opensUnitsByIndex(tensor: Tensor, parts: readonly Value[]): boolean {
  const [batch, axis, ...rest] = parts;
  return parts.length < 4 && isAll(batch) && axis === null && rest.every(isAll) && isVector(tensor);
}

function isVector(tensor: Tensor): boolean {
  return !tensor.rearranged && tensor.value.shape?.length === 1;
}

/** The sum of a vector with such an axis and weights that have a row for each unit; undefined for any other. */
export function outerSum(operator: string, left: Value, right: Value): OuterSum | undefined {
  const [tensor, weights] = left instanceof Tensor ? [left, right] : [right, left];
  if (operator !== '+' || !(tensor instanceof Tensor) || !(weights instanceof Parameter)) return undefined;
  const { pending } = tensor;
  if (pending?.kind !== 'opened') return undefined;
  const [first, ...rest] = weights.shape;
  const [units, inputs, ...more] = rest.length === 2 && first === 1 ? rest : weights.shape;
  if (more.length > 0 || inputs === undefined || inputs !== pending.x.shape?.[0]) return undefined;
  return { kind: 'sum', x: pending.x, units, owner: weights.owner };
}

/** The sum whose greatest or least terms are taken unit by unit: `.max(dim=2)`, `.amin(-1)` */
export function sumBelow(tensor: Tensor, args: readonly Argument[]): OuterSum | undefined {
  const { pending } = tensor;
  if (pending?.kind !== 'sum') return undefined;
  const names = ['dim', 'keepdim'];
  const given = new Map(args.map(({ name, value }, i) => [name === 'axis' ? 'dim' : (name ?? names[i]), value]));
  const dim = given.get('dim');
  const axis = dim instanceof Tuple && dim.items.length === 1 ? dim.items[0] : dim;
  const isPlain = [...given.keys()].every((name) => name !== undefined && names.includes(name));
  const isKept = given.has('keepdim') && given.get('keepdim') !== false;
  return isPlain && !isKept && (axis === -1 || axis === 2) ? pending : undefined;
}

/** The layer that such a sum and its extrema are. */
export function tropicalProduct(trace: Trace, node: GraphNode, sum: OuterSum, isMaximum: boolean): TensorValue {
  const { x, units, owner } = sum;
  // A file may call its weights anything: which axis has the units is not certain where there are as many inputs.
  trace.writer.isInexact = true;
  const operation = { kind: 'tropicalDense', units, semiring: isMaximum ? 'max' : 'min' } as const;
  return trace.writer.emit(node, [x], { type: 'tropical_dense', operation, owner }, { arrangement: undefined });
}
