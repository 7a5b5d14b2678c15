import { formatShape, sizeOf, type Shape } from './shape.ts';

/** Numbers of one tensor in another order, some of them left out: no weights, nothing is added up. */
export type Selection =
  /** These places of an axis, counted without the batch and from the end where negative; -1 stands for a zero. */
  | { readonly by: 'places'; readonly axis: number; readonly places: readonly number[] }
  /** The axes in this order, counted without the batch. */
  | { readonly by: 'axes'; readonly order: readonly number[] }
  /**
   * Squares of `size` rows and columns: each becomes the channels of one position, row by row, or is made of them.
   * TensorFlow calls this space to depth and depth to space.
   */
  | { readonly by: 'blocks'; readonly size: number; readonly into: 'positions' | 'channels' };

/** Why a tensor of some shape cannot be selected from; `field` is the native one at fault. */
interface SelectionFault {
  readonly message: string;
  readonly field: string;
}

export function selectedShape(selection: Selection, input: Shape): Shape | SelectionFault {
  switch (selection.by) {
    case 'places': {
      const axis = axisOf(selection.axis, input);
      if (!(axis >= 0 && axis < input.length))
        return { message: `there is no axis ${selection.axis} in ${formatShape(input)}`, field: 'axis' };
      const beyond = selection.places.find((place) => place >= input[axis]);
      if (beyond !== undefined)
        return { message: `there is no place ${beyond} along an axis of ${input[axis]}`, field: 'places' };
      return input.map((extent, k) => (k === axis ? selection.places.length : extent));
    }
    case 'axes': {
      const { order } = selection;
      const isOrder = order.length === input.length && input.every((_, axis) => order.includes(axis));
      if (isOrder) return order.map((axis) => input[axis]);
      return { message: `this is not an order of the ${input.length} axes of ${formatShape(input)}`, field: 'dims' };
    }
    case 'blocks':
      return blockShape(selection.size, selection.into, input);
  }
}

function blockShape(size: number, into: 'positions' | 'channels', input: Shape): Shape | SelectionFault {
  const field = 'block_size';
  if (input.length !== 3)
    return { message: `needs height × width × channels, the input is ${formatShape(input)}`, field };
  const [height, width, channels] = input;
  if (into === 'positions') {
    return channels % size ** 2 === 0
      ? [height * size, width * size, channels / size ** 2]
      : { message: `${channels} channels cannot be split into blocks of ${size}×${size}`, field };
  }
  return height % size === 0 && width % size === 0
    ? [height / size, width / size, channels * size ** 2]
    : { message: `${height}×${width} positions cannot be split into blocks of ${size}×${size}`, field };
}

function axisOf(axis: number, { length }: Shape): number {
  return axis < 0 ? length + axis : axis;
}

/** For every number of the output the one of the input that it is, or -1 for zero. The shapes have to fit. */
export function selectedPlaces(selection: Selection, input: Shape): Int32Array {
  const strides = input.map((_, axis) => sizeOf(input.slice(axis + 1)));
  switch (selection.by) {
    case 'places': {
      const axis = axisOf(selection.axis, input);
      const [outer, extent, inner] = [sizeOf(input.slice(0, axis)), input[axis], strides[axis]];
      const { places } = selection;
      const found = new Int32Array(outer * places.length * inner);
      let to = 0;
      for (let o = 0; o < outer; o++)
        for (const place of places)
          for (let i = 0; i < inner; i++) found[to++] = place < 0 ? -1 : (o * extent + place) * inner + i;
      return found;
    }
    case 'axes':
      return strided(
        selection.order.map((axis) => input[axis]),
        selection.order.map((axis) => strides[axis]),
      );
    case 'blocks': {
      const [height, width, channels] = input;
      const { size, into } = selection;
      const row = width * channels;
      if (into === 'channels')
        return strided(
          [height / size, width / size, size, size, channels],
          [size * row, size * channels, row, channels, 1],
        );
      const left = channels / size ** 2;
      return strided([height, size, width, size, left], [row, size * left, channels, left, 1]);
    }
  }
}

/** The places of a view with these extents and steps, in its order. */
export function strided(extents: Shape, steps: readonly number[]): Int32Array {
  let places = Int32Array.of(0);
  extents.forEach((extent, axis) => {
    const next = new Int32Array(places.length * extent);
    let to = 0;
    for (const place of places) for (let i = 0; i < extent; i++) next[to++] = place + i * steps[axis];
    places = next;
  });
  return places;
}
