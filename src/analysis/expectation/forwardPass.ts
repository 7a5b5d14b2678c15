import { bends } from '../../network/activation.ts';
import { inputTensor, type Layer, type Network, type TensorId } from '../../network/network.ts';
import { initialVariance, isMerge, type MergeOperation } from '../../network/operation.ts';
import { sizeOf } from '../../network/shape.ts';
import { firstOfEach, joinsChannels, type WindowRows } from './equalPlaces.ts';
import { fixedImage } from './fixedImage.ts';
import { joined } from './joinedTensor.ts';
import { bent } from './bentTensor.ts';
import { poolingGroups, unions } from './windowGroups.ts';
import { innovationOfSums, scaledInnovation } from './innovation.ts';
import { meanOf, traceOfAll, traceOfSum, traceOfWindow } from './traces.ts';
import { filtersOf, NotDrawn, rowsOf, type Fresh, type RandomTensor, type Trace } from './randomTensor.ts';
import type { Sources } from './sources.ts';
import { sum, times } from './vectors.ts';
import { changeRate } from './changes.ts';
import { selectedCells } from './selectedCells.ts';
import { unitRate, type LayerRate } from './rates.ts';
import { Surprises } from './surprises.ts';
import { tropicalImage, type TropicalOperation } from './tropicalImage.ts';
import { weightedImage, type Draw } from './weightedImage.ts';
import { asIfWide } from './wideTensor.ts';

/** The greatest of more numbers is not compared pair by pair. */
const MAX_GROUP = 64;

/**
 * Mean breakpoints of each layer for each unit of the line at `point + t direction`, t = 0, for one draw of all
 * weights: every unit's over its own last weights. Throws NotDrawn.
 */
export function breakpointRates(network: Network, point: Float64Array, direction: Float64Array, draw: Draw): Rates {
  return new ForwardPass(network, draw).run(point, direction);
}

export interface Rates {
  readonly perLayer: Float64Array;
  /** The first layer with a breakpoint at the origin, where the line passes through it; Infinity for none. */
  readonly rootLayer: number;
  /** By layer: how much more breakpoints it has in this draw than in the mean, about; of mean one. */
  readonly factors: Float64Array;
  /** By layer: by how much its rates are above the mean, about; of mean zero. Null where the draw says no limit. */
  readonly surprises: Float64Array | null;
  /** What the draw says after its cut. */
  readonly early: EarlyRates | null;
}

/** Rates of layers drawn, and of those behind in the limit of wide layers; surprises so far. */
export interface EarlyRates {
  readonly rates: Float64Array;
  readonly surprises: Float64Array;
}

class ForwardPass {
  private readonly tensors = new Map<TensorId, RandomTensor>();
  private readonly rates: Float64Array;
  private readonly factors: Float64Array;
  private readonly surprises: Surprises | null;
  private rootLayer = Infinity;
  private readonly lastReader: ReadonlyMap<TensorId, number>;
  private readonly sources: Sources;

  constructor(
    private readonly network: Network,
    private readonly draw: Draw,
  ) {
    this.sources = draw.sources;
    this.rates = new Float64Array(network.layers.length);
    this.surprises = draw.limit ? new Surprises(draw.limit, network.layers.length) : null;
    this.factors = new Float64Array(network.layers.length).fill(1);
    this.lastReader = new Map(network.layers.flatMap(({ index, inputs }) => inputs.map((tensor) => [tensor, index])));
  }

