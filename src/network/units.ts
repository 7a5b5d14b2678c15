import { bends, flatPiecesOf, piecesOf } from './activation.ts';
import type { Layer, TheoryScope, UnitStage } from './network.ts';
import type { Operation } from './operation.ts';
import { sizeOf, type Shape } from './shape.ts';

/** The units of a layer in the order they act. */
export function unitStages(
  {
    operation,
    activation,
    inputShapes,
    outputShape,
  }: Pick<Layer, 'operation' | 'activation' | 'inputShapes' | 'outputShape'>,
  scope: TheoryScope,
): UnitStage[] {
  if (scope === 'beyond') return [];
  const neurons = sizeOf(outputShape);
  const stages: UnitStage[] = [];
  const pieces = operationPieces(operation, inputShapes);
  if (pieces > 1) stages.push({ kind: 'operation', neurons, pieceCount: pieces, isRectifier: false });
  if (bends(activation)) {
    const pieceCount = piecesOf(activation);
    const isRectifier = pieceCount === 2 && flatPiecesOf(activation) === 1;
    stages.push({ kind: 'activation', neurons, pieceCount, isRectifier });
  }
  return stages;
}

/**
 * Pieces of the units that the operation itself is made of: maxout, max pooling, an elementwise maximum. 1 for an
 * affine map, 0 for what is not piecewise linear.
 */
export function operationPieces(operation: Operation, inputs: readonly Shape[]): number {
  switch (operation.kind) {
    case 'maxout':
      return operation.rank;
    case 'maxPooling':
      return operation.window.kernel[0] * operation.window.kernel[1];
    case 'globalMaxPooling':
      return sizeOf(inputs[0].slice(0, operation.rank));
    case 'maximum':
      return inputs.length;
    case 'dense':
    case 'convolution':
    case 'depthwiseConvolution':
    case 'separableConvolution':
    case 'transposedConvolution':
    case 'locallyConnected':
    case 'graphConvolution':
    case 'averagePooling':
    case 'globalAveragePooling':
    case 'batchNormalization':
    case 'flatten':
    case 'reshape':
    case 'select':
    case 'identity':
    case 'zeroPadding':
    case 'upSampling':
    case 'add':
    case 'subtract':
    case 'average':
    case 'concatenate':
      return 1;
    case 'notPiecewiseLinear':
    case 'unknown':
      return 0;
  }
}
