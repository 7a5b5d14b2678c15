import { fileShape } from '../../../graph/axes.ts';
import { Refusal } from '../../../graph/writer.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import type { Shape } from '../../../../network/shape.ts';
import { withChannelsFirst } from './convolutions.ts';
import type { LayerCall } from './layers.ts';
import { Rearranged } from '../../../graph/operators/rearranged.ts';

/** Splits the axes of an image, exchanges the parts and joins them, as PyTorch documents these layers. */
function shuffled(
  call: LayerCall,
  split: (image: Shape) => readonly number[],
  order: readonly number[],
  joined: (image: Shape) => readonly number[],
): TensorValue {
  const { trace, node } = call;
  const x = withChannelsFirst(call);
  const image = fileShape(x);
  if (image?.length !== 3) throw new Refusal('A shuffle of other than images with known channels is not analyzed.');
  const made = Rearranged.of(x)
    ?.reshaped(split(image))
    ?.permuted(order)
    .reshaped(joined(image))
    ?.settled(trace.writer, node, () => true);
  if (!made) throw new Refusal(`${image.join('×')} numbers cannot be shuffled so.`);
  return made;
}

export function pixelShuffle(call: LayerCall): TensorValue {
  const size = call.fields.count('upscale_factor');
  return shuffled(
    call,
    ([channels, height, width]) => [channels / size ** 2, size, size, height, width],
    [0, 3, 1, 4, 2],
    ([channels, height, width]) => [channels / size ** 2, height * size, width * size],
  );
}

export function pixelUnshuffle(call: LayerCall): TensorValue {
  const size = call.fields.count('downscale_factor');
  return shuffled(
    call,
    ([channels, height, width]) => [channels, height / size, size, width / size, size],
    [0, 2, 4, 1, 3],
    ([channels, height, width]) => [channels * size ** 2, height / size, width / size],
  );
}

export function channelShuffle(call: LayerCall): TensorValue {
  const groups = call.fields.count('groups');
  return shuffled(
    call,
    ([channels, height, width]) => [groups, channels / groups, height, width],
    [1, 0, 2, 3],
    (image) => image,
  );
}
