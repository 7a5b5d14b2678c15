// @ts-nocheck: TensorFlow.js need not be installed. Region Lens follows this file without running it.
// A small convolutional network for 28×28 grey images of digits: change a number and watch the hints.
import * as tf from '@tensorflow/tfjs';

const IMAGE_SIZE = 28;
const CLASSES = 10;

interface Block {
  readonly filters: number;
  readonly kernelSize: number;
}

const blocks: Block[] = [
  { filters: 8, kernelSize: 5 },
  { filters: 16, kernelSize: 3 },
];

/** Convolution blocks that halve the image each, then a dense layer that reads what is left. */
export function createDigitModel(hiddenUnits = 64): tf.Sequential {
  const model = tf.sequential({ name: 'digits' });

  blocks.forEach(({ filters, kernelSize }, index) => {
    const input = index === 0 ? { inputShape: [IMAGE_SIZE, IMAGE_SIZE, 1] } : {};
    model.add(tf.layers.conv2d({ ...input, filters, kernelSize, padding: 'same', activation: 'relu' }));
    model.add(tf.layers.maxPooling2d({ poolSize: 2 }));
  });

  model.add(tf.layers.flatten());
  model.add(tf.layers.dense({ units: hiddenUnits, activation: 'relu' }));
  model.add(tf.layers.dropout({ rate: 0.25 }));
  model.add(tf.layers.dense({ units: CLASSES, activation: 'softmax' }));
  return model;
}

/** The same task with a skip connection: a block whose input is added to what it computes. */
export function createResidualDigitModel(width = 32, depth = 2): tf.LayersModel {
  const image = tf.input({ shape: [IMAGE_SIZE, IMAGE_SIZE, 1] });
  const flat = tf.layers.flatten().apply(image);
  let stream = tf.layers.dense({ units: width }).apply(flat) as tf.SymbolicTensor;

  for (let i = 0; i < depth; i++) {
    const hidden = tf.layers.dense({ units: 2 * width, activation: 'relu' }).apply(stream);
    const branch = tf.layers.dense({ units: width }).apply(hidden) as tf.SymbolicTensor;
    stream = tf.layers.add().apply([stream, branch]) as tf.SymbolicTensor;
  }

  const scores = tf.layers.dense({ units: CLASSES, name: 'scores' }).apply(stream) as tf.SymbolicTensor;
  return tf.model({ inputs: image, outputs: scores, name: 'residualDigits' });
}
