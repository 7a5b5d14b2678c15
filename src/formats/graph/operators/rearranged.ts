import { sizeOf } from '../../../network/shape.ts';
import type { Shape } from '../../../network/shape.ts';
import { strided } from '../../../network/selection.ts';
import { channelsLast, fileShape } from '../axes.ts';
import type { GraphNode } from '../node.ts';
import { inFileOrder } from '../order.ts';
import { Refusal } from '../refusal.ts';
import { reshape } from './reshaping.ts';
import { isDivisible, orderChannels, select } from './selecting.ts';
import type { GraphWriter, TensorValue } from '../writer.ts';

/** Steps through the numbers of a tensor in the order of the file. */
interface Factor {
  readonly extent: number;
  readonly step: number;
}

/** An axis runs through its factors, the last one fastest. */
type Axis = readonly Factor[];

/**
 * The numbers of a tensor in other axes, as `view` and `permute` leave them one after the other. Channel shuffles and
 * pixel shuffles are written so: axes are split, exchanged and joined again.
 */
export class Rearranged {
  readonly kind = 'rearranged';

  private constructor(
    readonly base: TensorValue,
    private readonly axes: readonly Axis[],
  ) {}

  static of(base: TensorValue): Rearranged | undefined {
    const shape = fileShape(base);
    return shape && new Rearranged({ ...base, sole: false }, axesOf(shape));
  }

  /** Without the batch, in the order of the file. */
  get shape(): Shape {
    return this.axes.map((axis) => sizeOf(axis.map(({ extent }) => extent)));
  }

  /** Undefined where an axis of the new shape would begin or end within a factor. */
  reshaped(target: Shape): Rearranged | undefined {
    if (!target.every((extent) => Number.isSafeInteger(extent) && extent > 0)) return undefined;
    const left = this.axes.flat().filter(({ extent }) => extent > 1);
    const axes: Factor[][] = [];
    for (const extent of target) {
      const axis: Factor[] = [];
      for (let open = extent; open > 1;) {
        const next = left.shift();
        if (!next) return undefined;
        if (open % next.extent === 0) {
          axis.push(next);
          open /= next.extent;
        } else if (next.extent % open === 0) {
          const inner = next.extent / open;
          axis.push({ extent: open, step: next.step * inner });
          left.unshift({ extent: inner, step: next.step });
          open = 1;
        } else return undefined;
      }
      axes.push(axis);
    }
    return left.length === 0 ? new Rearranged(this.base, axes) : undefined;
  }

  permuted(order: readonly number[]): Rearranged {
    return new Rearranged(
      this.base,
      order.map((axis) => this.axes[axis]),
    );
  }

  /**
   * The layers that do the same; undefined with more axes than an image has. `isChannelsFirst` says how the file means
   * the result.
   */
  settled(writer: GraphWriter, node: GraphNode, isChannelsFirst: (shape: Shape) => boolean): TensorValue | undefined {
    if (this.axes.length > 3) return undefined;
    const { shape } = this;
    if (isInOrder(this.axes.flat())) return reshape(writer, node, this.base, [null, ...shape], isChannelsFirst(shape));
    const plain = this.base.arrangement ? inFileOrder(writer, node, this.base) : this.base;
    return new Rearranged(plain, this.axes).moved(writer, node, isChannelsFirst);
  }

  private moved(writer: GraphWriter, node: GraphNode, isChannelsFirst: (shape: Shape) => boolean): TensorValue {
    if (!this.base.shape?.every(isDivisible))
      throw new Refusal('A tensor of this size is not brought into another order.');
    return (
      this.channelOrder(writer, node) ??
      this.pixelShuffle(writer, node) ??
      this.otherAxes(writer, node) ??
      this.listed(writer, node, isChannelsFirst(this.shape))
    );
  }

  private get channelAxis(): number {
    return this.base.channelsFirst ? 0 : this.axes.length - 1;
  }

  /** Positions stay, channels change places. */
  private channelOrder(writer: GraphWriter, node: GraphNode): TensorValue | undefined {
    const from = axesOf(fileShape(this.base) ?? []);
    const at = this.channelAxis;
    const keepsPositions = this.axes.every((axis, k) => k === at || isSame(axis, from[k] ?? []));
    if (from.length !== this.axes.length || !keepsPositions) return undefined;
    const order = placesOf(this.axes[at], stepOf(from[at]));
    return order && orderChannels(writer, node, this.base, order);
  }