  run(point: Float64Array, direction: Float64Array): Rates {
    let offset = 0;
    this.network.inputs.forEach(({ shape }, k) => {
      const size = sizeOf(shape);
      const values = point.subarray(offset, offset + size);
      const tangents = direction.subarray(offset, offset + size);
      const all = plain(values, tangents, shape[shape.length - 1], new Uint8Array(size), -1, {
        factors: new Float64Array(size / shape[shape.length - 1]).fill(1),
        innovation: null,
      });
      this.tensors.set(inputTensor(k), rowsOf(all, firstOfEach(this.draw.places.inputs[k])));
      offset += size;
    });
    const { cut, breathe } = this.draw;
    let early: EarlyRates | null = null;
    for (const layer of this.network.layers) {
      if (layer.scope === 'beyond') continue;
      breathe();
      const image = this.image(layer);
      this.factors[layer.index] = meanOf(image.trace.factors);
      const tensor = this.activated(layer, image);
      this.tensors.set(layer.index, tensor);
      for (const used of [layer.index, ...layer.inputs])
        if ((this.lastReader.get(used) ?? -1) <= layer.index) this.tensors.delete(used);
      if (this.surprises) this.lookAtBent(layer, tensor, this.surprises);
      if (layer.index !== cut?.after) continue;
      early = this.earlyRates(layer, tensor);
      if (cut.ends) break;
    }
    return {
      perLayer: this.rates,
      rootLayer: this.rootLayer,
      factors: this.factors,
      surprises: this.surprises?.sum ?? null,
      early,
    };
  }

  /** Factors are not asked for where there are surprises. */
  private lookAtBent({ index }: Layer, tensor: RandomTensor, surprises: Surprises): void {
    const { factors, innovation } = tensor.trace;
    if (!innovation) return;
    if (!tensor.fresh) surprises.add(index + 1, index, tensor, innovation, this.tensors);
    if (this.tensors.has(index)) this.tensors.set(index, { ...tensor, trace: { factors, innovation: null } });
  }

  private earlyRates({ index }: Layer, tensor: RandomTensor): EarlyRates | null {
    const { limit } = this.draw;
    if (!limit || !this.surprises) return null;
    const { rates } = limit.behind(index + 1, new Map([[index, asIfWide(tensor)]]));
    return {
      rates: this.rates.map((rate, layer) =>
        layer <= index ? rate : Number.isFinite(rates[layer]) ? rates[layer] : 0,
      ),
      surprises: this.surprises.sum.slice(),
    };
  }

  private image(layer: Layer): RandomTensor {
    const { operation } = layer;
    const { taken, window, matrix, cells } = this.draw.places.layers.get(layer.index)!;
    const inputs = layer.inputs.map((tensor, k) => {
      const rows = taken[k];
      return rows ? rowsOf(this.tensors.get(tensor)!, rows) : this.tensors.get(tensor)!;
    });
    const [input] = inputs;
    if (layer.sharedWith !== undefined)
      throw new NotDrawn(`${layer.name} shares its weights with an earlier layer, which has used them.`);
    if (isMerge(operation)) return this.merged(layer, operation, inputs);
    switch (operation.kind) {
      case 'dense':
      case 'convolution':
      case 'depthwiseConvolution':
      case 'separableConvolution':
      case 'transposedConvolution':
      case 'locallyConnected':
      case 'graphConvolution':
        this.lookAtSums(layer, input);
        return weightedImage(layer, operation, input, this.draw, window);
      case 'maxout': {
        const { units, rank } = operation;
        const pieces = weightedImage(layer, operation, input, this.draw, window);
        const groups = Array.from({ length: units }, (_, u) => Array.from({ length: rank }, (__, k) => k * units + u));
        return this.greatest(layer, pieces, groups, units, false, traceOfAll(pieces.trace, groups.length / units));
      }
      case 'maxPooling':
      case 'globalMaxPooling':
        return this.pooled(layer, input, window!);
      case 'averagePooling':
      case 'globalAveragePooling':
      case 'zeroPadding':
      case 'upSampling':
        return fixedImage(matrix!, input, this.draw.places.bentLater.has(layer.index) ? this.draw : null);
      case 'batchNormalization':
        return this.scaled(input, 1 / Math.sqrt(initialVariance(operation)), true);
      case 'flatten':
      case 'reshape':
        return reshaped(input, layer.outputShape[layer.outputShape.length - 1]);
      case 'identity':
        return input;
      case 'tropicalDense':
      case 'tropicalConvolution':
        return this.tropical(layer, operation, input);
      case 'select':
        return selectedCells(input, cells!, layer.outputShape[layer.outputShape.length - 1]);
      case 'notPiecewiseLinear':
      case 'unknown':
        throw new NotDrawn(`${layer.name} is not piecewise linear.`);
    }
  }

