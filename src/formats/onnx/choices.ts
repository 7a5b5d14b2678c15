import { boundedBy, chosen, Condition, JUMPS, jumps, repeats } from '../graph/choices.ts';
import { merge, minimum } from '../graph/operators/joins.ts';
import type { GraphNode } from '../graph/node.ts';
import { activate } from '../graph/operators/pointwise.ts';
import { Refusal } from '../graph/refusal.ts';
import type { Operator } from '../graph/translate.ts';
import type { GraphWriter, TensorValue } from '../graph/writer.ts';

/** The one number that an input holds everywhere, if it meets each number of x once. */
function numberBeside(writer: GraphWriter, node: GraphNode, index: number, x: TensorValue): number | undefined {
  const value = writer.value(node, index);
  if (value?.kind === 'filled') return repeats(value.dims, x) ? value.fill : undefined;
  if (value?.kind === 'extents') {
    const { items, dims } = value;
    const [first] = items;
    const isOne = first !== null && items.every((item) => item === first);
    return isOne && repeats(dims ?? [items.length], x) ? first : undefined;
  }
  if (value?.kind !== 'constant' || !repeats(value.constant.shape, x)) return undefined;
  writer.notWeights.add(value.constant.name);
  const tensor = value.constant.tensor();
  const data = tensor && typeof tensor !== 'string' ? tensor.data : value.constant.few();
  return data && data.length > 0 && data.every((number) => number === data[0]) ? data[0] : undefined;
}

/** A tensor as it is, or the number that an input holds. */
function operand(writer: GraphWriter, node: GraphNode, index: number, x: TensorValue): TensorValue | number {
  const value = writer.value(node, index);
  if (value?.kind === 'tensor') return value;
  const number = numberBeside(writer, node, index, x);
  if (number !== undefined) return number;
  throw new Refusal(`${node.op} with several numbers is not analyzed.`);
}

export const extremum =
  (isMaximum: boolean): Operator =>
  (writer, node) => {
    const tensors = node.inputs.flatMap((_, k) => {
      const value = writer.value(node, k);
      return value?.kind === 'tensor' ? [value] : [];
    });
    if (tensors.length === 0) return { kind: 'opaque' };
    const [x] = tensors;
    const met = isMaximum ? merge(writer, node, tensors, 'maximum') : minimum(writer, node, tensors);
    const bounds = node.inputs.flatMap((_, k) => {
      const bound = operand(writer, node, k, x);
      return typeof bound === 'number' ? [bound] : [];
    });
    if (bounds.length === 0) return met;
    const bound = isMaximum ? Math.max(...bounds) : Math.min(...bounds);
    return activate(writer, node, met, boundedBy(isMaximum, bound));
  };

export const comparison =
  (isGreater: boolean): Operator =>
  (writer, node) => {
    const first = writer.value(node, 0);
    const x = first?.kind === 'tensor' ? first : writer.tensor(node, 1);
    const at = numberBeside(writer, node, x === first ? 1 : 0, x);
    if (at === undefined) throw new Refusal(`${node.op} of other than a tensor and a number is not analyzed.`);
    return new Condition(x, at, (x === first) === isGreater);
  };

/** A threshold is exported as a choice. */
export const choose: Operator = (writer, node) => {
  const condition = writer.value(node, 0);
  if (condition?.kind !== 'condition') throw new Refusal('A choice by other than a threshold is not analyzed.');
  const { x } = condition;
  const sides = [operand(writer, node, 1, x), operand(writer, node, 2, x)] as const;
  const activation = chosen(condition, ...sides);
  if (jumps(activation)) writer.report('discontinuous', 'information', JUMPS, node.opSpan);
  // A line that nothing else reads has become a part of the activation.
  for (const side of sides)
    if (typeof side !== 'number' && side.sole && 'layer' in side.source)
      writer.drafts.splice(writer.drafts.indexOf(side.source.layer), 1);
  return activate(writer, node, { ...x, sole: false }, activation);
};