  /** Squares of positions made of channels, or channels of squares. */
  private pixelShuffle(writer: GraphWriter, node: GraphNode): TensorValue | undefined {
    const from = fileShape(this.base);
    if (!this.base.channelsFirst || from?.length !== 3 || this.axes.length !== 3) return undefined;
    const [channels, height, width] = from;
    const [deep, rows, columns] = this.axes;
    const positions = height * width;
    const size = this.shape[1] / height;
    if (Number.isInteger(size) && size > 1 && this.shape[2] === width * size) {
      const [inRows, inColumns] = [rows.at(-1), columns.at(-1)];
      if (!inRows || !inColumns) return undefined;
      if (!isSame(rows.slice(0, -1), [{ extent: height, step: width }])) return undefined;
      if (!isSame(columns.slice(0, -1), [{ extent: width, step: 1 }])) return undefined;
      const order = placesOf([inRows, inColumns, ...deep], positions);
      if (order?.length !== channels) return undefined;
      const ordered = orderChannels(writer, node, this.base, order);
      return select(writer, node, ordered, { by: 'blocks', size, into: 'positions' });
    }
    const block = height / this.shape[1];
    if (!Number.isInteger(block) || block < 2 || this.shape[2] !== width / block) return undefined;
    if (!isSame(rows, [{ extent: height / block, step: block * width }])) return undefined;
    if (!isSame(columns, [{ extent: width / block, step: block }])) return undefined;
    // Ours: for each row of the square its columns, for each of them the channels.
    const order = [...strided(extentsOf(deep), stepsOf(deep))].map((place) => {
      const [channel, within] = [Math.floor(place / positions), place % positions];
      return (Math.floor(within / width) * block + (within % width)) * channels + channel;
    });
    const split = select(writer, node, this.base, { by: 'blocks', size: block, into: 'channels' });
    return orderChannels(writer, node, split, order);
  }

  /** The axes are those of the tensor, in another order. */
  private otherAxes(writer: GraphWriter, node: GraphNode): TensorValue | undefined {
    const { base } = this;
    const from = axesOf(fileShape(base) ?? []);
    const order = this.axes.map((axis) => from.findIndex((other) => isSame(axis, other)));
    if (from.length !== order.length || new Set(order).size !== order.length || order.includes(-1)) return undefined;
    const rank = order.length;
    // Channels first: axis 0 of the file is our last one, on both sides.
    const ours = (axis: number) => (base.channelsFirst ? (axis + rank - 1) % rank : axis);
    const places = order.map((_, axis) => (base.channelsFirst ? (axis + 1) % rank : axis));
    return select(writer, node, base, { by: 'axes', order: places.map((axis) => ours(order[axis])) });
  }

  /** Number by number. */
  private listed(writer: GraphWriter, node: GraphNode, channelsFirst: boolean): TensorValue {
    const { base, shape } = this;
    const from = fileShape(base) ?? [];
    if (sizeOf(shape) > MAX_LISTED) throw new Refusal(`${sizeOf(shape)} numbers are not listed in another order.`);
    const flat = writer.emit(
      node,
      [base],
      { type: 'flatten', operation: { kind: 'flatten' } },
      { channelsFirst: false, arrangement: undefined },
    );
    const factors = this.axes.flat();
    const order = strided(extentsOf(factors), stepsOf(factors));
    const [fromOurs, toOurs] = [oursOf(from, base.channelsFirst), oursOf(shape, channelsFirst)];
    const places: number[] = [];
    order.forEach((place, k) => (places[toOurs(k)] = fromOurs(place)));
    const moved = select(writer, node, flat, { by: 'places', axis: -1, places });
    if (shape.length === 1) return moved;
    const target = channelsFirst ? channelsLast(shape) : shape;
    return writer.emit(node, [moved], { type: 'reshape', operation: { kind: 'reshape', target } }, { channelsFirst });
  }
}

/** Numbers of a tensor whose order is written down one by one. */
const MAX_LISTED = 2 ** 18;

/** Where we have a number of the file, whose place it counts through a tensor of this shape. */
function oursOf(shape: Shape, channelsFirst: boolean): (place: number) => number {
  if (!channelsFirst || shape.length < 2) return (place) => place;
  const [channels, ...positions] = shape;
  const count = sizeOf(positions);
  return (place) => (place % count) * channels + Math.floor(place / count);
}

function axesOf(shape: Shape): Axis[] {
  return shape.map((extent, axis) => (extent === 1 ? [] : [{ extent, step: sizeOf(shape.slice(axis + 1)) }]));
}

function isSame(a: Axis, b: Axis): boolean {
  const [left, right] = [a, b].map((axis) => axis.filter(({ extent }) => extent > 1));
  return (
    left.length === right.length &&
    left.every(({ extent, step }, k) => extent === right[k].extent && step === right[k].step)
  );
}

/** The numbers follow one another as they are stored. */
function isInOrder(factors: Axis): boolean {
  let step = 1;
  for (const factor of [...factors].reverse()) {
    if (factor.extent > 1 && factor.step !== step) return false;
    step *= factor.extent;
  }
  return true;
}

function extentsOf(axis: Axis): number[] {
  return axis.map(({ extent }) => extent);
}

function stepsOf(axis: Axis): number[] {
  return axis.map(({ step }) => step);
}

function stepOf(axis: Axis): number {
  return axis.at(-1)?.step ?? 1;
}

/** What an axis runs through, in steps of `unit`; undefined if it leaves them. */
function placesOf(axis: Axis, unit: number): number[] | undefined {
  if (axis.some(({ step }) => step % unit !== 0)) return undefined;
  return [...strided(extentsOf(axis), stepsOf(axis))].map((place) => place / unit);
}
