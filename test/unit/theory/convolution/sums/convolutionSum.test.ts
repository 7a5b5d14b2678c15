import { describe, expect, it } from 'vitest';
import { convolutionIndependence } from '../../../../../src/theory/convolution/convolutionNumbers.ts';
import { convolutionSum } from '../../../../../src/theory/convolution/sums/convolutionSum.ts';
import sizes from '../../../../fixtures/reference/conv_independent_set_sizes.json';
import pieces from '../../../../fixtures/reference/plcnn_one_layer.json';
import padded from '../../../../fixtures/reference/xiong_padding.json';
import extended from '../../../../fixtures/reference/xiong_one_layer_extended.json';
import larger from '../../../../fixtures/reference/xiong_one_layer_larger.json';
import shared from '../../../../fixtures/reference/xiong_shared_vs_theorem2.json';
import { patternOf, type ConvolutionCase } from '../layers.ts';

const enough = { budget: 1e10 };

function nameOf({ input, kernel, stride, filters }: ConvolutionCase): string {
  return `${input.join('x')}, kernel ${kernel.join('x')}, stride ${stride}, ${filters} filters`;
}

describe('the sum of independence numbers of one convolution', () => {
  const rows = [
    ...extended.map((row) => ({ ...row, expected: row.R_theorem2 })),
    ...shared.map((row) => ({ ...row, expected: row.R_theorem2 })),
    ...larger.map((row) => ({ ...row, expected: row.R })),
  ];
  for (const row of rows) {
    it(`is that of the reference: ${nameOf(row)}`, () => {
      const { upper, lower, exact } = convolutionSum(patternOf(row), 2, enough);
      expect(exact).toBe(true);
      expect(String(upper.exact)).toBe(row.expected);
      expect(lower).toEqual(upper);
    });
  }

  for (const row of padded) {
    it(`leaves padding cells out: ${nameOf(row)}, padding ${row.pad.join('x')}`, () => {
      expect(String(convolutionSum(patternOf(row), 2, enough).upper.exact)).toBe(row.R_formula_truncated_fields);
    });
  }

  for (const row of pieces) {
    it(`weights sets by breakpoints: ${nameOf(row)}, ${row.pieces} pieces`, () => {
      expect(String(convolutionSum(patternOf(row), row.pieces, enough).upper.exact)).toBe(row.R);
    });
  }
});

describe('independence numbers of one convolution', () => {
  for (const row of sizes) {
    it(`are those of the reference: ${nameOf(row)}`, () => {
      const numbers = convolutionIndependence(patternOf(row), 2, enough);
      expect(numbers.quality).toBe('exact');
      expect(numbers.maxSize).toBe(row.I.length - 1);
      expect(row.I.map((_, j) => String(numbers.at(j).exact))).toEqual(row.I);
      expect(numbers.at(row.I.length).exact).toBe(0n);
    });
  }
});
