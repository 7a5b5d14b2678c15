import { describe, expect, it } from 'vitest';
import { ChangingProduct } from '../../../../src/theory/numbers/changingProduct.ts';
import { magnitudeOf } from '../../../../src/theory/numbers/magnitude.ts';

describe('a product of factors that change', () => {
  it.each([1, 2, 3, 7, 8])('of %i factors is what multiplying them gives', (count) => {
    const product = new ChangingProduct(count);
    const factors = new Array<number>(count).fill(1);
    expect(product.value.exact).toBe(1n);
    for (let step = 0; step < 3 * count; step++) {
      const index = (5 * step) % count;
      factors[index] = 2 + step;
      product.set(index, magnitudeOf(factors[index]));
      expect(product.value.exact).toBe(factors.reduce((total, factor) => total * BigInt(factor), 1n));
    }
  });
});
