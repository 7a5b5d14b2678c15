import { bends } from '../../network/activation.ts';
import { analyzedLayers, type Layer, type Network, type TensorId } from '../../network/network.ts';
import type { Operation, Semiring, Window } from '../../network/operation.ts';
import { selectedPlaces } from '../../network/selection.ts';
import { sizeOf } from '../../network/shape.ts';
import { spatialExtents, tropicalGeometry, windowGeometry } from '../../network/window.ts';
import * as rows from './affineRows.ts';
import type { AffineTerm, BendStep, Program, SparseMatrix, Step } from './program.ts';

/**
 * Lowers the piecewise-linear part of a network with weights: every layer up to the first that is not piecewise linear,
 * whose smooth activation is dropped. Errors: RangeError, as a sentence, where weights are missing or not finite.
 */
export function compile(network: Network): Program {
  return new Lowering(network).program();
}

class Lowering {
  private readonly sizes: number[] = [];
  private readonly steps: Step[] = [];
  /**
   * What each tensor holds is this whole number times its value in the network. No double is a third: averages over
   * two and over three cells of one value would differ in the last bit, and be counted as two functions. So an average
   * stays a sum, and the layers behind it are multiplied instead: all bend in proportion.
   */
  private readonly scales: number[] = [];
  /** The tensor here of each layer of the network; of each input. */
  private readonly ofLayer = new Map<TensorId, number>();

  constructor(private readonly network: Network) {}

  program(): Program {
    const { network, steps, sizes } = this;
    this.addTensor(network.inputSize, 1);
    this.lowerInputs();
    const analyzed = analyzedLayers(network);
    for (const layer of analyzed) this.ofLayer.set(layer.index, this.activated(layer, this.lower(layer)));
    const frontier = [...new Set(this.frontier(analyzed).map((tensor) => this.tensor(tensor)))];
    const outputs = frontier.map((tensor) => this.unscaled(tensor));
    const stages = steps.filter((step): step is BendStep => step.kind !== 'affine');
    return { inputSize: network.inputSize, sizes, steps, stages, outputs, layers: network.layers.length };
  }

  private lowerInputs(): void {
    const { inputs, inputSize } = this.network;
    if (inputs.length === 1) return void this.ofLayer.set(-1, 0);
    let offset = 0;
    inputs.forEach(({ shape }, k) => {
      const from = offset;
      const indices = Array.from({ length: sizeOf(shape) }, (_, i) => from + i);
      this.ofLayer.set(-1 - k, this.affine([{ source: 0, matrix: rows.selection(indices, inputSize) }]));
      offset += indices.length;
    });
  }

  /** Tensors named as outputs, or read by what lies beyond the piecewise-linear part. */
  private frontier(analyzed: readonly Layer[]): TensorId[] {
    const inside = new Set(analyzed.map((layer) => layer.index));
    const leaving = new Set(this.network.outputs);
    for (const layer of this.network.layers) if (!inside.has(layer.index)) layer.inputs.forEach((t) => leaving.add(t));
    const tensors = [...inside].filter((tensor) => leaving.has(tensor));
    return tensors.length > 0 ? tensors : this.network.inputs.map((_, k) => -1 - k);
  }

  private tensor(id: TensorId): number {
    const found = this.ofLayer.get(id);
    if (found === undefined) throw new RangeError(`tensor ${id} is read before it is computed`);
    return found;
  }

  private addTensor(size: number, scale: number): number {
    this.scales.push(scale);
    return this.sizes.push(size) - 1;
  }

  /** The sum of `matrix * source` over the terms, divided by a whole number, plus the bias. */
  private affine(terms: AffineTerm[], bias?: Float64Array, divisor = 1): number {
    const common = terms.reduce((multiple, { source }) => rows.leastCommonMultiple(multiple, this.scales[source]), 1);
    const scale = common * divisor;
    return scale > rows.MAX_DIVISOR || bias?.some((value) => !Number.isFinite(value * scale))
      ? this.scaledAffine(terms, bias, 1, (source) => 1 / divisor / this.scales[source])
      : this.scaledAffine(terms, bias, scale, (source) => common / this.scales[source]);
  }

