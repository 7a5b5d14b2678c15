import { bends, type PiecewiseLinearActivation } from '../../network/activation.ts';
import type { Segment } from '../../common/place.ts';
import { kernelVariance } from '../../network/kernelVariance.ts';
import { inputTensor, type Layer, type Network, type TensorId } from '../../network/network.ts';
import { initialVariance, isMerge, type MergeOperation } from '../../network/operation.ts';
import { sizeOf } from '../../network/shape.ts';
import { levelRate } from './rates.ts';
import type { NetworkPlaces } from './equalPlaces.ts';
import { unitMoments } from './innovation.ts';
import { none, type Moments, type WideTensor } from './wideTensor.ts';

/**
 * About how many breakpoints a layer has for each unit of the line, and which share of the squares in a sum is that of
 * its normal part. Only their course along the line matters: a mean that uses them does not depend on how good they
 * are.
 */
export interface WidePlace {
  readonly rates: Float64Array;
  readonly shares: Float64Array;
  /**
   * Which part of the squares of values, in the layers with most breakpoints, comes from this layer's values; the rest
   * comes from biases behind it.
   */
  readonly kept: Float64Array;
}

/** Follows the mean squares of all tensors through the network, as if all layers were wide and all positions alike. */
export class WideLimit {
  private readonly laws = new Map<number, { variance: number; bias: number }[]>();
  /** At the segment's first end, q; with the direction, c and r. */
  private readonly inputs: readonly Moments[];

  constructor(
    private readonly network: Network,
    segment: Segment,
    private readonly places: NetworkPlaces,
  ) {
    let offset = 0;
    this.inputs = network.inputs.map(({ shape }) => {
      const size = sizeOf(shape);
      const [from, to] = [segment.from, segment.to].map((end) => end.slice(offset, offset + size));
      offset += size;
      let [square, product, slopes] = [0, 0, 0];
      from.forEach((x, i) => {
        const slope = to[i] - x;
        square += x * x;
        product += x * slope;
        slopes += slope * slope;
      });
      return { q: square / size, c: product / size, r: slopes / size };
    });
    for (const layer of network.layers) if (layer.scope !== 'beyond') this.laws.set(layer.index, this.lawsOf(layer));
  }

  at(t: number): WidePlace {
    const known = new Map<TensorId, WideTensor>();
    this.inputs.forEach(({ q, c, r }, k) => {
      const moments = { q: q + 2 * t * c + t * t * r, c: c + t * r, r };
      known.set(inputTensor(k), { bent: none, normal: moments });
    });
    return this.behind(0, known);
  }

  /** At layers from this one on, which read the given tensors. */
  behind(first: number, given: ReadonlyMap<TensorId, WideTensor>): WidePlace {
    const { layers } = this.network;
    const [rates, shares, slopes] = [0, 1, 2].map(() => new Float64Array(layers.length));
    const known = new Map(given);
    for (const layer of layers) {
      if (layer.scope === 'beyond' || layer.index < first) continue;
      const inputs = layer.inputs.map((tensor) => known.get(tensor) ?? { bent: none, normal: none });
      const image = this.image(layer, inputs);
      shares[layer.index] = shareOfNormal(image);
      slopes[layer.index] = slopeOf(image);
      const { activation } = layer;
      if (activation.kind === 'smooth') known.set(layer.index, image);
      else {
        if (layer.neurons > 0)
          rates[layer.index] = this.unitsOf(layer) * (bends(activation) ? rateOf(activation, image) : rateAt(0, image));
        known.set(layer.index, bends(activation) ? bent(activation, image) : scaled(image, activation.slopes[0] ** 2));
      }
    }
    return { rates, shares, kept: keptIn(rates, slopes) };
  }

  /** Different units of a layer. */
  private unitsOf({ index, outputShape }: Layer): number {
    return this.places.layers.get(index)!.output.count * outputShape[outputShape.length - 1];
  }

  /** Variances of the sums of one number each, and of biases, of each kernel. */
  private lawsOf(layer: Layer): { variance: number; bias: number }[] {
    const { operation, inputShapes } = layer;
    const { initialization } = this.network;
    const bias = 'useBias' in operation && !operation.useBias ? 0 : initialization.biasStddev ** 2;
    const channels = inputShapes[0]?.[inputShapes[0].length - 1] ?? 1;
    const { window } = this.places.layers.get(layer.index)!;
    const reads = window ? window.input.reduce((sum, row) => (row < 0 ? sum : sum + 1), 0) / window.count : 1;
    const law = (name: string, numbers: number) => ({
      variance: numbers * kernelVariance(layer, initialization, name),
      bias,
    });
    switch (operation.kind) {
      case 'dense':
      case 'graphConvolution':
      case 'maxout':
        return [law('kernel', channels)];
      case 'convolution':
      case 'transposedConvolution':
        return [law('kernel', (reads * channels) / operation.groups)];
      case 'locallyConnected':
        return [law('kernel', reads * channels)];
      case 'depthwiseConvolution':
        return [law('depthwise_kernel', reads)];
      case 'separableConvolution':
        return [
          { ...law('depthwise_kernel', reads), bias: 0 },
          law('pointwise_kernel', channels * operation.multiplier),
        ];
      case 'tropicalDense':
      case 'tropicalConvolution':
      case 'maxPooling':
      case 'averagePooling':
      case 'globalMaxPooling':
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
      case 'maximum':
      case 'concatenate':
      case 'notPiecewiseLinear':
      case 'unknown':
        return [];
    }
  }

