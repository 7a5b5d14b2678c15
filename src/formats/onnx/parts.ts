import { realNumber, wholeNumber, wholeNumbers } from '../graph/attributes.ts';
import { fileShape } from '../graph/axes.ts';
import type { GraphNode } from '../graph/node.ts';
import { withChannels } from '../graph/order.ts';
import { padAxes, type PaddingMode, type Sides } from '../graph/operators/padding.ts';
import { Rearranged } from '../graph/operators/rearranged.ts';
import { Refusal } from '../graph/refusal.ts';
import { squeeze } from '../graph/operators/reshaping.ts';
import { isDivisible, places, take } from '../graph/operators/selecting.ts';
import type { Operator } from '../graph/translate.ts';
import type { GraphWriter, TensorValue } from '../graph/writer.ts';
import { placesBetween } from './extents.ts';

/** Operations that take parts of a tensor, or bring its numbers into another order. */

/** Extents with the batch, whose own is not known. */
function extentsOf(x: TensorValue): readonly (number | null)[] {
  const shape = fileShape(x);
  if (!shape) throw new Refusal('A part of a tensor of unknown shape is taken here.');
  if (!shape.every(isDivisible)) throw new Refusal('An axis of more than a million places is not divided here.');
  return [null, ...shape];
}

function axisWithin(axis: number, { length }: readonly unknown[]): number {
  const found = axis < 0 ? axis + length : axis;
  if (!(found >= 0 && found < length)) throw new Refusal(`There is no axis ${axis} here.`);
  return found;
}

function known(values: readonly number[] | undefined, what: string): readonly number[] {
  if (values) return values;
  throw new Refusal(`${what} is not known.`);
}

export const sliceTensor: Operator = (writer, node) => {
  const x = writer.tensor(node);
  const extents = extentsOf(x);
  const listed = (index: number, name: string) => writer.numbers(node, index) ?? wholeNumbers(node, name);
  const starts = known(listed(1, 'starts'), 'Where this part starts');
  const ends = known(listed(2, 'ends'), 'Where this part ends');
  if (node.inputs[3] && !writer.numbers(node, 3)) throw new Refusal('Along which axes this takes a part is not known.');
  if (node.inputs[4] && !writer.numbers(node, 4)) throw new Refusal('In which steps this takes a part is not known.');
  const axes = listed(3, 'axes') ?? starts.map((_, k) => k);
  const steps = writer.numbers(node, 4) ?? starts.map(() => 1);
  return axes.reduce((value, written, k) => {
    const axis = axisWithin(written, extents);
    const extent = extents[axis];
    const [start, end, step] = [starts[k], ends[k], steps[k]];
    if (start === undefined || end === undefined || !step) throw new Refusal('Which part this takes is not known.');
    if (extent !== null) return take(writer, node, value, axis, placesBetween(start, end, step, extent));
    // Only all of a batch, whatever its size, leaves its inputs as they are.
    if (start === 0 && step === 1 && end >= 2 ** 31 - 1) return value;
    throw new Refusal('Some inputs of a batch are taken here: this mixes them.');
  }, x);
};

/** Parts one after the other along an axis, each an output. */
export const splitTensor: Operator = (writer, node) => {
  const x = writer.tensor(node);
  const extents = extentsOf(x);
  const axis = axisWithin(wholeNumber(node, 'axis') ?? 0, extents);
  const extent = extents[axis];
  if (extent === null) throw new Refusal('Some inputs of a batch are taken here: this mixes them.');
  if (node.inputs[1] && !writer.numbers(node, 1)) throw new Refusal('How this divides the tensor is not known.');
  const count = node.outputs.length;
  const size = Math.ceil(extent / count);
  const sizes =
    writer.numbers(node, 1) ??
    wholeNumbers(node, 'split') ??
    node.outputs.map((_, k) => Math.min(size, extent - k * size));
  if (sizes.length !== count || sizes.reduce((sum, each) => sum + each, 0) !== extent || sizes.some((each) => each < 1))
    throw new Refusal(`The parts of this Split do not make up the ${extent} places of the axis.`);
  let from = 0;
  const parts = sizes.map((each) => {
    from += each;
    return take(writer, node, { ...x, sole: false }, axis, places(from - each, from));
  });
  parts.forEach((part, k) => writer.define(node.outputs[k], part));
  return parts[0];
};

