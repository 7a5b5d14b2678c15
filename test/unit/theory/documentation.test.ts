import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BOUND_IDS, DRAWN_ID, SIMULATED_IDS } from '../../../src/theory/boundIds.ts';
import { boundFacts } from '../../../src/theory/registry.ts';

const text = readFileSync(new URL('../../../docs/theory.md', import.meta.url), 'utf8');

describe('the documentation of the theory', () => {
  it('has every bound of the registry, and no other', () => {
    expect(BOUND_IDS.filter((id) => !text.includes(`\`${id}\``))).toEqual([]);
    const named = [
      ...text.matchAll(
        /`([a-z]+[\w-]*-(?:upper|lower|exact|scale|simulated|line|plane|corrected|layer|linear|width))`/g,
      ),
    ];
    expect(new Set(named.map(([, id]) => id))).toEqual(new Set<string>([...BOUND_IDS, ...SIMULATED_IDS, DRAWN_ID]));
  });

  it('states the hypotheses of every bound in a table', () => {
    const rows = [...text.matchAll(/^\| `([\w-]+)` +\|[^|]*\|([^|]*)\|[^|]*\|$/gm)];
    expect(rows.length).toBeGreaterThan(20);
    const hypotheses = Object.values<{ id: string; hypotheses: string }>(boundFacts);
    for (const [, id, stated] of rows) {
      expect([id, stated.trim()]).toEqual([id, hypotheses.find((bound) => bound.id === id)?.hypotheses]);
    }
  });

  it('has a table in every place for one', () => {
    const places = [...text.matchAll(/<!-- figure: ([\w-]+) -->([\s\S]*?)<!-- end -->/g)];
    expect(places.length).toBeGreaterThan(5);
    for (const [, id, table] of places) expect([id, table.trim().split('\n').length > 2]).toEqual([id, true]);
  });
});