  /** Sums that no units have bent are looked at where they are read. */
  private lookAtSums(layer: Layer, input: RandomTensor): void {
    if (!this.surprises || !input.fresh) return;
    const innovation = innovationOfSums(input, this.sources, 1);
    if (innovation) this.surprises.add(layer.index, layer.inputs[0], input, innovation, this.tensors);
  }

  private tropical(layer: Layer, operation: TropicalOperation, input: RandomTensor): RandomTensor {
    const { image, rate } = tropicalImage(layer, operation, input, this.draw);
    this.add(layer, { rate, vanishes: false });
    return image;
  }

  /** The greatest of what are the greatest of some numbers already is that of all these numbers. */
  private pooled(layer: Layer, input: RandomTensor, window: WindowRows): RandomTensor {
    const windows = poolingGroups(window, input.channels);
    const trace = traceOfWindow(input.trace, window);
    const { greatest } = input;
    if (greatest?.factor !== 1) return this.greatest(layer, input, windows, input.channels, true, trace);
    const { tensor, groups, maySample } = greatest;
    return this.greatest(layer, tensor, unions(windows, groups), input.channels, maySample, trace);
  }

  private greatest(
    layer: Layer,
    tensor: RandomTensor,
    groups: readonly (readonly number[])[],
    channels: number,
    maySample: boolean,
    trace: Trace,
  ): RandomTensor {
    const size = groups.reduce((most, group) => Math.max(most, group.length), 0);
    if (size > MAX_GROUP) throw new NotDrawn(`${layer.name} takes the greatest of more than ${MAX_GROUP} numbers.`);
    if (size > 1) this.add(layer, changeRate(layer, tensor, groups, this.draw, maySample));
    const [values, tangents] = [new Float64Array(groups.length), new Float64Array(groups.length)];
    const isNonNegative = new Uint8Array(groups.length);
    groups.forEach((group, g) => {
      let best = group[0];
      for (const cell of group) {
        if (tensor.values[cell] > tensor.values[best]) best = cell;
        isNonNegative[g] |= tensor.isNonNegative[cell];
      }
      [values[g], tangents[g]] = [tensor.values[best], tensor.tangents[best]];
    });
    return {
      values,
      tangents,
      channels,
      isNonNegative,
      fresh: null,
      last: tensor.last,
      before: null,
      greatest: { tensor, groups, maySample, factor: 1 },
      trace,
    };
  }

  private scaled(input: RandomTensor, factor: number, keepsOrder: boolean): RandomTensor {
    if (factor === 1) return input;
    return {
      ...input,
      values: times(input.values, factor),
      tangents: times(input.tangents, factor),
      isNonNegative: factor > 0 ? input.isNonNegative : new Uint8Array(input.values.length),
      fresh: input.fresh && this.scaledFresh(input.fresh, factor),
      before: keepsOrder ? input.before : null,
      greatest: keepsOrder && input.greatest ? { ...input.greatest, factor: factor * input.greatest.factor } : null,
      trace: {
        ...input.trace,
        innovation: input.trace.innovation && scaledInnovation(input.trace.innovation, factor),
      },
    };
  }

  /** The same zeros, of other moments. */
  private scaledFresh(fresh: Fresh, factor: number): Fresh {
    const { slots, mean } = fresh;
    return {
      ...fresh,
      slots: this.sources.scaled(slots, factor),
      mean: mean && { values: times(mean.values, factor), tangents: times(mean.tangents, factor) },
    };
  }

  private merged(layer: Layer, operation: MergeOperation, inputs: readonly RandomTensor[]): RandomTensor {
    switch (operation.kind) {
      case 'add':
        return this.summed(layer, inputs);
      case 'subtract':
        return this.summed(layer, [inputs[0], this.scaled(inputs[1], -1, false)]);
      case 'average':
        return this.summed(
          layer,
          inputs.map((input) => this.scaled(input, 1 / inputs.length, false)),
        );
      case 'concatenate':
        return this.joined(layer, operation.axis, inputs);
      case 'maximum':
        throw new NotDrawn(`${layer.name} takes the greatest of several tensors.`);
    }
  }

