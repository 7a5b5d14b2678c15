import type { Shape } from '../../network/shape.ts';
import type { TensorValue } from './writer.ts';

/** The shape without the batch in the order of the file. */
export function fileShape({ shape, channelsFirst }: TensorValue): Shape | undefined {
  if (!shape || !channelsFirst || shape.length === 1) return shape;
  return [shape[shape.length - 1], ...shape.slice(0, -1)];
}

export function channelsLast(shape: Shape): Shape {
  return shape.length < 2 ? shape : [...shape.slice(1), shape[0]];
}

/** The axis without the batch and with channels last, of one of the file. */
export function axisOfFile({ shape, channelsFirst }: TensorValue, axis: number): number {
  const rank = shape?.length ?? 1;
  const file = (axis < 0 ? axis + rank + 1 : axis) - 1;
  if (!channelsFirst || rank === 1) return file;
  return file === 0 ? rank - 1 : file - 1;
}

/** With a single channel or a single position, channels first and channels last are one order. */
export function isPlain([channels, ...positions]: Shape): boolean {
  return channels === 1 || positions.every((extent) => extent === 1);
}
