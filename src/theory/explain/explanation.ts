/** What the hover says about one layer beside the bounds: the formula of its factor, with numbers, and advice. */
export interface LayerExplanation {
  /** Dimension that can enter this layer's units: at most the smallest cut between the input and it. */
  readonly dimensionIn: number;
  /** In plain Unicode, for example `Σ_{j≤2} C(24, j)`; null for a layer without units. */
  readonly formula: string | null;
  /** The formula with numbers, for example `1 + 24 + 276 = 301`; null where they are too long to read. */
  readonly numbers: string | null;
  /** log10 of the formula's value: what the layer alone could multiply regions by; null without a formula. */
  readonly ownLog10: number | null;
  /** For convolutions: `exact`, `upper bound`, or `upper bound, known to be loose here: ...`, about the formula. */
  readonly tightness: string | null;
  /** For example `One more neuron would raise the network's upper bound 17.3-fold.` */
  readonly advice: string | null;
  /** Set where this layer's width is less than the dimension that enters it and later layers suffer. */
  readonly bottleneck: Bottleneck | null;
}

export interface Bottleneck {
  /** Dimension that enters, and the lower one that leaves. */
  readonly from: number;
  readonly to: number;
  /** log10 of what one more unit (filter) here multiplies the network's bound by; null where it was not computed. */
  readonly oneMore: number | null;
}

/**
 * The layer, by index, that loses most: where one more unit is worth most, or else the largest share of dimensions is
 * lost.
 */
export function mainBottleneck(explanations: readonly LayerExplanation[]): number | null {
  let main: number | null = null;
  let most: Bottleneck | null = null;
  explanations.forEach(({ bottleneck }, index) => {
    if (bottleneck && (most === null || losesMore(bottleneck, most))) [main, most] = [index, bottleneck];
  });
  return main;
}

function losesMore(a: Bottleneck, b: Bottleneck): boolean {
  if (a.oneMore !== null && b.oneMore !== null && a.oneMore !== b.oneMore) return a.oneMore > b.oneMore;
  return a.to * b.from < b.to * a.from;
}
