/** The source cells of one output cell along one axis: `low` has `parts - share` of `parts`, `low + 1` has `share`. */
export interface BilinearCells {
  readonly low: number;
  readonly share: number;
  readonly parts: number;
}

/** Bilinear enlargement by a whole factor along one axis, with half-pixel centers as in TensorFlow 2. */
export function bilinearCells(at: number, factor: number, extent: number): BilinearCells {
  // Places in parts of a cell: centers lie at odd multiples of half an output cell.
  const parts = 2 * factor;
  const center = Math.min(Math.max(2 * at + 1 - factor, 0), (extent - 1) * parts);
  const low = Math.floor(center / parts);
  return { low, share: center - low * parts, parts };
}
