import type { Activation } from './activation.ts';
import type { Initialization } from './definition.ts';
import type { LayerWeights, Operation } from './operation.ts';
import { asWritten, type Shape } from './shape.ts';

/** A tensor of the network: layer `i`'s output is `i`, input tensor `k` is `-1 - k`. */
export type TensorId = number;

export function inputTensor(k: number): TensorId {
  return -1 - k;
}

export function isInput(tensor: TensorId): boolean {
  return tensor < 0;
}

/**
 * How a layer relates to the piecewise-linear part:
 * `piecewiseLinear`, all before it and itself piecewise linear; `boundary`, its own activation (or operation) is the
 * first that is not;
 * `beyond`, something before it is not, so that no statement about linear regions reaches it.
 */
export type TheoryScope = 'piecewiseLinear' | 'boundary' | 'beyond';

/** Parallel scalar piecewise-linear units: those of an activation, or those an operation consists of. */
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

export interface Layer {
  /** Position in topological order, and this layer's output tensor. */
  readonly index: number;
  /** Position in the definition's list of layers. */
  readonly definition: number;
  readonly name: string;
  readonly type: string;
  readonly operation: Operation;
  readonly activation: Activation;
  readonly inputs: readonly TensorId[];
  readonly inputShapes: readonly Shape[];
  readonly outputShape: Shape;
  /** The framework writes the channels of the output before its positions. */
  readonly channelsFirst?: boolean;
  /** The layer's units in the order they act; none for an affine layer. A smooth activation adds none. */
  readonly stages: readonly UnitStage[];
  /** Scalar piecewise-linear units: activations that bend, maxout units, pooling windows. 0 for an affine layer. */
  readonly neurons: number;
  /** Affine pieces of one unit; 1 for an affine layer. A ReLU has 2, maxout of rank k has k. */
  readonly pieceCount: number;
  /** All weights, trainable or not; 0 for a further application of a shared layer; null if they are not known. */
  readonly parameters: number | null;
  readonly scope: TheoryScope;
  readonly weights?: LayerWeights;
  /** For a further application of a shared layer: the index of the first one, whose weights it uses. */
  readonly sharedWith?: number;
}

export interface NetworkInput {
  readonly name: string;
  readonly shape: Shape;
  /** The framework writes channels before positions. */
  readonly channelsFirst?: boolean;
  /** Where the shape was found, if the file does not state it as that of the input. */
  readonly source?: string;
}

/** A network with inferred shapes, in topological order. Layers that could not be resolved are left out. */
export interface Network {
  readonly name: string;
  readonly inputs: readonly NetworkInput[];
  readonly layers: readonly Layer[];
  readonly outputs: readonly TensorId[];
  readonly initialization: Initialization;
  /** Number of scalars in all inputs together, `n_0`; 0 where the size of one is not known. */
  readonly inputSize: number;
  /** False when some layers of the definition are missing here, so that totals are of a part. */
  readonly complete: boolean;
}

export function shapeOfTensor(network: Network, tensor: TensorId): Shape {
  return tensor < 0 ? network.inputs[-1 - tensor].shape : network.layers[tensor].outputShape;
}

/** The same as the network's framework writes it. */
export function writtenShape(network: Network, tensor: TensorId): Shape {
  const { channelsFirst } = tensor < 0 ? network.inputs[-1 - tensor] : network.layers[tensor];
  return asWritten(shapeOfTensor(network, tensor), channelsFirst);
}

/** The layers about which linear regions can be stated, including the affine part of a final softmax. */
export function analyzedLayers(network: Network): Layer[] {
  return network.layers.filter((layer) => layer.scope !== 'beyond');
}

export function totalNeurons(layers: readonly Layer[]): number {
  return layers.reduce((sum, layer) => sum + layer.neurons, 0);
}
