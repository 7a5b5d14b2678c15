/** Writes some rows of numbers one after the other. */
export function copyRows<T extends Float64Array | Int32Array | Uint8Array>(
  from: T,
  to: T,
  rows: Int32Array,
  width: number,
): T {
  rows.forEach((row, i) => to.set(from.subarray(row * width, (row + 1) * width), i * width));
  return to;
}

/** Writes some cells one after the other; `zero` for those that are -1. */
export function copyCells<T extends Float64Array | Int32Array | Uint8Array>(
  from: T,
  to: T,
  cells: Int32Array,
  zero: number,
): T {
  for (let i = 0; i < cells.length; i++) to[i] = cells[i] < 0 ? zero : from[cells[i]];
  return to;
}
