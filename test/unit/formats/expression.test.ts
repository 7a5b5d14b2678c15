import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/formats/expression.ts';

const params = new Map([
  ['width', 16],
  ['rate', 0.1],
]);

function value(text: string): number | string {
  const result = evaluate(text, params);
  return 'value' in result ? result.value : result.fault;
}

describe('expressions', () => {
  it('are arithmetic over the params', () => {
    expect(value('2 * width')).toBe(32);
    expect(value('(width - 1)^2 / 3')).toBe(75);
    expect(value('-width % 5')).toBe(4);
    expect(value('floor(width / 3) + ceil(0.5) + round(1.4) + sqrt(9)')).toBe(10);
    expect(value('max(1, width, 3) - min(2, 5)')).toBe(14);
    expect(value('1e2')).toBe(100);
  });

  it('mean a whole number where rounding alone keeps them from one', () => {
    expect(value('rate * 30')).toBe(3);
    expect(value('rate * 25')).toBe(2.5);
  });

  it('name what is not known', () => {
    expect(value('2 * depth')).toBe('There is no param named depth: known are width, rate.');
  });

  it.each([
    'width = 3',
    'f(x) = x',
    'import("x")',
    'constructor("return process")()',
    'width.constructor',
    '[1, 2]',
    '"a"',
    'width ? 1 : 2',
    'width > 3',
    '3!',
    'x -> 2',
    '{a: 1}',
    'evaluate("1")',
    'true',
    '1; 2',
    'toString()',
    'hasOwnProperty(1)',
    'floor(1, 2)',
    'min()',
  ])('refuse %s', (text) => {
    expect(value(text)).toBeTypeOf('string');
  });

  it('are refused where they have no finite value, cannot be parsed or are too long', () => {
    expect(value('1 / 0')).toBe('1 / 0 has no finite value.');
    expect(value('sqrt(-1)')).toBe('sqrt(-1) has no finite value.');
    expect(value('9^9^9^9')).toBe('9^9^9^9 has no finite value.');
    expect(value('2 *')).toBe('2 * cannot be read as an expression.');
    expect(value('')).toBeTypeOf('string');
    expect(value(`1${'+1'.repeat(200)}`)).toBe('An expression may have at most 200 characters.');
    expect(value('('.repeat(200))).toBeTypeOf('string');
  });
});
