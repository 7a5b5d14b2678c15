import { bends, flatPiecesOf, piecesOf } from './activation.ts';
import { greatestOf } from './extremes.ts';
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
  if (pieces > 1) {
    const units = neurons * unitsPerOutput(operation, inputShapes);
    stages.push({ kind: 'operation', neurons: units, pieceCount: pieces, isRectifier: false });
  }
  if (bends(activation)) {
    const pieceCount = piecesOf(activation);
    const isRectifier = pieceCount === 2 && flatPiecesOf(activation) === 1;
    stages.push({ kind: 'activation', neurons, pieceCount, isRectifier });
  }
  return stages;
}

/** Units of the operation that one number of the output is the sum of. */
function unitsPerOutput(operation: Operation, [input]: readonly Shape[]): number {
  return operation.kind === 'tropicalConvolution' && operation.sumsChannels ? input[operation.window.rank] : 1;
}

/** Units of a layer with these stages. Those of an activation act on what units of the operation give. */
export function neuronsOf(stages: readonly UnitStage[]): number {
  return greatestOf(
    stages.map(({ neurons }) => neurons),
    0,
  );
}

/**
 * Pieces of the units that the operation itself is made of: maxout, tropical units, max pooling, an elementwise
 * maximum. 1 for an affine map, 0 for what is not piecewise linear.
 */
export function operationPieces(operation: Operation, inputs: readonly Shape[]): number {
  switch (operation.kind) {
    case 'maxout':
      return operation.rank;
    case 'tropicalDense':
      return inputs[0][0];
    case 'tropicalConvolution': {
      const { window, sumsChannels } = operation;
      return window.kernel[0] * window.kernel[1] * (sumsChannels ? 1 : inputs[0][window.rank]);
    }
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
