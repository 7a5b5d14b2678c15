import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { parse } from 'jsonc-parser';
import { expect, it } from 'vitest';
import { expectationsSchema, parseExpectations } from '../../../../src/analysis/check/expectations.ts';
import { compareWith, isFigure, parseFigure } from '../../../../src/analysis/check/figure.ts';
import { magnitudeOf, magnitudeOfLog10 } from '../../../../src/theory/numbers/magnitude.ts';

it.each([
  [1200, 1200n],
  ['1,200', 1200n],
  ['10^6', 1_000_000n],
  ['2^20', 1_048_576n],
  ['1.5e3', 1500n],
  [1e21, 10n ** 21n],
  [0, 0n],
])('%s is a whole number', (written, exact) => {
  expect(parseFigure(written).exact).toBe(exact);
});

it.each(['', 'many', '-1', '10^', '10^-3', '3^4', '1.', '1e99999'])('"%s" is not a figure', (text) => {
  expect(isFigure(text)).toBe(false);
});

it('compares whole numbers to the last digit, however large', () => {
  const large = 10n ** 60n;
  expect(compareWith(magnitudeOf(large + 1n), parseFigure('10^60'))).toBe(1);
  expect(compareWith(magnitudeOf(large), parseFigure('10^60'))).toBe(0);
  expect(compareWith(magnitudeOf(large - 1n), parseFigure('10^60'))).toBe(-1);
});

it('compares what is known by its logarithm as far as digits are written', () => {
  const mean = magnitudeOfLog10(Math.log10(475.3), 1e-9);
  expect(
    [475, 475.3, '475.3', '10^2.68', 476, 474, '10^2.69'].map((each) => compareWith(mean, parseFigure(each))),
  ).toEqual([0, 0, 0, 0, -1, 1, -1]);
  expect(compareWith(magnitudeOfLog10(20_000.3, 0), parseFigure('10^20,000'))).toBe(0);
  expect(compareWith(magnitudeOfLog10(20_001, 0), parseFigure('10^20,000'))).toBe(1);
});

it('the documentation shows a file of expectations that is one', () => {
  const [, json] = /```jsonc\n([^]*?)```/.exec(readFileSync('docs/ci.md', 'utf8')) ?? [];
  const example: unknown = parse(json);
  expect(parseExpectations(example)).not.toHaveProperty('message');
  expect(new Ajv({ strict: false }).validate(expectationsSchema(), example)).toBe(true);
});
