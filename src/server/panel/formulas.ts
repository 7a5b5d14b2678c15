import temml from 'temml';
import type { BoundFacts } from '../../theory/bound.ts';

/** The theorems' formulas as MathML, typeset where they are asked for and kept. */

const typeset = new Map<string, string>();

function mathml(latex: string): string {
  const known = typeset.get(latex) ?? bare(temml.renderToString(latex, { displayMode: true, throwOnError: true }));
  typeset.set(latex, known);
  return known;
}

/** Without what the panel's policy forbids, and its style sheet does in its place. */
function bare(markup: string): string {
  return markup.replace(/\s(style|class)="[^"]*"/g, '');
}

/** The formula of a bound; null where there is no single one. */
export function boundFormula({ latex }: BoundFacts): string | null {
  return latex === null ? null : mathml(latex);
}

/**
 * What a layer multiplies, as it is written in words: `Σ_{j≤2} C(24, j)` and the numbers it comes to.
 */
export function layerFormula(formula: string, numbers: string | null): string {
  const latex = (text: string): string =>
    text
      .replace(/Σ_\{([^}]*)\}/g, String.raw`\sum_{$1} `)
      .replaceAll('≤', String.raw`\le `)
      .replace(/C\((\d+), (j|\d+)\)/g, String.raw`\binom{$1}{$2}`)
      .replaceAll('·', String.raw`\cdot `)
      .replace(/\^([\d.]+|j)/g, '^{$1}')
      .replace(/(\d),(?=\d{3})/g, '$1{,}')
      .replaceAll('×', String.raw`\times `);
  return mathml(latex(formula) + (numbers === null ? '' : ` = ${latex(numbers)}`));
}
