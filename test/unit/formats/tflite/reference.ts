import type { LiteTensor } from './writer.ts';

/** What the operations of TensorFlow Lite give, number by number in their own layouts. */

export interface Image {
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly data: readonly number[];
}

export interface Steps {
  readonly stride: number;
  readonly isSame: boolean;
}

const at = ({ shape: [height, width, channels], data }: Image, y: number, x: number, c: number): number | undefined =>
  y < 0 || x < 0 || y >= height || x >= width ? undefined : data[(y * width + x) * channels + c];

/** One number for each place of a window over an image. */
function windows(
  image: Image,
  [rows, columns]: readonly [number, number],
  { stride, isSame }: Steps,
  channels: number,
  value: (y: number, x: number, c: number) => number,
): Image {
  const along = (extent: number, kernel: number) => {
    const out = isSame ? Math.ceil(extent / stride) : Math.floor((extent - kernel) / stride) + 1;
    return { out, before: isSame ? Math.floor(Math.max((out - 1) * stride + kernel - extent, 0) / 2) : 0 };
  };
  const [vertical, horizontal] = [along(image.shape[0], rows), along(image.shape[1], columns)];
  const data: number[] = [];
  for (let y = 0; y < vertical.out; y++)
    for (let x = 0; x < horizontal.out; x++)
      for (let c = 0; c < channels; c++)
        data.push(value(y * stride - vertical.before, x * stride - horizontal.before, c));
  return { shape: [vertical.out, horizontal.out, channels], data };
}

export function convolved(
  image: Image,
  kernel: LiteTensor,
  weights: readonly number[],
  bias: readonly number[],
  steps: Steps,
) {
  const [filters, rows, columns, channels] = kernel.shape;
  return windows(image, [rows, columns], steps, filters, (y, x, f) => {
    let sum = bias[f];
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        for (let c = 0; c < channels; c++)
          sum += (at(image, y + i, x + j, c) ?? 0) * weights[((f * rows + i) * columns + j) * channels + c];
    return sum;
  });
}

export function convolvedByChannel(
  image: Image,
  kernel: LiteTensor,
  weights: readonly number[],
  bias: readonly number[],
  steps: Steps,
) {
  const [, rows, columns, all] = kernel.shape;
  const multiplier = all / image.shape[2];
  return windows(image, [rows, columns], steps, all, (y, x, f) => {
    let sum = bias[f];
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        sum += (at(image, y + i, x + j, Math.floor(f / multiplier)) ?? 0) * weights[(i * columns + j) * all + f];
    return sum;
  });
}

export function pooled(image: Image, size: number, steps: Steps): Image {
  return windows(image, [size, size], steps, image.shape[2], (y, x, c) => {
    const seen = Array.from({ length: size * size }, (_, k) => at(image, y + Math.floor(k / size), x + (k % size), c));
    return Math.max(...seen.filter((value) => value !== undefined));
  });
}

export function connected(input: readonly number[], weights: readonly number[], bias: readonly number[]): number[] {
  return bias.map((start, unit) =>
    input.reduce((sum, value, k) => sum + value * weights[unit * input.length + k], start),
  );
}