  private summed({ index }: Layer, inputs: readonly RandomTensor[]): RandomTensor {
    const values = sum(inputs.map((input) => input.values));
    const tangents = sum(inputs.map((input) => input.tangents));
    const last = Math.max(...inputs.map((input) => input.last));
    const newest = inputs.filter((input) => input.last === last);
    const isNonNegative = inputs[0].isNonNegative.slice();
    for (const other of inputs.slice(1))
      for (let i = 0; i < isNonNegative.length; i++) isNonNegative[i] &= other.isNonNegative[i];
    const [{ channels, fresh }] = newest;
    const all = plain(
      values,
      tangents,
      channels,
      isNonNegative,
      last,
      traceOfSum(inputs, newest, this.draw.course.shares[index]),
    );
    // Only weights that nothing else in the sum depends on are random given the rest.
    if (newest.length > 1 || !fresh || last < 0 || !this.isOf(fresh, last)) return all;
    const given = (all: Float64Array, own: Float64Array, mean?: Float64Array): Float64Array => {
      const rest = new Float64Array(all.length);
      for (let i = 0; i < rest.length; i++) rest[i] = all[i] - own[i] + (mean ? mean[i] : 0);
      return rest;
    };
    const mean = {
      values: given(values, newest[0].values, fresh.mean?.values),
      tangents: given(tangents, newest[0].tangents, fresh.mean?.tangents),
    };
    const origins = this.sources.originsOfSums(values, fresh.slots, fresh.origins).slice();
    // Where nothing is added, as at padding, it is what it was.
    for (let i = 0; i < origins.length; i++)
      if (values[i] === newest[0].values[i] && tangents[i] === newest[0].tangents[i]) origins[i] = fresh.origins[i];
    return { ...all, fresh: { ...fresh, origins, mean } };
  }

  /** Whether all fresh weights are those of one layer. */
  private isOf({ slots }: Fresh, layer: number): boolean {
    for (let i = 0; i < slots.length; i++) {
      const isNew = slots[i] >= 0 && slots[i] !== slots[i - 1];
      if (isNew && this.sources.layerOf(slots[i]) !== layer) return false;
    }
    return true;
  }

  private joined(layer: Layer, axis: number, inputs: readonly RandomTensor[]): RandomTensor {
    const channels = layer.outputShape[layer.outputShape.length - 1];
    const last = Math.max(...inputs.map((input) => input.last));
    const along = axis < 0 ? layer.outputShape.length + axis : axis;
    // Rows of channels are as many as there are different positions.
    const chunks = joinsChannels(axis, layer.outputShape)
      ? inputs.map((input) => input.channels)
      : layer.inputShapes.map((shape) => sizeOf(shape.slice(along)));
    return joined(inputs, chunks, channels, last);
  }

  private add({ index }: Layer, { rate, vanishes }: LayerRate): void {
    this.rates[index] += rate;
    if (vanishes) this.rootLayer = Math.min(this.rootLayer, index);
  }

  private activated(layer: Layer, input: RandomTensor): RandomTensor {
    const { activation } = layer;
    if (activation.kind === 'smooth') return input;
    if (!bends(activation)) {
      const [slope, shift] = [activation.slopes[0], activation.intercepts[0]];
      if (shift !== 0) throw new NotDrawn(`${layer.name} adds a constant to a tensor.`);
      return this.scaled(input, slope, slope > 0);
    }
    this.add(layer, unitRate(layer, activation, input, this.draw));
    return bent(activation, input, this.sources, this.draw.course.kept[layer.index]);
  }
}

function plain(
  values: Float64Array,
  tangents: Float64Array,
  channels: number,
  isNonNegative: Uint8Array,
  last: number,
  trace: Trace,
): RandomTensor {
  return { values, tangents, channels, isNonNegative, last, fresh: null, before: null, greatest: null, trace };
}

function reshaped(input: RandomTensor, channels: number): RandomTensor {
  if (channels === input.channels) return input;
  const { fresh, before, trace, values } = input;
  return {
    ...input,
    channels,
    fresh: fresh && { ...fresh, filters: filtersOf(input) },
    before: before && { ...before, tensor: reshaped(before.tensor, channels) },
    trace: traceOfAll(trace, values.length / channels),
  };
}
