import { expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { boundFormula } from '../../../../src/server/panel/formulas.ts';
import { evaluateBounds } from '../../../../src/theory/registry.ts';

const text =
  '{ "input": [2], "layers": [{ "type": "dense", "units": 4, "activation": "relu" }, { "type": "dense", "units": 1 }] }';
const bounds = evaluateBounds(analyze(text, 'a.network.json')!.networks[0].network, {});
const plotted = bounds.filter(({ kind }) => kind !== 'scale');

it.each(plotted.map((bound) => [bound.id, bound] as const))('%s has a formula', (_, bound) => {
  const formula = boundFormula(bound);
  expect(formula).toMatch(/^<math.*<\/math>$/s);
  // The page's policy forbids them, and nothing is left that could not be typeset.
  expect(formula).not.toMatch(/\sstyle=|\sclass=|<merror|\\/);
});

it('every bound has a citation that can be followed', () => {
  for (const { citation } of bounds) {
    expect(citation.label.length).toBeGreaterThan(5);
    expect(new URL(citation.url).protocol).toBe('https:');
  }
});
