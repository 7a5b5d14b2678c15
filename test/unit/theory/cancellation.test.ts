import { describe, expect, it } from 'vitest';
import type { Network } from '../../../src/network/network.ts';
import { Cancelled } from '../../../src/theory/cancellation.ts';
import { TheoryContext } from '../../../src/theory/context.ts';
import { explainLayers } from '../../../src/theory/explain/explainLayers.ts';
import { BoundTable } from '../../../src/theory/registry.ts';
import { add, conv, dense, denseRelu, network } from './networks.ts';

const same = { padding: 'same' } as const;
const blocks = Array.from({ length: 12 }, (_, i) => [
  dense(40, 'relu', { name: `a${i}`, inputs: [i === 0 ? 'input0' : `sum${i - 1}`] }),
  { ...add(`a${i}`, i === 0 ? 'input0' : `sum${i - 1}`), name: `sum${i}` },
]).flat();
const cases: [string, Network][] = [
  ['a deep network', denseRelu(2, Array<number>(60).fill(16))],
  ['residual blocks', network([40], blocks)],
  ['convolutions', network([12, 12, 1], [conv(4, [3, 3], same), conv(4, [3, 3], same), dense(3)])],
];

/** Cancels when it is called for the n-th time. */
function cancelledAt(n: number): { cancelled: () => boolean; calls: () => number } {
  let calls = 0;
  return { cancelled: () => ++calls === n, calls: () => calls };
}

describe('cancelled theory', () => {
  it.each(cases)('ends at whatever point it is cancelled, and is right when it is asked for again: %s', (_, net) => {
    const never = cancelledAt(Infinity);
    const expected = new BoundTable(TheoryContext.of(net, { cancelled: never.cancelled })).all();
    const total = never.calls();
    expect(total).toBeGreaterThan(expected.length);
    for (const n of [1, Math.floor(total / 4), Math.floor(total / 2), total]) {
      const { cancelled, calls } = cancelledAt(n);
      const table = new BoundTable(TheoryContext.of(net, { cancelled }));
      expect(() => table.all()).toThrow(Cancelled);
      expect(calls()).toBe(n);
      const summary = (bounds: typeof expected) => bounds.map(({ id, value, reason }) => [id, value, reason]);
      expect(summary(table.all())).toEqual(summary(expected));
    }
  });

  it('ends explanations', () => {
    const [[, deep]] = cases;
    expect(() => explainLayers(TheoryContext.of(deep, { cancelled: () => true }))).toThrow(Cancelled);
  });

  it('ends a mean while it is integrated', () => {
    const { cancelled, calls } = cancelledAt(20);
    const table = new BoundTable(TheoryContext.of(denseRelu(2, [16, 16]), { cancelled }));
    expect(() => table.get('kac-rice-plane')).toThrow(Cancelled);
    expect(calls()).toBe(20);
  });
});
