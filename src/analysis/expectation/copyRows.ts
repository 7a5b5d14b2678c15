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
