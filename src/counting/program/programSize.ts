import { bends } from '../../network/activation.ts';
import { analyzedLayers, type Layer, type Network } from '../../network/network.ts';
import type { Operation } from '../../network/operation.ts';
import { sizeOf } from '../../network/shape.ts';
import { spatialExtents, tropicalGeometry, windowGeometry } from '../../network/window.ts';

/** What the program of a network (see `compile`) would hold, from its shapes alone: nothing of it is made. */
export interface ProgramSize {
  /** Scalars of all tensors, those between the steps of one layer among them. */
  readonly scalars: number;
  /** Entries of all matrices and members of all maxima, with those taps of windows that fall on padding. */
  readonly entries: number;
}

export function programSize(network: Network): ProgramSize {
  // Several inputs are cut out of one tensor.
  const several = network.inputs.length > 1 ? network.inputSize : 0;
  let [scalars, entries] = [network.inputSize + several, several];
  const layers = analyzedLayers(network);
  for (const layer of layers) {
    const size = sizeOfLayer(layer);
    scalars += size.scalars + activationScalars(layer);
    entries += size.entries;
  }
  const divided = layers.some(averages) ? outputSize(network, layers) : 0;
  return { scalars: scalars + divided, entries: entries + divided };
}

/** Averages may stay sums until the outputs, which are divided. */
function averages({ operation }: Layer): boolean {
  return (
    operation.kind === 'averagePooling' ||
    operation.kind === 'globalAveragePooling' ||
    operation.kind === 'average' ||
    (operation.kind === 'upSampling' && operation.bilinear)
  );
}

/** Numbers of all tensors that leave the piecewise-linear part. */
function outputSize({ outputs, layers: all }: Network, layers: readonly Layer[]): number {
  const inside = new Set(layers.map(({ index }) => index));
  const leaving = new Set([
    ...outputs,
    ...all.filter(({ index }) => !inside.has(index)).flatMap(({ inputs }) => inputs),
  ]);
  return layers.reduce((sum, layer) => sum + (leaving.has(layer.index) ? sizeOf(layer.outputShape) : 0), 0);
}

/** The tensor of the units, with as many slopes and intercepts as they have pieces. */
function activationScalars({ activation, outputShape }: Layer): number {
  if (activation.kind === 'smooth' || !bends(activation)) return sizeOf(outputShape);
  return sizeOf(outputShape) * (1 + activation.slopes.length);
}

function sizeOfLayer(layer: Layer): ProgramSize {
  const { operation, inputShapes } = layer;
  const inputs = inputShapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  const outputs = sizeOf(layer.outputShape);
  switch (operation.kind) {
    case 'dense':
      return { scalars: outputs, entries: inputs * outputs };
    case 'maxout':
      return { scalars: outputs * (1 + operation.rank), entries: outputs * operation.rank * (1 + inputs) };
    case 'tropicalDense':
    case 'tropicalConvolution':
      return sizeOfTropical(layer, operation);
    case 'graphConvolution':
      return { scalars: outputs, entries: inputs * outputs };
    case 'flatten':
    case 'reshape':
    case 'identity':
      return { scalars: 0, entries: 0 };
    case 'concatenate':
      // Every source has a matrix of as many rows as there are outputs.
      return { scalars: outputs * inputShapes.length, entries: inputs };
    case 'maximum':
      return { scalars: inputs * (1 + inputShapes.length), entries: 2 * inputs };
    case 'globalMaxPooling':
    case 'globalAveragePooling':
      return { scalars: outputs, entries: inputs };
    case 'select':
      return { scalars: outputs, entries: outputs };
    case 'upSampling':
      return { scalars: outputs, entries: outputs * (operation.bilinear ? 4 : 1) };
    case 'add':
    case 'subtract':
    case 'average':
    case 'batchNormalization':
    case 'zeroPadding':
    case 'notPiecewiseLinear':
    case 'unknown':
      return { scalars: outputs, entries: inputs };
    case 'convolution':
    case 'depthwiseConvolution':
    case 'separableConvolution':
    case 'transposedConvolution':
    case 'locallyConnected':
    case 'maxPooling':
    case 'averagePooling':
      return sizeOfWindowed(layer);
  }
}

/** Arguments and units, then a sum of units or, for min-plus ones, their negatives. */
function sizeOfTropical(
  layer: Layer,
  operation: Extract<Operation, { readonly kind: 'tropicalDense' | 'tropicalConvolution' }>,
): ProgramSize {
  const outputs = sizeOf(layer.outputShape);
  const { kernel, inC } = tropicalGeometry(layer);
  const compared = outputs * kernel[0] * kernel[1] * inC;
  const sumsChannels = operation.kind === 'tropicalConvolution' && operation.sumsChannels;
  const units = sumsChannels ? outputs * inC : outputs;
  const isLast = !sumsChannels && operation.semiring === 'max';
  return { scalars: compared + units + (isLast ? 0 : outputs), entries: 2 * compared + (isLast ? 0 : units) };
}

function sizeOfWindowed(layer: Layer): ProgramSize {
  const outputs = sizeOf(layer.outputShape);
  const window = windowGeometry(layer);
  const { operation } = layer;
  if (!window || !('window' in operation)) return { scalars: outputs, entries: 0 };
  const taps = window.kernel[0] * window.kernel[1];
  switch (operation.kind) {
    case 'separableConvolution': {
      const [height, width] = spatialExtents(layer.outputShape, operation.window.rank);
      const between = window.inC * operation.multiplier;
      const positions = height * width;
      return { scalars: outputs + positions * between, entries: positions * between * (taps + operation.filters) };
    }
    case 'transposedConvolution':
      return {
        scalars: outputs,
        entries: window.inH * window.inW * window.inC * taps * (operation.filters / operation.groups),
      };
    case 'tropicalConvolution':
      return sizeOfTropical(layer, operation);
    case 'convolution':
    case 'locallyConnected':
      return { scalars: outputs, entries: (outputs * taps * window.inC) / window.groups };
    case 'depthwiseConvolution':
    case 'maxPooling':
    case 'averagePooling':
      return { scalars: outputs, entries: outputs * taps };
  }
}
