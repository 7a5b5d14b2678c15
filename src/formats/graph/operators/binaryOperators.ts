import type { Arithmetic } from './arithmetic.ts';
import { merge, minimum } from './joins.ts';
import { activate, clipped } from './pointwise.ts';
import { Refusal } from '../refusal.ts';
import type { Operator } from '../translate.ts';

/** An operation on two tensors, or on one and a constant. That of two constants is opaque. */
export function binary({ withConstant, ofTensors }: Arithmetic): Operator {
  return (writer, node) => {
    const [left, right] = [writer.constant(node, 0), writer.constant(node, 1)];
    if (left && right) return { kind: 'opaque' };
    if (right) return withConstant(writer, node, writer.tensor(node, 0), right, false);
    if (left) return withConstant(writer, node, writer.tensor(node, 1), left, true);
    return ofTensors(writer, node, [writer.tensor(node, 0), writer.tensor(node, 1)]);
  };
}

/**
 * The larger or smaller of a tensor and a number, or of two tensors. `otherwise` is the reason why a constant that is
 * not one known number is refused.
 */
export function extremum(isMaximum: boolean, otherwise: (op: string) => string): Operator {
  return binary({
    withConstant: (writer, node, x, constant) => {
      writer.notWeights.add(constant.name);
      const bound = constant.few();
      if (bound?.length !== 1) throw new Refusal(otherwise(node.op));
      return activate(writer, node, x, isMaximum ? clipped(bound[0], Infinity) : clipped(-Infinity, bound[0]));
    },
    ofTensors: (writer, node, inputs) =>
      isMaximum ? merge(writer, node, inputs, 'maximum') : minimum(writer, node, inputs),
  });
}
