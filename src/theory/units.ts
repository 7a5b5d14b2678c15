import { operationPieces } from '../network/build.ts';
import { bends, flatPiecesOf, piecesOf } from '../network/activation.ts';
import { isInput, type Layer, type Network } from '../network/network.ts';
import type { Operation } from '../network/operation.ts';
import { sizeOf } from '../network/shape.ts';

/** Scalar piecewise-linear units that stand side by side: what an activation adds, or what an operation is made of. */
export interface UnitStage {
  /**
   * `activation` acts on the layer's affine map (or on the operation's units); `operation` is maxout, max pooling,
   * maximum.
   */
  readonly kind: 'activation' | 'operation';
  readonly neurons: number;
  readonly pieceCount: number;
  /** ReLU-like: two pieces, one of them flat, so that an inactive neuron takes a dimension away. */
  readonly isRectifier: boolean;
}

/** The stages of a layer in the order they act; none for an affine layer. A smooth activation adds none. */
export function unitStages(layer: Layer): readonly UnitStage[] {
  let stages = known.get(layer);
  if (!stages) known.set(layer, (stages = stagesOf(layer)));
  return stages;
}

/** Every theorem asks for them. */
const known = new WeakMap<Layer, readonly UnitStage[]>();

function stagesOf(layer: Layer): UnitStage[] {
  if (layer.scope === 'beyond') return [];
  const neurons = sizeOf(layer.outputShape);
  const stages: UnitStage[] = [];
  const operationRank = operationPieces(layer.operation, layer.inputShapes);
  if (operationRank > 1) stages.push({ kind: 'operation', neurons, pieceCount: operationRank, isRectifier: false });
  if (bends(layer.activation)) {
    const pieceCount = piecesOf(layer.activation);
    stages.push({
      kind: 'activation',
      neurons,
      pieceCount,
      isRectifier: pieceCount === 2 && flatPiecesOf(layer.activation) === 1,
    });
  }
  return stages;
}

/**
 * The layers whose affine map feeds a layer's activation: last the one that has weights (the layer itself, or one
 * before it behind batch norm, dropout, flatten and reshape, which scale and rename scalars one by one), before it
 * padding and up-sampling, which only move its inputs about.
 */
export function affineRun(network: Network, layer: Layer): Layer[] {
  const before = ({ inputs }: Layer): Layer | null => {
    const found = inputs.length === 1 && !isInput(inputs[0]) ? network.layers[inputs[0]] : null;
    return found && unitStages(found).length === 0 ? found : null;
  };
  let source = layer;
  for (let next: Layer | null = layer; next && isNeutral(source.operation); next = before(source)) source = next;
  const run = [source];
  let next = before(source);
  for (; next && isResampling(next.operation); next = before(next)) run.unshift(next);
  // Units right behind padding or up-sampling: the weights are before those.
  if (next && isResampling(source.operation)) run.unshift(next);
  return run;
}

/** Scales or renames scalars one by one, at inference. */
export function isNeutral(operation: Operation): boolean {
  const effect = effectOf(operation);
  return effect === 'scales' || effect === 'renames';
}

function isResampling(operation: Operation): boolean {
  const effect = effectOf(operation);
  return effect === 'scales' || effect === 'resamples';
}

/** What an operation does to its input, between a layer of weights and the units that follow. */
function effectOf({ kind }: Operation): 'scales' | 'renames' | 'resamples' | 'computes' {
  switch (kind) {
    case 'batchNormalization':
    case 'identity':
      return 'scales';
    case 'flatten':
    case 'reshape':
      return 'renames';
    case 'zeroPadding':
    case 'upSampling':
      return 'resamples';
    case 'dense':
    case 'convolution':
    case 'depthwiseConvolution':
    case 'separableConvolution':
    case 'transposedConvolution':
    case 'locallyConnected':
    case 'graphConvolution':
    case 'maxout':
    case 'maxPooling':
    case 'averagePooling':
    case 'globalMaxPooling':
    case 'globalAveragePooling':
    case 'add':
    case 'subtract':
    case 'average':
    case 'maximum':
    case 'concatenate':
    case 'notPiecewiseLinear':
    case 'unknown':
      return 'computes';
  }
}

/** Upper bound on the rank of a layer's affine map from inside it, beyond its input and output sizes. */
export function innerWidth(layer: Layer): number {
  const { operation } = layer;
  if (operation.kind !== 'separableConvolution') return Infinity;
  const channels = layer.inputShapes[0][operation.window.rank];
  const positions = sizeOf(layer.outputShape) / operation.filters;
  return positions * channels * operation.multiplier;
}
