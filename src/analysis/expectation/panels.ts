/** Filters whose sums the kernel has in registers. */
export const PANEL = 8;
export const PANEL_BYTES = 8 * PANEL;

/** Adds the sums of some filters to the numbers of all positions; the kernel leaves values and derivatives in turn. */
export function sumsOfPanel(
  floats: Float64Array,
  sums: number,
  values: Float64Array,
  tangents: Float64Array,
  first: number,
  filters: number,
  count: number,
): void {
  for (let from = sums / 8, to = first; to < values.length; from += 2 * PANEL, to += filters) {
    for (let f = 0; f < count; f++) {
      values[to + f] += floats[from + f];
      tangents[to + f] += floats[from + PANEL + f];
    }
  }
}
