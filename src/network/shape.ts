/** A tensor's shape without the batch, channels last: `[n]`, `[w, c]` or `[h, w, c]`. */
export type Shape = readonly number[];

/** Number of scalars in a tensor of this shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** The shape as its framework writes it: the channels first where it does so. */
export function asWritten(shape: Shape, channelsFirst: boolean | undefined): Shape {
  return channelsFirst && shape.length > 1 ? [shape[shape.length - 1], ...shape.slice(0, -1)] : shape;
}

export function formatShape(shape: Shape): string {
  return shape.length === 0 ? 'scalar' : shape.join('×');
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}
