/** What the hover says of one layer beyond the numbers: the factor's formula with its numbers put in, and advice. */
export interface LayerExplanation {
  /** Dimension that can enter this layer's units: at most the smallest cut between the input and it. */
  readonly dimensionIn: number;
  /** In plain Unicode, for example `Σ_{j≤2} C(24, j)`; null for a layer without units. */
  readonly formula: string | null;
  /** The formula with numbers, for example `1 + 24 + 276 = 301`; null where they are too long to read. */
  readonly numbers: string | null;
  /** One sentence, for example `2 dimensions enter, 2 leave: no bottleneck. With 48 neurons: × 1,177.` */
  readonly advice: string | null;
  /** Set where this layer's width is less than the dimension that enters it and later layers suffer. */
  readonly bottleneck: { readonly from: number; readonly to: number } | null;
}
