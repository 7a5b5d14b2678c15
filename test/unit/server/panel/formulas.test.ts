import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { boundFormula, layerFormula } from '../../../../src/server/panel/formulas.ts';
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

describe('what a layer multiplies, typeset', () => {
  it.each([
    ['Σ_{j≤2} C(24, j)', '24', 'j'],
    ['C(6, 3)', '6', '3'],
  ])('%s with a binomial coefficient', (formula, above, below) => {
    const markup = layerFormula(formula, '20').replace(/<\/?m(?:row|style|padded)[^>]*>/g, '');
    expect(markup).toMatch(new RegExp(`<mfrac[^>]*><m[no]?i?>${above}</m[no]?i?><m[noi]+>${below}</m[noi]+></mfrac>`));
  });

  it('L for load vectors is a letter', () => {
    expect(layerFormula('L', '117')).toMatch(/<mi>L<\/mi>.*117/s);
  });
});
