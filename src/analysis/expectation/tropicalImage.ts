import type { Initialization } from '../../network/definition.ts';
import { kernelVariance } from '../../network/kernelVariance.ts';
import type { Layer } from '../../network/network.ts';
import type { Operation } from '../../network/operation.ts';
import { sizeOf } from '../../network/shape.ts';
import { tropicalGeometry } from '../../network/window.ts';
import * as rows from '../../counting/program/affineRows.ts';
import { normalDensity } from '../../theory/kacRice/integrals/normal.ts';
import { traceOfAll } from './traces.ts';
import { NotDrawn, type RandomTensor } from './randomTensor.ts';
import { rounded } from './rounded.ts';
import type { Draw } from './weightedImage.ts';

export type TropicalOperation = Extract<Operation, { readonly kind: 'tropicalDense' | 'tropicalConvolution' }>;

/** Numbers that units compare, and their derivatives along the line: inputs, each plus a weight of its own. */
interface Arguments extends rows.TropicalArguments {
  readonly values: Float64Array;
  readonly tangents: Float64Array;
  /** The values without the weights. */
  readonly inputs: Float64Array;
  /** Deviation of a weight. */
  readonly deviation: number;
}

/**
 * The image of a tensor under tropical units with fresh normal weights, and the mean number of changes of their choices
 * for each unit of the line, over the weights of the two that are compared.
 */
export function tropicalImage(
  layer: Layer,
  operation: TropicalOperation,
  input: RandomTensor,
  draw: Draw,
): { readonly image: RandomTensor; readonly rate: number } {
  const sign = operation.semiring === 'max' ? 1 : -1;
  const isSummed = operation.kind === 'tropicalConvolution' && operation.sumsChannels;
  const drawn = drawArguments(layer, isSummed, sign, input, draw);
  const { values, tangents, groups } = drawn;
  const chosen = groups.map((group) => group.reduce((best, at) => (values[at] > values[best] ? at : best)));
  const size = sizeOf(layer.outputShape);
  const each = groups.length / size;
  const sumsOf = (of: Float64Array): Float64Array => {
    const sums = new Float64Array(size);
    chosen.forEach((at, unit) => (sums[Math.floor(unit / each)] += sign * of[at]));
    return sums;
  };
  const image: RandomTensor = {
    values: sumsOf(values),
    tangents: sumsOf(tangents),
    channels: layer.outputShape[layer.outputShape.length - 1],
    isNonNegative: new Uint8Array(size),
    fresh: null,
    last: layer.index,
    before: null,
    greatest: null,
    trace: traceOfAll(input.trace, size / layer.outputShape[layer.outputShape.length - 1]),
  };
  return { image, rate: rateOf(drawn, draw) };
}

function drawArguments(layer: Layer, byChannel: boolean, sign: number, input: RandomTensor, draw: Draw): Arguments {
  const deviation = deviationOf(layer, draw.initialization);
  const geometry = tropicalGeometry(layer);
  const known = rows.tropicalArguments(geometry, byChannel);
  const { kernel, inC, outC } = geometry;
  const weights = Float64Array.from(
    { length: kernel[0] * kernel[1] * inC * outC },
    () => deviation * draw.chance.gaussian(),
  );
  const { cells, entries } = known;
  const inputs = Float64Array.from(cells, (cell) => sign * input.values[cell]);
  return {
    ...known,
    inputs,
    values: inputs.map((value, at) => value + weights[entries[at]]),
    tangents: Float64Array.from(cells, (cell) => sign * input.tangents[cell]),
    deviation,
  };
}

/** Sums of many weights are normal whatever their law; a single one is not. */
function deviationOf(layer: Layer, initialization: Initialization): number {
  const { kernel } = initialization;
  const deviation = Math.sqrt(kernelVariance(layer, initialization));
  if ((kernel !== 'normal' && !kernel.endsWith('_normal')) || !(deviation > 0))
    throw new NotDrawn(`${layer.name} compares single weights, which have no normal law.`);
  return deviation;
}

function rateOf(drawn: Arguments, { breathe }: Draw): number {
  const { values, tangents, entries, groups } = drawn;
  const seen = new Set<string>();
  let rate = 0;
  for (const group of groups) {
    breathe();
    for (const [k, i] of group.entries()) {
      for (const j of group.slice(k + 1)) {
        const change = tangents[i] === tangents[j] ? 0 : rateOfPair(drawn, group, i, j);
        if (change === 0) continue;
        // Units at several windows compare the same two weights: where the inputs differ alike, they change together.
        const differences = [values[i] - values[j], tangents[i] - tangents[j]].map(rounded);
        const key = [entries[i], entries[j], ...differences].join();
        if (!seen.has(key)) rate += change;
        seen.add(key);
      }
    }
  }
  return rate;
}

/**
 * Of two arguments that are equal, where no other is greater: given the rest, their weights' difference is normal, and
 * both move to the middle between them.
 */
function rateOfPair(drawn: Arguments, group: readonly number[], i: number, j: number): number {
  const { inputs, values, tangents, deviation } = drawn;
  const middle = (values[i] + values[j]) / 2;
  if (group.some((at) => at !== i && at !== j && values[at] > middle)) return 0;
  const spread = Math.SQRT2 * deviation;
  return (normalDensity((inputs[i] - inputs[j]) / spread) / spread) * Math.abs(tangents[i] - tangents[j]);
}