  private scaledAffine(
    terms: readonly AffineTerm[],
    bias: Float64Array | undefined,
    scale: number,
    factor: (source: number) => number,
  ): number {
    const { rows: size } = terms[0].matrix;
    const output = this.addTensor(size, scale);
    this.steps.push({
      kind: 'affine',
      output,
      terms: terms.map(({ source, matrix }) => ({ source, matrix: rows.times(matrix, factor(source)) })),
      bias: bias?.map((value) => value * scale) ?? new Float64Array(size),
    });
    return output;
  }

  /** The tensor as it is in the network. */
  private unscaled(source: number): number {
    if (this.scales[source] === 1) return source;
    const terms = [{ source, matrix: this.constantDiagonal(source, 1) }];
    return this.scaledAffine(terms, undefined, 1, () => 1 / this.scales[source]);
  }

  private max(layer: Layer, source: number, groups: readonly (readonly number[])[]): number {
    const start = new Uint32Array(groups.length + 1);
    groups.forEach((group, g) => (start[g + 1] = start[g] + group.length));
    const output = this.addTensor(groups.length, this.scales[source]);
    this.steps.push({
      kind: 'max',
      layer: layer.index,
      source,
      output,
      start,
      members: Int32Array.from(groups.flat()),
    });
    return output;
  }

  private activated(layer: Layer, source: number): number {
    const { activation } = layer;
    const size = this.sizes[source];
    if (activation.kind === 'smooth') return source;
    const { slopes, intercepts, breakpoints } = activation;
    if (!bends(activation)) {
      if (slopes[0] === 1 && intercepts[0] === 0) return source;
      const matrix = this.constantDiagonal(source, slopes[0]);
      return this.affine([{ source, matrix }], new Float64Array(size).fill(intercepts[0]));
    }
    const pieceCount = slopes.length;
    const unitSlopes = repeated(slopes, size);
    const unitIntercepts = repeated(intercepts, size);
    if (activation.learned) {
      const alpha = rows.broadcast(this.weight(layer, 'alpha'), layer.outputShape);
      alpha.forEach((slope, i) => {
        unitSlopes[i * pieceCount] = slope;
        // The first piece meets the second at the breakpoint whatever its slope.
        const b = breakpoints[0];
        unitIntercepts[i * pieceCount] = slopes[1] * b + intercepts[1] - slope * b || 0;
      });
    }
    const [scale, from] = unitIntercepts.every((value) => Number.isFinite(value * this.scales[source]))
      ? [this.scales[source], source]
      : [1, this.unscaled(source)];
    const output = this.addTensor(size, scale);
    this.steps.push({
      kind: 'units',
      layer: layer.index,
      source: from,
      output,
      breakpoints: breakpoints.map((breakpoint) => breakpoint * scale),
      slopes: unitSlopes,
      intercepts: unitIntercepts.map((intercept) => intercept * scale),
    });
    return output;
  }

  private weight(layer: Layer, name: string) {
    const weights =
      layer.weights ?? (layer.sharedWith === undefined ? undefined : this.network.layers[layer.sharedWith].weights);
    const tensor = weights?.[name];
    if (!tensor) throw new RangeError(`${layer.name} has no ${name}: draw its weights or give them`);
    if (!tensor.data.every(Number.isFinite))
      throw new RangeError(`${layer.name}: ${name} holds a number that is not finite`);
    return tensor;
  }

  private bias(layer: Layer, outputs: number): Float64Array | undefined {
    if (!('useBias' in layer.operation) || !layer.operation.useBias) return undefined;
    const { data } = this.weight(layer, 'bias');
    return Float64Array.from({ length: outputs }, (_, i) => data[i % data.length]);
  }

