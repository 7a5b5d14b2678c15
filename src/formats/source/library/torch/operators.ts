import { scale, shift, straight } from '../../../graph/operators/affine.ts';
import { merge, product } from '../../../graph/operators/joins.ts';
import type { GraphNode } from '../../../graph/node.ts';
import { Refusal } from '../../../graph/writer.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import type { Value } from '../../python/evaluation/values.ts';
import { numberBeside } from './constants.ts';
import { Parameter, Tensor } from './tensor.ts';
import { weights } from './trace.ts';
import type { Trace } from './trace.ts';

/** Functions and methods that are operators. */
export const operatorOf: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  subtract: '-',
  mul: '*',
  multiply: '*',
  div: '/',
  pow: '**',
  matmul: '@',
};

/** What a layer is called that an operator makes. */
export const nameOfOperator: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '**': 'pow',
  '@': 'matmul',
};

/** An operator between two tensors, or between a tensor and a number or weights. */
export function combine(trace: Trace, node: GraphNode, operator: string, left: Value, right: Value): TensorValue {
  const { writer } = trace;
  if (left instanceof Tensor && right instanceof Tensor) {
    const inputs = [left.value, right.value];
    if (operator === '+') return merge(writer, node, inputs, 'add');
    if (operator === '-') return merge(writer, node, inputs, 'subtract');
    if (/^[*@/]$/.test(operator))
      return product(writer, node, inputs, operator === '@' ? right.value.shape?.at(-1) : undefined);
    throw new Refusal(`The operator ${operator} between tensors is not analyzed.`);
  }
  const isFirst = !(left instanceof Tensor);
  const x = left instanceof Tensor ? left.value : (right as Tensor).value;
  const other = isFirst ? left : right;
  if (other instanceof Parameter) return withWeights(trace, node, operator, x, other, isFirst);
  const number = numberBeside(x, other);
  if (number === undefined) throw new Refusal(`What stands beside the ${operator} is not known here.`);
  switch (operator) {
    case '+':
      return straight(writer, node, x, 1, number);
    case '-':
      return isFirst ? straight(writer, node, x, -1, number) : straight(writer, node, x, 1, -number);
    case '*':
      return straight(writer, node, x, number, 0);
    case '/':
      if (!isFirst) return straight(writer, node, x, 1 / number, 0);
      break;
    case '**':
      if (!isFirst && number === 1) return x;
      if (!isFirst) return trace.activate(node, x, { kind: 'smooth', name: number === 2 ? 'square' : 'power' });
      break;
    default:
  }
  throw new Refusal(`The operator ${operator} is not analyzed here.`);
}

function withWeights(
  trace: Trace,
  node: GraphNode,
  operator: string,
  x: TensorValue,
  { owner, shape, size }: Parameter,
  isFirst: boolean,
): TensorValue {
  if (size === 1) throw new Refusal('A learned number for a whole tensor is not analyzed.');
  const constant = weights(owner, shape);
  if (operator === '*') return scale(trace.writer, node, x, constant);
  if (operator === '+' || (operator === '-' && !isFirst)) return shift(trace.writer, node, x, constant);
  throw new Refusal(`The operator ${operator} with weights is not analyzed here.`);
}
