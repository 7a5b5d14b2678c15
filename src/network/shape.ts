/** A tensor's shape without the batch, channels last: `[n]`, `[w, c]` or `[h, w, c]`. */
export type Shape = readonly number[];

/** Number of scalars in a tensor of this shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

export function formatShape(shape: Shape): string {
  return shape.length === 0 ? 'scalar' : shape.join('×');
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}
