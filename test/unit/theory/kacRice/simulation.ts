import type { PiecewiseLinearActivation } from '../../../../src/network/activation.ts';
import { initialVariance } from '../../../../src/network/operation.ts';
import { kernelVariance } from '../../../../src/network/kernelVariance.ts';
import { shapeOfTensor, type Layer, type Network } from '../../../../src/network/network.ts';
import { weightShapes } from '../../../../src/network/parameters.ts';
import { sizeOf } from '../../../../src/network/shape.ts';
import { windowGeometry } from '../../../../src/network/window.ts';
import type { Segment } from '../../../../src/theory/bound.ts';

/**
 * Exact walks along a segment through networks with random normal weights, by the definition and without any theory.
 */

/** A tensor that is affine along a piece of the segment: `start + t slope`. */
interface Affine {
  readonly start: Float64Array;
  readonly slope: Float64Array;
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly tensors: Map<number, Affine>;
}

type Weights = Record<string, Float64Array>;

/** Mean number of regions after each layer over `draws` networks, and its standard error. */
export function simulate(network: Network, segment: Segment, draws: number, seed = 1) {
  const gaussian = generator(seed);
  const counts = Array.from({ length: draws }, () => countOnce(network, segment, gaussian));
  return network.layers.map((_, i) => {
    const mean = counts.reduce((sum, count) => sum + count[i], 0) / draws;
    const variance = counts.reduce((sum, count) => sum + (count[i] - mean) ** 2, 0) / (draws - 1);
    return { mean, error: Math.sqrt(variance / draws) };
  });
}

