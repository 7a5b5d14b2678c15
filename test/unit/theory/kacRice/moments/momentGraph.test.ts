import { expect, test } from 'vitest';
import { relu } from '../../../../../src/network/activation.ts';
import { MomentGraph } from '../../../../../src/theory/kacRice/moments/momentGraph.ts';

test('multiples of one number stay multiples of one number when they are bent', () => {
  const [a, b] = [0.7, 1.3];
  for (const factor of [1 / 3, 0.1, 7 / 11, 1.9]) {
    const graph = new MomentGraph();
    const own = graph.product(a, b, a, b);
    const other = graph.product(factor * a, factor * b, factor * a, factor * b);
    const pair = graph.product(a, b, factor * a, factor * b);
    const bent = graph.bend(relu, pair, own, other);
    for (const t of [-0.4, -0.1, 0.3, 0.9]) {
      const value = a + t * b;
      // A ReLU keeps half of them.
      const expected = [value * value, value * b, b * value, b * b].map((product) => (factor * product) / 2);
      graph.at(graph.evaluate(t), bent).forEach((moment, k) => {
        expect(Math.abs(moment / expected[k] - 1)).toBeLessThan(1e-13);
      });
    }
  }
});
