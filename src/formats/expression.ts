import { create, parseDependencies } from 'mathjs/number';
import type { MathNode } from 'mathjs';

/** Longer expressions do not state a layer's size, and the parser's stack grows with the length. */
const MAX_EXPRESSION_LENGTH = 200;

type Parse = (text: string) => MathNode;

let parser: Parse | undefined;

/** The parser is put together on first use: most files have no expression. */
function parse(text: string): MathNode {
  parser ??= create({ parseDependencies }).parse as Parse;
  return parser(text);
}

const functions: Readonly<Record<string, (...values: number[]) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  min: Math.min,
  max: Math.max,
  sqrt: Math.sqrt,
};

const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  // The sign is that of the divisor, as in Python.
  mod: (a, b) => a - b * Math.floor(a / b),
  pow: (a, b) => a ** b,
};

/** Why an expression has no value; the message is a sentence. */
class ExpressionError extends Error {}

export type Evaluated = { readonly value: number } | { readonly fault: string };

/**
 * The value of an arithmetic expression: numbers, `params` by name, + - * / % ^, parentheses, and floor, ceil, round,
 * min, max and sqrt. Only parsed by mathjs; whatever else its language has (assignment, access, calls) is refused,
 * nothing in the text is ever run.
 */
export function evaluate(text: string, params: ReadonlyMap<string, number>): Evaluated {
  if (text.length > MAX_EXPRESSION_LENGTH)
    return { fault: `An expression may have at most ${MAX_EXPRESSION_LENGTH} characters.` };
  try {
    const value = snapped(valueOf(parse(text), params));
    return Number.isFinite(value) ? { value } : { fault: `${text} has no finite value.` };
  } catch (error) {
    if (error instanceof ExpressionError) return { fault: error.message };
    return { fault: `${text} cannot be read as an expression.` };
  }
}

/** 0.1 * 30 means 3. */
function snapped(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) <= 1e-12 * Math.abs(value) ? whole : value;
}

function valueOf(node: MathNode, params: ReadonlyMap<string, number>): number {
  const { type } = node as { type: string };
  switch (type) {
    case 'ConstantNode': {
      const { value } = node as unknown as { value: unknown };
      if (typeof value === 'number') return value;
      throw new ExpressionError('Only numbers are allowed in an expression.');
    }
    case 'SymbolNode':
      return paramOf((node as unknown as { name: string }).name, params);
    case 'ParenthesisNode':
      return valueOf((node as unknown as { content: MathNode }).content, params);
    case 'OperatorNode':
      return operation(node as unknown as { fn: string; op: string; args: MathNode[] }, params);
    case 'FunctionNode':
      return call(node as unknown as { fn: MathNode; args: MathNode[] }, params);
    default:
      throw new ExpressionError('Only arithmetic is allowed in an expression.');
  }
}

function paramOf(name: string, params: ReadonlyMap<string, number>): number {
  const value = params.get(name);
  if (value !== undefined) return value;
  const known = [...params.keys()];
  const hint = known.length > 0 ? `known are ${known.slice(0, 8).join(', ')}` : 'the file has no params';
  throw new ExpressionError(`There is no param named ${name}: ${hint}.`);
}

function operation(
  { fn, op, args }: { fn: string; op: string; args: MathNode[] },
  params: ReadonlyMap<string, number>,
): number {
  const values = args.map((argument) => valueOf(argument, params));
  if (values.length === 1 && fn === 'unaryMinus') return -values[0];
  if (values.length === 1 && fn === 'unaryPlus') return values[0];
  if (values.length === 2 && Object.hasOwn(operators, fn)) return operators[fn](values[0], values[1]);
  throw new ExpressionError(`The operator ${op} is not allowed in an expression.`);
}

function call({ fn, args }: { fn: MathNode; args: MathNode[] }, params: ReadonlyMap<string, number>): number {
  const { name } = fn as unknown as { name?: unknown };
  if (typeof name === 'string' && Object.hasOwn(functions, name)) {
    const values = args.map((argument) => valueOf(argument, params));
    if (values.length > 0 && (values.length === 1 || name === 'min' || name === 'max'))
      return functions[name](...values);
    throw new ExpressionError(`${name} takes ${name === 'min' || name === 'max' ? 'some numbers' : 'one number'}.`);
  }
  throw new ExpressionError(`The functions of expressions are ${Object.keys(functions).join(', ')}.`);
}