/** Places that the file states; with a single number, the axis is gone. */
export const gatherTensor: Operator = (writer, node) => {
  const x = writer.tensor(node);
  const extents = extentsOf(x);
  const axis = axisWithin(wholeNumber(node, 'axis') ?? 0, extents);
  const extent = extents[axis];
  if (extent === null) throw new Refusal('Some inputs of a batch are taken here: this mixes them.');
  const { dims, numbers } = placesIn(writer, node);
  if (dims > 1) throw new Refusal('Gather with places along several axes is not analyzed.');
  const taken = take(
    writer,
    node,
    x,
    axis,
    numbers.map((place) => (place < 0 ? place + extent : place)),
  );
  return dims === 0 ? squeeze(writer, node, taken, [axis]) : taken;
};

function placesIn(writer: GraphWriter, node: GraphNode): { dims: number; numbers: readonly number[] } {
  const value = writer.value(node, 1);
  if (value?.kind === 'constant') {
    writer.notWeights.add(value.constant.name);
    const tensor = value.constant.tensor();
    if (tensor && typeof tensor !== 'string') return { dims: value.constant.shape.length, numbers: [...tensor.data] };
  }
  const numbers = known(writer.numbers(node, 1), 'Which places this takes');
  return { dims: value?.kind === 'extents' ? (value.dims ?? numbers).length && 1 : 1, numbers };
}

/** Splits the axes of an image, exchanges the parts and joins them. */
function shuffled(
  writer: GraphWriter,
  node: GraphNode,
  split: (image: readonly number[]) => readonly number[],
  order: readonly number[],
  joined: (image: readonly number[]) => readonly number[],
): TensorValue {
  const x = withChannels(writer, node, writer.tensor(node), true);
  const image = fileShape(x);
  if (image?.length !== 3) throw new Refusal(`${node.op} of other than images with known channels is not analyzed.`);
  const made = Rearranged.of(x)?.reshaped(split(image))?.permuted(order).reshaped(joined(image));
  const value = made?.settled(writer, node, () => true);
  if (value) return value;
  throw new Refusal(`${image.join('×')} numbers cannot be shuffled so.`);
}

export const depthToSpace: Operator = (writer, node) => {
  const size = wholeNumber(node, 'blocksize', 1) ?? 1;
  const isColumnsLast = (node.attributes.text('mode') ?? 'DCR') === 'CRD';
  return shuffled(
    writer,
    node,
    ([channels, height, width]) =>
      isColumnsLast
        ? [channels / size ** 2, size, size, height, width]
        : [size, size, channels / size ** 2, height, width],
    isColumnsLast ? [0, 3, 1, 4, 2] : [2, 3, 0, 4, 1],
    ([channels, height, width]) => [channels / size ** 2, height * size, width * size],
  );
};

export const spaceToDepth: Operator = (writer, node) => {
  const size = wholeNumber(node, 'blocksize', 1) ?? 1;
  return shuffled(
    writer,
    node,
    ([channels, height, width]) => [channels, height / size, size, width / size, size],
    [2, 4, 0, 1, 3],
    ([channels, height, width]) => [channels * size ** 2, height / size, width / size],
  );
};

const modes: Readonly<Record<string, PaddingMode>> = { reflect: 'reflect', edge: 'replicate', wrap: 'circular' };

export const padTensor: Operator = (writer, node) => {
  const x = writer.tensor(node);
  const pads = wholeNumbers(node, 'pads') ?? writer.numbers(node, 1);
  const value = realNumber(node, 'value') ?? (node.inputs[2] ? writer.numbers(node, 2)?.[0] : 0);
  const name = node.attributes.text('mode') ?? 'constant';
  const mode = name === 'constant' && value !== undefined ? { constant: value } : modes[name];
  if (!mode) throw new Refusal(`Padding in the mode ${name} with a number that is not known is not analyzed.`);
  if (node.inputs[3]) throw new Refusal('Padding along named axes is not analyzed.');
  if (!pads || (x.shape && pads.length !== 2 * (x.shape.length + 1)))
    throw new Refusal('How far this pads is not known.');
  const count = pads.length / 2;
  const [batch, ...sides] = Array.from({ length: count }, (_, axis): Sides => [pads[axis], pads[axis + count]]);
  if (batch.some((side) => side !== 0)) throw new Refusal('The batch is padded here.');
  return padAxes(writer, node, x, sides, mode);
};