function generator(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Random coordinates in [-1, 1]. */
export function randomSegment(size: number, seed: number): Segment {
  const gaussian = generator(seed);
  const point = (): number[] => Array.from({ length: size }, () => Math.tanh(gaussian()));
  return { from: point(), to: point() };
}

function countOnce(network: Network, { from, to }: Segment, gaussian: () => number): number[] {
  let offset = 0;
  const inputs = new Map<number, Affine>();
  network.inputs.forEach(({ shape }, k) => {
    const start = Float64Array.from(from.slice(offset, (offset += sizeOf(shape))));
    const end = to.slice(offset - start.length, offset);
    inputs.set(-1 - k, { start, slope: start.map((x, i) => end[i] - x) });
  });
  let pieces: Piece[] = [{ from: 0, to: 1, tensors: inputs }];
  return network.layers.map((layer) => {
    const weights = drawWeights(network, layer, gaussian);
    pieces = pieces.flatMap((piece) => split(network, piece, layer, weights));
    return pieces.length;
  });
}

function drawWeights({ initialization }: Network, layer: Layer, gaussian: () => number): Weights {
  // Its weights multiply by one and add nothing.
  if (layer.operation.kind === 'batchNormalization') return {};
  const entries = Object.entries(weightShapes(layer)).map(([name, shape]): [string, Float64Array] => {
    const isBias = name === 'bias';
    const deviation = isBias ? initialization.biasStddev : Math.sqrt(kernelVariance(layer, initialization, name));
    return [name, Float64Array.from({ length: sizeOf(shape) }, () => deviation * gaussian())];
  });
  return Object.fromEntries(entries);
}

function split(network: Network, piece: Piece, layer: Layer, weights: Weights): Piece[] {
  const values = layer.inputs.map((tensor) => piece.tensors.get(tensor) as Affine);
  const z: Affine = {
    start: affine(
      network,
      layer,
      weights,
      values.map(({ start }) => start),
      1,
    ),
    slope: affine(
      network,
      layer,
      weights,
      values.map(({ slope }) => slope),
      0,
    ),
  };
  const activation = layer.activation as PiecewiseLinearActivation;
  const cuts: number[] = [];
  z.start.forEach((a, i) => {
    for (const level of activation.breakpoints) {
      const t = (level - a) / z.slope[i];
      if (t > piece.from + 1e-10 && t < piece.to - 1e-10) cuts.push(t);
    }
  });
  cuts.sort((a, b) => a - b);
  const ends = [piece.from, ...cuts.filter((t, i) => i === 0 || t - cuts[i - 1] > 1e-10), piece.to];
  return ends.slice(1).map((end, i) => {
    const middle = (ends[i] + end) / 2;
    return { from: ends[i], to: end, tensors: new Map([...piece.tensors, [layer.index, bent(activation, z, middle)]]) };
  });
}

function bent({ breakpoints, slopes, intercepts }: PiecewiseLinearActivation, z: Affine, t: number): Affine {
  const piece = Uint8Array.from(z.start, (a, i) => {
    const value = a + t * z.slope[i];
    let below = 0;
    while (below < breakpoints.length && breakpoints[below] < value) below++;
    return below;
  });
  return {
    start: z.start.map((a, i) => slopes[piece[i]] * a + intercepts[piece[i]]),
    slope: z.slope.map((b, i) => slopes[piece[i]] * b),
  };
}

/** The layer's affine part; `one` is 0 for its linear part alone. */
function affine(network: Network, layer: Layer, weights: Weights, inputs: Float64Array[], one: 0 | 1): Float64Array {
  const { operation } = layer;
  const [input] = inputs;
  switch (operation.kind) {
    case 'dense':
      return dense(input, weights.kernel, weights.bias ?? new Float64Array(operation.units), one);
    case 'convolution':
      return convolution(layer, input, weights.kernel, weights.bias, one);
    case 'averagePooling':
      return averaged(layer, input);
    case 'globalAveragePooling':
      return meanOverPositions(layer, input);
    case 'upSampling':
      return upSampled(layer, input, operation.factors);
    case 'graphConvolution': {
      const features = layer.inputShapes[0][1];
      const rows = operation.adjacency.map((row) =>
        dense(
          Float64Array.from({ length: features }, (_, f) =>
            row.reduce((sum, weight, node) => sum + weight * input[node * features + f], 0),
          ),
          weights.kernel,
          weights.bias,
          one,
        ),
      );
      return Float64Array.from(rows.flatMap((row) => [...row]));
    }
    case 'add':
      return input.map((_, i) => inputs.reduce((sum, tensor) => sum + tensor[i], 0));
    case 'subtract':
      return input.map((value, i) => value - inputs[1][i]);
    case 'batchNormalization':
      return input.map((value) => value / Math.sqrt(initialVariance(operation)));
    case 'concatenate': {
      const channels = layer.inputs.map((tensor) => shapeOfTensor(network, tensor).at(-1) as number);
      const positions = input.length / channels[0];
      const rows = Array.from({ length: positions }, (_, p) =>
        inputs.flatMap((tensor, k) => [...tensor.subarray(p * channels[k], (p + 1) * channels[k])]),
      );
      return Float64Array.from(rows.flat());
    }
    case 'flatten':
    case 'identity':
      return input;
    default:
      throw new Error(`no ${operation.kind} in simulations`);
  }
}

/** Half of what stands behind ReLUs is zero, and adds nothing. */
function dense(input: Float64Array, kernel: Float64Array, bias: Float64Array, one: 0 | 1): Float64Array {
  const sums = bias.map((b) => one * b);
  for (let i = 0; i < input.length; i++) {
    const x = input[i];
    if (x === 0) continue;
    for (let o = 0, at = i * sums.length; o < sums.length; o++, at++) sums[o] += x * kernel[at];
  }
  return sums;
}

function convolution(layer: Layer, input: Float64Array, kernel: Float64Array, bias: Float64Array, one: 0 | 1) {
  const g = windowGeometry(layer);
  if (!g) throw new Error('not a convolution');
  const { inC } = g;
  const [inPart, outPart] = [inC / g.groups, g.outC / g.groups];
  const output = Float64Array.from({ length: g.outH * g.outW * g.outC }, (_, at) => one * bias[at % g.outC]);
  for (let start = 0; start < output.length; start += g.outC) {
    const [y, x] = [Math.floor(start / g.outC / g.outW), (start / g.outC) % g.outW];
    for (let k = 0; k < g.kernel[0] * g.kernel[1]; k++) {
      const row = y * g.strides[0] - g.padTop + Math.floor(k / g.kernel[1]) * g.dilation[0];
      const column = x * g.strides[1] - g.padLeft + (k % g.kernel[1]) * g.dilation[1];
      if (row < 0 || row >= g.inH || column < 0 || column >= g.inW) continue;
      for (let c = 0; c < inC; c++) {
        const value = input[(row * g.inW + column) * inC + c];
        if (value === 0) continue;
        let at = start + Math.floor(c / inPart) * outPart;
        let from = (k * inPart + (c % inPart)) * g.outC + at - start;
        for (const end = at + outPart; at < end; at++, from++) output[at] += value * kernel[from];
      }
    }
  }
  return output;
}

/** Each output is the mean of the cells of its window that are there. */
function averaged(layer: Layer, input: Float64Array): Float64Array {
  const g = windowGeometry(layer);
  if (!g) throw new Error('not a window');
  return Float64Array.from({ length: g.outH * g.outW * g.outC }, (_, at) => {
    const c = at % g.outC;
    const [y, x] = [Math.floor(at / g.outC / g.outW), Math.floor(at / g.outC) % g.outW];
    let [sum, cells] = [0, 0];
    for (let k = 0; k < g.kernel[0] * g.kernel[1]; k++) {
      const row = y * g.strides[0] - g.padTop + Math.floor(k / g.kernel[1]);
      const column = x * g.strides[1] - g.padLeft + (k % g.kernel[1]);
      if (row < 0 || row >= g.inH || column < 0 || column >= g.inW) continue;
      sum += input[(row * g.inW + column) * g.inC + c];
      cells++;
    }
    return sum / cells;
  });
}

function meanOverPositions({ inputShapes: [shape] }: Layer, input: Float64Array): Float64Array {
  const channels = shape[shape.length - 1];
  const positions = input.length / channels;
  return Float64Array.from({ length: channels }, (_, c) => {
    let sum = 0;
    for (let p = 0; p < positions; p++) sum += input[p * channels + c];
    return sum / positions;
  });
}

/** Bilinear, with half-pixel centers. */
function upSampled(
  { inputShapes: [[height, width, channels]] }: Layer,
  input: Float64Array,
  factors: readonly number[],
) {
  const at = (place: number, factor: number, extent: number) =>
    Math.min(extent - 1, Math.max(0, (place + 0.5) / factor - 0.5));
  const outW = width * factors[1];
  return Float64Array.from({ length: height * factors[0] * outW * channels }, (_, i) => {
    const c = i % channels;
    const position = Math.floor(i / channels);
    const [y, x] = [at(Math.floor(position / outW), factors[0], height), at(position % outW, factors[1], width)];
    let sum = 0;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const weight = Math.max(0, 1 - Math.abs(row - y)) * Math.max(0, 1 - Math.abs(column - x));
        sum += weight * input[(row * width + column) * channels + c];
      }
    }
    return sum;
  });
}