  private lower(layer: Layer): number {
    const { operation } = layer;
    const sources = layer.inputs.map((id) => this.tensor(id));
    const [source] = sources;
    const from = (matrix: SparseMatrix) => this.affine([{ source, matrix }], this.bias(layer, matrix.rows));
    const kernel = () => this.weight(layer, 'kernel').data;
    switch (operation.kind) {
      case 'dense':
        return from(rows.dense(kernel(), this.sizes[source], operation.units));
      case 'graphConvolution': {
        // One step each: the rounded products of the two matrices would make parallel boundaries meet.
        const { adjacency, units } = operation;
        const matrix = rows.overNeighbors(adjacency, layer.inputShapes[0][1]);
        const between = this.affine([{ source, matrix }]);
        const kernelRows = rows.pointwise(adjacency.length, kernel(), units);
        return this.affine([{ source: between, matrix: kernelRows }], this.bias(layer, kernelRows.rows));
      }
      case 'maxout':
        return this.maxout(layer, operation, source);
      case 'tropicalDense':
        return this.tropical(layer, operation.semiring, null, source);
      case 'flatten':
      case 'reshape':
      case 'identity':
        return source;
      case 'select': {
        const places = selectedPlaces(operation.selection, layer.inputShapes[0]);
        return from(rows.selection(places, this.sizes[source]));
      }
      case 'batchNormalization':
        return this.batchNormalization(layer, operation, source);
      case 'add':
      case 'subtract':
        return this.affine(
          sources.map((from, k) => ({
            source: from,
            matrix: this.constantDiagonal(from, operation.kind === 'subtract' && k === 1 ? -1 : 1),
          })),
        );
      case 'average': {
        const divisor = rows.oddPart(sources.length);
        const share = divisor / sources.length;
        const terms = sources.map((from) => ({ source: from, matrix: this.constantDiagonal(from, share) }));
        return this.affine(terms, undefined, divisor);
      }
      case 'maximum':
        return this.maximum(layer, sources);
      case 'concatenate':
        return this.affine(
          rows.concatenation(layer.inputShapes, operation.axis).map((matrix, k) => ({ source: sources[k], matrix })),
        );
      case 'globalMaxPooling':
        return this.max(layer, source, rows.channelGroups(spatialExtents(layer.inputShapes[0], operation.rank)));
      case 'globalAveragePooling':
        return this.means(source, rows.channelGroups(spatialExtents(layer.inputShapes[0], operation.rank)));
      case 'zeroPadding':
        return from(rows.zeroPadding(spatialExtents(layer.inputShapes[0], operation.rank), operation.padding));
      case 'upSampling': {
        const extents = spatialExtents(layer.inputShapes[0], operation.rank);
        const { matrix, divisor } = rows.upSampling(extents, operation.factors, operation.bilinear);
        return this.affine([{ source, matrix }], undefined, divisor);
      }
      case 'notPiecewiseLinear':
      case 'unknown':
        throw new RangeError(`${layer.name} is not piecewise linear`);
      case 'convolution':
      case 'depthwiseConvolution':
      case 'separableConvolution':
      case 'transposedConvolution':
      case 'locallyConnected':
      case 'tropicalConvolution':
      case 'maxPooling':
      case 'averagePooling':
        return this.windowed(layer, operation, source);
    }
  }

  private windowed(layer: Layer, operation: Extract<Operation, { window: Window }>, source: number): number {
    const window = windowGeometry(layer);
    if (!window) throw new RangeError(`${layer.name}: a window is needed`);
    const from = (matrix: SparseMatrix) => this.affine([{ source, matrix }], this.bias(layer, matrix.rows));
    const kernel = () => this.weight(layer, 'kernel').data;
    switch (operation.kind) {
      case 'convolution':
        return from(rows.convolution(window, kernel()));
      case 'transposedConvolution':
        return from(rows.transposedConvolution(window, kernel()));
      case 'locallyConnected':
        return from(rows.locallyConnected(window, kernel()));
      case 'tropicalConvolution':
        return this.tropical(layer, operation.semiring, operation.sumsChannels ? window.inC : null, source);
      case 'depthwiseConvolution':
        return from(rows.depthwise(window, this.weight(layer, 'depthwise_kernel').data, operation.multiplier));
      case 'separableConvolution': {
        const depthwise = rows.depthwise(window, this.weight(layer, 'depthwise_kernel').data, operation.multiplier);
        const between = this.affine([{ source, matrix: depthwise }]);
        const positions = window.outH * window.outW;
        const matrix = rows.pointwise(positions, this.weight(layer, 'pointwise_kernel').data, operation.filters);
        return this.affine([{ source: between, matrix }], this.bias(layer, matrix.rows));
      }
      case 'maxPooling':
        return this.max(layer, source, rows.windowGroups(window));
      case 'averagePooling':
        return this.means(source, rows.windowGroups(window));
    }
  }

