import { operationPieces } from '../network/build.ts';
import { bends, flatPiecesOf, piecesOf } from '../network/activation.ts';
import type { Layer, Network } from '../network/network.ts';
import { sizeOf } from '../network/shape.ts';

/** Scalar piecewise-linear units that stand side by side: what an activation adds, or what an operation is made of. */
export interface UnitStage {
  /** `activation` acts on the layer's affine map (or on the operation's units); `operation` is maxout, max pooling, maximum. */
  readonly kind: 'activation' | 'operation';
  readonly neurons: number;
  readonly pieces: number;
  /** ReLU-like: two pieces, one of them flat, so that an inactive neuron takes a dimension away. */
  readonly drops: boolean;
}

/** The stages of a layer in the order they act; none for an affine layer. A smooth activation adds none. */
export function unitStages(layer: Layer): UnitStage[] {
  if (layer.reach === 'beyond') return [];
  const neurons = sizeOf(layer.outputShape);
  const stages: UnitStage[] = [];
  const operationRank = operationPieces(layer.operation, layer.inputShapes);
  if (operationRank > 1) stages.push({ kind: 'operation', neurons, pieces: operationRank, drops: false });
  if (bends(layer.activation)) {
    const pieces = piecesOf(layer.activation);
    stages.push({ kind: 'activation', neurons, pieces, drops: pieces === 2 && flatPiecesOf(layer.activation) === 1 });
  }
  return stages;
}

/**
 * The layer whose affine map feeds this layer's activation: itself, or one before it behind batch norm, dropout,
 * flatten and reshape, which scale and rename scalars one by one.
 */
export function affineSource(network: Network, layer: Layer): Layer {
  let source = layer;
  for (;;) {
    const { kind } = source.operation;
    const renames = kind === 'batchNormalization' || kind === 'identity' || kind === 'flatten' || kind === 'reshape';
    const before = source.inputs[0];
    if (!renames || before < 0 || unitStages(network.layers[before]).length > 0) return source;
    source = network.layers[before];
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
