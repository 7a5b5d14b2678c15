import type { Initialization } from '../../network/definition.ts';
import { fans } from '../../network/kernelVariance.ts';
import type { Layer, Network } from '../../network/network.ts';
import type { LayerWeights, Tensor } from '../../network/operation.ts';
import { weightShapes } from '../../network/parameters.ts';
import { sizeOf, type Shape } from '../../network/shape.ts';
import { gaussians, streamSeed, uniforms } from '../../common/random.ts';

/**
 * The network with weights at every layer that has parameters: those it holds already stay, missing ones are drawn
 * as `network.initialization` says. Biases are N(0, biasStddev^2), batch normalization starts as the identity, PReLU at
 * its initial slope. A further application of a shared layer gets the weights of the first one. Every tensor has a
 * stream of its own, so giving one layer weights does not change those drawn for another; equal seeds give equal
 * networks everywhere. Variances are those of He et al. 2015, Glorot and Bengio 2010 and LeCun et al. 1998 for the
 * number of inputs one neuron reads; normal draws are not truncated.
 */
export function drawWeights(network: Network, seed: number): Network {
  const layers: Layer[] = [];
  for (const layer of network.layers) {
    const owner = layer.sharedWith === undefined ? undefined : layers[layer.sharedWith];
    const weights = owner?.weights ?? completed(layer, network.initialization, seed);
    layers.push({ ...layer, weights });
  }
  return { ...network, layers };
}

function completed(layer: Layer, initialization: Initialization, seed: number): LayerWeights | undefined {
  const shapes = Object.entries(weightShapes(layer));
  if (shapes.length === 0) return layer.weights;
  const entries = shapes.map(([name, shape], k): [string, Tensor] => {
    const given = layer.weights?.[name];
    return [name, given ?? draw(name, shape, layer, initialization, streamSeed(seed, layer.definition * 8 + k))];
  });
  return Object.fromEntries(entries);
}

function draw(name: string, shape: Shape, layer: Layer, initialization: Initialization, stream: number): Tensor {
  const size = sizeOf(shape);
  const constant = constantOf(name, layer);
  if (constant !== null) return { shape, data: new Float64Array(size).fill(constant) };
  if (name === 'bias') {
    const gaussian = gaussians(stream);
    return { shape, data: Float64Array.from({ length: size }, () => gaussian() * initialization.biasStddev) };
  }
  return { shape, data: drawKernel(name, shape, layer, initialization, stream) };
}

function constantOf(name: string, layer: Layer): number | null {
  if (name === 'gamma' || name === 'moving_variance') return 1;
  if (name === 'beta' || name === 'moving_mean') return 0;
  if (name !== 'alpha') return null;
  return layer.activation.kind === 'piecewiseLinear' ? layer.activation.slopes[0] : 0;
}

function drawKernel(name: string, shape: Shape, layer: Layer, init: Initialization, stream: number): Float64Array {
  if (init.kernel === 'orthogonal') return orthogonal(shape, stream);
  const [family, distribution] = init.kernel === 'normal' ? ['normal', 'normal'] : init.kernel.split('_');
  const { fanIn, fanOut } = fans(name, shape, layer.operation);
  const variance = {
    he: 2 / fanIn,
    glorot: 2 / (fanIn + fanOut),
    lecun: 1 / fanIn,
    normal: (init.kernelStddev ?? 1) ** 2,
  }[family as 'he' | 'glorot' | 'lecun' | 'normal'];
  if (distribution === 'uniform') {
    const uniform = uniforms(stream);
    const limit = Math.sqrt(3 * variance);
    return Float64Array.from({ length: sizeOf(shape) }, () => (2 * uniform() - 1) * limit);
  }
  const gaussian = gaussians(stream);
  const deviation = Math.sqrt(variance);
  return Float64Array.from({ length: sizeOf(shape) }, () => gaussian() * deviation);
}

/** Orthonormal columns (or rows, where there are fewer) of the kernel as a matrix [all but last, last]. */
function orthogonal(shape: Shape, stream: number): Float64Array {
  const columns = shape[shape.length - 1];
  const rows = sizeOf(shape) / columns;
  const gaussian = gaussians(stream);
  const [count, length] = rows >= columns ? [columns, rows] : [rows, columns];
  const vectors = Array.from({ length: count }, () => Float64Array.from({ length }, gaussian));
  vectors.forEach((vector, k) => {
    // Twice, since one pass of Gram-Schmidt loses orthogonality to rounding.
    for (let pass = 0; pass < 2; pass++) {
      for (const earlier of vectors.slice(0, k)) subtractProjection(vector, earlier);
    }
    const norm = Math.sqrt(dot(vector, vector));
    vector.forEach((x, i) => (vector[i] = x / norm));
  });
  const data = new Float64Array(rows * columns);
  vectors.forEach((vector, k) =>
    vector.forEach((x, i) => (data[rows >= columns ? i * columns + k : k * columns + i] = x)),
  );
  return data;
}

function subtractProjection(vector: Float64Array, onto: Float64Array): void {
  const overlap = dot(vector, onto);
  for (let i = 0; i < vector.length; i++) vector[i] -= overlap * onto[i];
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
