import { sizeOf } from '../../../../network/shape.ts';
import type { Shape } from '../../../../network/shape.ts';
import { strided } from '../../../../network/selection.ts';
import type { GraphNode } from '../../../graph/node.ts';
import { fileShape } from '../../../graph/reshaping.ts';
import { isDivisible, orderChannels, select } from '../../../graph/selecting.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import { reshapeTo } from './shapes.ts';
import type { Trace } from './trace.ts';

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
  private constructor(
    readonly base: TensorValue,
    private readonly axes: readonly Axis[],
  ) {}

  static of(base: TensorValue): Rearranged | undefined {
    const shape = fileShape(base);
    return shape && new Rearranged(base, axesOf(shape));
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

  /** The layers that do the same, if the theory has such; the rank is that of an image at most. */
  settled(trace: Trace, node: GraphNode): TensorValue | undefined {
    const { base } = this;
    if (this.axes.length > 3 || !base.shape || !base.shape.every(isDivisible)) return undefined;
    if (isInOrder(this.axes.flat())) return reshapeTo(trace, node, base, this.shape);
    return this.channelOrder(trace, node) ?? this.pixelShuffle(trace, node) ?? this.otherAxes(trace, node);
  }

  private get channelAxis(): number {
    return this.base.channelsFirst ? 0 : this.axes.length - 1;
  }

  /** Positions stay, channels change places. */
  private channelOrder(trace: Trace, node: GraphNode): TensorValue | undefined {
    const from = axesOf(fileShape(this.base) ?? []);
    const at = this.channelAxis;
    const keepsPositions = this.axes.every((axis, k) => k === at || isSame(axis, from[k] ?? []));
    if (from.length !== this.axes.length || !keepsPositions) return undefined;
    const order = placesOf(this.axes[at], stepOf(from[at]));
    return order && orderChannels(trace.writer, node, this.base, order);
  }

  /** Squares of positions made of channels, or channels of squares. */
  private pixelShuffle(trace: Trace, node: GraphNode): TensorValue | undefined {
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
      const ordered = orderChannels(trace.writer, node, this.base, order);
      return select(trace.writer, node, ordered, { by: 'blocks', size, into: 'positions' });
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
    const split = select(trace.writer, node, this.base, { by: 'blocks', size: block, into: 'channels' });
    return orderChannels(trace.writer, node, split, order);
  }

  /** The axes are those of the tensor, in another order. */
  private otherAxes(trace: Trace, node: GraphNode): TensorValue | undefined {
    const { base } = this;
    const from = axesOf(fileShape(base) ?? []);
    const order = this.axes.map((axis) => from.findIndex((other) => isSame(axis, other)));
    if (from.length !== order.length || new Set(order).size !== order.length || order.includes(-1)) return undefined;
    const rank = order.length;
    // Channels first: axis 0 of the file is our last one, on both sides.
    const ours = (axis: number) => (base.channelsFirst ? (axis + rank - 1) % rank : axis);
    const places = order.map((_, axis) => (base.channelsFirst ? (axis + 1) % rank : axis));
    return select(trace.writer, node, base, { by: 'axes', order: places.map((axis) => ours(order[axis])) });
  }
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
