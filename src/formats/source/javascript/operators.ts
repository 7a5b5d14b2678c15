import { ClassValue, Closure, isPrimitive, Native, Unknown } from '../evaluation/values.ts';
import type { Value } from '../evaluation/values.ts';

const MAX_STRING_LENGTH = 10_000;

/** Truth in a condition; undefined where it is not known. */
export function truth(value: Value): boolean | undefined {
  if (value instanceof Unknown) return undefined;
  return isPrimitive(value) ? Boolean(value) : true;
}

export function unaryOperation(operator: string, value: Value): Value {
  if (operator === 'void') return undefined;
  if (value instanceof Unknown) return value.derive();
  if (operator === '!') return !(truth(value) ?? false);
  if (operator === 'typeof') return isPrimitive(value) ? (value === null ? 'object' : typeof value) : typeOf(value);
  if (!isPrimitive(value)) return NaN;
  if (operator === '-') return -Number(value);
  if (operator === '+') return Number(value);
  if (operator === '~') return ~Number(value);
  return undefined;
}

function typeOf(value: Exclude<Value, number | string | boolean | null | undefined>): string {
  return value instanceof Closure || value instanceof ClassValue || value instanceof Native ? 'function' : 'object';
}

type Primitive = number | string | boolean | null | undefined;

export function binaryOperation(operator: string, left: Value, right: Value): Value {
  if (left instanceof Unknown) return left.derive();
  if (right instanceof Unknown) return right.derive();
  switch (operator) {
    case '===':
      return left === right;
    case '!==':
      return left !== right;
    case '==':
      return looselyEqual(left, right);
    case '!=':
      return !looselyEqual(left, right);
    default:
      if (!isPrimitive(left) || !isPrimitive(right)) return new Unknown(`… ${operator} …`, undefined);
      return operator === '+'
        ? sum(left, right)
        : (comparison(operator, left, right) ?? arithmetic(operator, Number(left), Number(right)));
  }
}

function looselyEqual(left: Value, right: Value): boolean {
  if (!isPrimitive(left) || !isPrimitive(right)) return left === right;
  if (left === null || left === undefined || right === null || right === undefined) {
    return (left ?? undefined) === (right ?? undefined);
  }
  return typeof left === typeof right ? left === right : Number(left) === Number(right);
}

function sum(left: Primitive, right: Primitive): Value {
  if (typeof left !== 'string' && typeof right !== 'string') return Number(left) + Number(right);
  const text = String(left) + String(right);
  return text.length > MAX_STRING_LENGTH ? new Unknown('a very long string', undefined) : text;
}

function comparison(operator: string, left: Primitive, right: Primitive): boolean | undefined {
  const bothText = typeof left === 'string' && typeof right === 'string';
  const a = bothText ? left : Number(left);
  const b = bothText ? right : Number(right);
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return undefined;
  }
}

function arithmetic(operator: string, a: number, b: number): Value {
  switch (operator) {
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '**':
      return a ** b;
    case '<<':
      return a << b;
    case '>>':
      return a >> b;
    case '>>>':
      return a >>> b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    default:
      return new Unknown(`… ${operator} …`, undefined);
  }
}

/** The pieces of a template string put together. */
export function concatenate(pieces: readonly Value[]): Value {
  return pieces.reduce<Value>((text, piece) => {
    if (text instanceof Unknown) return text;
    if (piece instanceof Unknown) return piece.derive();
    if (!isPrimitive(text) || !isPrimitive(piece)) return new Unknown('a template string', undefined);
    return sum(String(text), piece);
  }, '');
}
