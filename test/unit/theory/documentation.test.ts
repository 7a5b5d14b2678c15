import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SIMULATED_IDS } from '../../../src/analysis/simulatedMean.ts';
import { evaluateBounds } from '../../../src/theory/registry.ts';
import { denseRelu } from './networks.ts';

const text = readFileSync(new URL('../../../docs/theory.md', import.meta.url), 'utf8');

describe('the documentation of the theory', () => {
  it('has every bound of the registry, and no other', () => {
    const ids = evaluateBounds(denseRelu(2, [3]), {}).map(({ id }) => id);
    expect(ids.filter((id) => !text.includes(`\`${id}\``))).toEqual([]);
    const named = [...text.matchAll(/`([a-z]+[\w-]*-(?:upper|lower|exact|scale|line|plane|corrected|layer|linear))`/g)];
    expect(new Set(named.map(([, id]) => id))).toEqual(new Set([...ids, ...SIMULATED_IDS]));
  });

  it('has a table in every place for one', () => {
    const places = [...text.matchAll(/<!-- figure: ([\w-]+) -->([\s\S]*?)<!-- end -->/g)];
    expect(places.length).toBeGreaterThan(5);
    for (const [, id, table] of places) expect([id, table.trim().split('\n').length > 2]).toEqual([id, true]);
  });
});
