import type { LayerWeights, Tensor } from '../../network/operation.ts';
import { transposed } from '../transpose.ts';
import { itemsOf, member } from '../json/json.ts';
import type { JsonNode } from '../json/json.ts';
import { flatNumbersOf } from '../json/numbers.ts';

/** The numbers of a volume, row by row, column by column, channel by channel. */
function volume(text: string, node: JsonNode | undefined): Float64Array | string {
  const numbers = member(node, 'w');
  return numbers ? flatNumbersOf(text, numbers.start, numbers.end) : 'a volume has no w';
}

/** All filters of a layer, one after another, and its biases. */
function read(text: string, layer: JsonNode): { filters: Tensor; bias: Tensor } | string {
  const volumes = itemsOf(member(layer, 'filters')).map((filter) => volume(text, filter));
  const bias = volume(text, member(layer, 'biases'));
  if (typeof bias === 'string') return bias;
  const whole: Float64Array[] = [];
  for (const numbers of volumes) {
    if (typeof numbers === 'string') return numbers;
    if (numbers.length !== (whole[0] ?? numbers).length) return 'the filters differ in size';
    whole.push(numbers);
  }
  const length = whole[0]?.length ?? 0;
  const data = new Float64Array(length * whole.length);
  whole.forEach((numbers, k) => data.set(numbers, k * length));
  return { filters: { shape: [whole.length, length], data }, bias: { shape: [bias.length], data: bias } };
}

export function denseWeights(text: string, layer: JsonNode): LayerWeights | string {
  const found = read(text, layer);
  return typeof found === 'string' ? found : { kernel: transposed(found.filters, [1, 0]), bias: found.bias };
}

export function convolutionWeights(
  text: string,
  layer: JsonNode,
  [rows, columns]: readonly [number, number],
): LayerWeights | string {
  const found = denseWeights(text, layer);
  if (typeof found === 'string') return found;
  const [inputs, filters] = found.kernel.shape;
  const channels = inputs / (rows * columns);
  if (!Number.isInteger(channels)) return `${inputs} numbers do not make a window of ${rows} by ${columns}`;
  return { ...found, kernel: { shape: [rows, columns, channels, filters], data: found.kernel.data } };
}

/** Neuron `u * rank + k` is argument k of unit u. */
export function maxoutWeights(text: string, layer: JsonNode, rank: number): LayerWeights | string {
  const found = read(text, layer);
  if (typeof found === 'string') return found;
  const [neurons, inputs] = found.filters.shape;
  const units = Math.floor(neurons / rank);
  const kernel = { shape: [units, rank, inputs], data: found.filters.data.subarray(0, units * rank * inputs) };
  const bias = { shape: [units, rank], data: found.bias.data.subarray(0, units * rank) };
  return { kernel: transposed(kernel, [1, 2, 0]), bias: transposed(bias, [1, 0]) };
}