  private image(layer: Layer, inputs: readonly WideTensor[]): WideTensor {
    const { operation } = layer;
    const [input] = inputs;
    if (isMerge(operation)) return merged(layer, operation, inputs);
    if (operation.kind === 'batchNormalization') return scaled(input, 1 / initialVariance(operation));
    if (operation.kind === 'zeroPadding')
      return scaled(input, sizeOf(layer.inputShapes[0]) / Math.max(1, sizeOf(layer.outputShape)));
    return this.laws.get(layer.index)!.reduce(({ bent: one, normal }, { variance, bias }) => {
      const { q, c, r } = sumOf([one, normal], variance);
      return { bent: none, normal: { q: q + bias, c, r } };
    }, input);
  }
}

function merged({ inputShapes }: Layer, operation: MergeOperation, inputs: readonly WideTensor[]): WideTensor {
  const all = (weights: readonly number[]): WideTensor => ({
    bent: sumOf(inputs.map((input, k) => times(input.bent, weights[k]))),
    normal: sumOf(inputs.map((input, k) => times(input.normal, weights[k]))),
  });
  switch (operation.kind) {
    case 'add':
    case 'subtract':
      return all(inputs.map(() => 1));
    case 'average':
      return all(inputs.map(() => 1 / inputs.length ** 2));
    case 'maximum':
      return all(inputs.map(() => 1 / inputs.length));
    case 'concatenate': {
      const whole = inputShapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
      return all(inputShapes.map((shape) => sizeOf(shape) / whole));
    }
  }
}

function times({ q, c, r }: Moments, factor: number): Moments {
  return { q: factor * q, c: factor * c, r: factor * r };
}

function sumOf(all: readonly Moments[], factor = 1): Moments {
  const sum = (key: keyof Moments) => factor * all.reduce((total, each) => total + each[key], 0);
  return { q: sum('q'), c: sum('c'), r: sum('r') };
}

function scaled(tensor: WideTensor, factor: number): WideTensor {
  return { bent: times(tensor.bent, factor), normal: times(tensor.normal, factor) };
}

function shareOfNormal({ bent: { q: given }, normal: { q } }: WideTensor): number {
  return q > 0 ? q / (given + q) : 0;
}

/** Mean squares of derivatives, over those of values: gains change both, biases the latter only. */
function slopeOf({ bent: given, normal }: WideTensor): number {
  const q = given.q + normal.q;
  return q > 0 ? (given.r + normal.r) / q : 0;
}

function keptIn(rates: Float64Array, slopes: Float64Array): Float64Array {
  let [sum, whole] = [0, 0];
  rates.forEach((rate, layer) => {
    if (!Number.isFinite(rate)) return;
    sum += rate * slopes[layer];
    whole += rate;
  });
  return slopes.map((slope) => (whole > 0 && slope > 0 ? Math.min(1, sum / whole / slope) : 1));
}

/** A cell: its mean, how that changes, and the moments of the rest. */
function cellOf({ bent: given, normal }: WideTensor): [m: number, slope: number, q: number, c: number, r: number] {
  const m = Math.sqrt(given.q);
  const slope = m > 0 ? given.c / m : 0;
  return [m, slope, normal.q, normal.c, normal.r + Math.max(0, given.r - slope * slope)];
}

function bent(activation: PiecewiseLinearActivation, image: WideTensor): WideTensor {
  const moments = new Float64Array(3);
  unitMoments(activation, ...cellOf(image), moments, 0);
  const [q, c, r] = moments;
  return { bent: { q, c, r }, normal: none };
}

function rateOf({ breakpoints }: PiecewiseLinearActivation, image: WideTensor): number {
  return breakpoints.reduce((sum, level) => sum + rateAt(level, image), 0);
}

function rateAt(level: number, image: WideTensor): number {
  const [m, slope, q, c, r] = cellOf(image);
  return levelRate(q, c, r, m - level, slope);
}
