import { describe, expect, it } from 'vitest';
import { compareAll } from '../exact/comparisons.ts';
import { distributions, hostileNetwork } from '../exact/hostileNetworks.ts';

/** Numbers of very different exponents make rational arithmetic slow. */
const SLOW = new Set(['wide', 'subnormal']);

describe('every method agrees with rational arithmetic, or says that it is not exact', () => {
  it.each(Object.keys(distributions))(
    'on random networks with weights of the kind "%s"',
    (kind) => {
      let compared = 0;
      const shares = SLOW.has(kind)
        ? [[1, 5]]
        : [
            [1, 10],
            [2, 4],
            [3, 1],
          ];
      for (const [inputs, networks] of shares) {
        for (let seed = 1; seed <= networks; seed++) {
          const found = compareAll(hostileNetwork(1000 * inputs + seed, kind, inputs));
          expect({ seed, inputs, differences: found.differences }).toEqual({ seed, inputs, differences: [] });
          compared += found.compared;
        }
      }
      expect(compared).toBeGreaterThan(0);
    },
    180_000,
  );
});
