import { linear } from '../../network/activation.ts';
import type { Activation } from '../../network/activation.ts';
import { clipped, named } from '../graph/operators/pointwise.ts';
import { itemsOf, member, textOf } from '../json/json.ts';
import type { JsonNode, JsonObject } from '../json/json.ts';
import { numberOf } from '../json/protobuf.ts';
import type { KerasLayer } from './layers.ts';
import { classOf } from './parts.ts';
import { referencesIn } from './references.ts';

/**
 * Functions that were called on tensors while a model was built, which Keras keeps as layers: `x * 0.5` is a `Multiply`
 * of the module `keras.src.ops` in Keras 3, a `TFOpLambda` in Keras 2. They have the names of layers and another
 * meaning: an operand may be a number.
 */

/** What is done, by either version's name for it. */
const operators: Readonly<Record<string, string>> = {
  Add: 'add',
  Subtract: 'subtract',
  Multiply: 'multiply',
  Divide: 'divide',
  TrueDivide: 'divide',
  Negative: 'negative',
  Maximum: 'maximum',
  Minimum: 'minimum',
  Relu: 'relu',
  Relu6: 'relu6',
  Absolute: 'abs',
  Abs: 'abs',
  'math.add': 'add',
  '__operators__.add': 'add',
  'math.subtract': 'subtract',
  'math.multiply': 'multiply',
  'math.truediv': 'divide',
  'math.divide': 'divide',
  'math.negative': 'negative',
  'math.maximum': 'maximum',
  'math.minimum': 'minimum',
  'math.abs': 'abs',
  'nn.relu': 'relu',
  'nn.relu6': 'relu6',
};

/** The meaning of a layer that is such a function; null for any other layer. */
export function operationLayer(layer: JsonObject): KerasLayer | null {
  const className = classOf(layer);
  const isOfKeras3 = /^keras(?:\.src)?\.ops\b/.test(textOf(member(layer, 'module')) ?? '');
  if (!isOfKeras3 && className !== 'TFOpLambda') return null;
  const written = isOfKeras3 ? className : (textOf(member(member(layer, 'config'), 'function')) ?? '');
  const operator = Object.hasOwn(operators, written) ? operators[written] : undefined;
  const { number, isFirst, tensors } = operandsOf(layer);
  const found =
    operator === undefined
      ? undefined
      : number === null
        ? ofTensors(operator, tensors)
        : withNumber(operator, number, isFirst);
  return found ?? refused(written || className);
}

function refused(name: string): KerasLayer {
  const why = `The operation ${name}, called on tensors, is not analyzed.`;
  return {
    type: name,
    operation: { kind: 'unknown', why },
    activation: linear,
    issues: [{ field: 'type', code: 'unsupported', severity: 'warning', message: why }],
  };
}

function pointwise(activation: Activation): KerasLayer {
  const type = activation.name === 'relu' ? 'relu' : 'activation';
  return { type, operation: { kind: 'identity' }, activation, issues: [] };
}

function straight(slope: number, intercept: number): KerasLayer | undefined {
  if (!Number.isFinite(slope) || !Number.isFinite(intercept) || slope === 0) return undefined;
  return pointwise({ ...linear, slopes: [slope], intercepts: [intercept] });
}

/** An operation on one tensor and a number, which may come first. */
function withNumber(operator: string, number: number, isFirst: boolean): KerasLayer | undefined {
  switch (operator) {
    case 'add':
      return straight(1, number);
    case 'subtract':
      return isFirst ? straight(-1, number) : straight(1, -number);
    case 'multiply':
      return straight(number, 0);
    case 'divide':
      return isFirst ? undefined : straight(1 / number, 0);
    case 'maximum':
      return Number.isFinite(number) ? pointwise(clipped(number, Infinity)) : undefined;
    case 'minimum':
      return Number.isFinite(number) ? pointwise(clipped(-Infinity, number)) : undefined;
    default:
      return undefined;
  }
}

function ofTensors(operator: string, tensors: number): KerasLayer | undefined {
  if (tensors === 1) {
    if (operator === 'negative') return straight(-1, 0);
    return ['relu', 'relu6', 'abs'].includes(operator) ? pointwise(named(operator)) : undefined;
  }
  if (tensors !== 2) return undefined;
  switch (operator) {
    case 'add':
    case 'subtract':
    case 'maximum':
      return { type: operator, operation: { kind: operator }, activation: linear, issues: [] };
    case 'multiply': {
      const what = 'a product of its inputs';
      const operation = { kind: 'notPiecewiseLinear', what, parameters: { constant: 0, perFeature: [] } } as const;
      return { type: operator, operation, activation: linear, issues: [] };
    }
    default:
      return undefined;
  }
}

interface Operands {
  /** The number among the operands; null where there is none. */
  readonly number: number | null;
  readonly isFirst: boolean;
  readonly tensors: number;
}

/** The operands of the first call: in order (Keras 3), or a tensor with a record of the others (Keras 2). */
function operandsOf(layer: JsonObject): Operands {
  const [call] = itemsOf(member(layer, 'inbound_nodes'));
  const args = itemsOf(member(call, 'args'));
  const tensors = referencesIn(call).length;
  if (args.length > 0) {
    const position = args.findIndex((item) => isNumber(item));
    return { number: position < 0 ? null : (numberOf(args[position]) ?? null), isFirst: position === 0, tensors };
  }
  const record = recordIn(call);
  const y = member(record, 'y');
  return { number: isNumber(y) ? (numberOf(y) ?? null) : null, isFirst: false, tensors };
}

function isNumber(node: JsonNode | undefined): boolean {
  return node?.kind === 'scalar' && typeof node.value === 'number';
}

/** The keyword arguments at the end of a call. */
function recordIn(call: JsonNode | undefined): JsonNode | undefined {
  const items = itemsOf(call);
  const last = items.at(-1);
  if (last?.kind === 'object') return last;
  return last?.kind === 'list' ? recordIn(last) : undefined;
}