  /** The mean of each group. */
  private means(source: number, groups: readonly (readonly number[])[]): number {
    const { matrix, divisor } = rows.means(groups, this.sizes[source]);
    return this.affine([{ source, matrix }], undefined, divisor);
  }

  private constantDiagonal(source: number, value: number): SparseMatrix {
    return rows.diagonal(new Float64Array(this.sizes[source]).fill(value));
  }

  private maxout(layer: Layer, { rank, units }: Extract<Operation, { kind: 'maxout' }>, source: number): number {
    const inputs = this.sizes[source];
    const kernel = this.weight(layer, 'kernel').data;
    const bias = this.weight(layer, 'bias').data;
    const arguments_ = this.affine(
      [{ source, matrix: rows.maxoutArguments(kernel, rank, inputs, units) }],
      bias.slice(),
    );
    const groups = Array.from({ length: units }, (_, u) => Array.from({ length: rank }, (_, k) => k * units + u));
    return this.max(layer, arguments_, groups);
  }

  /**
   * Min-plus units are the negatives of max-plus ones of the negative arguments. `summed`: this many units, those of
   * one channel each, make a number of the output.
   */
  private tropical(layer: Layer, semiring: Semiring, summed: number | null, source: number): number {
    const geometry = tropicalGeometry(layer);
    const kernel = this.weight(layer, 'kernel').data;
    const { cells, entries, groups } = rows.tropicalArguments(geometry, summed !== null);
    const sign = semiring === 'max' ? 1 : -1;
    const matrix = rows.times(rows.selection(cells, this.sizes[source]), sign);
    const bias = Float64Array.from(entries, (entry) => sign * kernel[entry]);
    const units = this.max(layer, this.affine([{ source, matrix }], bias), groups);
    if (summed !== null) return this.affine([{ source: units, matrix: rows.sums(groups.length, summed, sign) }]);
    return sign === 1 ? units : this.affine([{ source: units, matrix: this.constantDiagonal(units, sign) }]);
  }

  private maximum(layer: Layer, sources: readonly number[]): number {
    const size = this.sizes[sources[0]];
    const shapes = sources.map(() => [size]);
    const joined = this.affine(rows.concatenation(shapes, 0).map((matrix, k) => ({ source: sources[k], matrix })));
    return this.max(
      layer,
      joined,
      Array.from({ length: size }, (_, i) => sources.map((_, k) => k * size + i)),
    );
  }

  private batchNormalization(
    layer: Layer,
    operation: Extract<Operation, { kind: 'batchNormalization' }>,
    source: number,
  ): number {
    const channels = layer.inputShapes[0][layer.inputShapes[0].length - 1];
    const hasStatistics = operation.statistics !== false;
    const mean = hasStatistics ? this.weight(layer, 'moving_mean').data : null;
    const variance = hasStatistics ? this.weight(layer, 'moving_variance').data : null;
    const gamma = operation.scale ? this.weight(layer, 'gamma').data : null;
    const beta = operation.center ? this.weight(layer, 'beta').data : null;
    const size = this.sizes[source];
    const scale = Float64Array.from({ length: size }, (_, i) => {
      const c = i % channels;
      return (gamma?.[c] ?? 1) / (variance ? Math.sqrt(variance[c] + operation.epsilon) : 1);
    });
    const shift = Float64Array.from(
      { length: size },
      (_, i) => (beta?.[i % channels] ?? 0) - (mean?.[i % channels] ?? 0) * scale[i],
    );
    if (!scale.every(Number.isFinite)) throw new RangeError(`${layer.name}: a moving variance is negative`);
    return this.affine([{ source, matrix: rows.diagonal(scale) }], shift);
  }
}

function repeated(values: readonly number[], times: number): Float64Array {
  const all = new Float64Array(times * values.length);
  for (let k = 0; k < all.length; k++) all[k] = values[k % values.length];
  return all;
}
