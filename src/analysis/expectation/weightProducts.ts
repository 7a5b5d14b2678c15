import type { Chance, Numbers, Reading } from './jointRows.ts';

/** Filters whose weights stay in a processor's cache while all positions are read. */
const TILE = 64;

/** What freshly drawn weights make of a tensor: values and derivatives. */
export function productsWithWeights(
  tensor: Numbers,
  reading: Reading,
  draw: Chance,
): [values: Float64Array, tangents: Float64Array] {
  const { positions, inputChannels, filters, parts, bias } = reading;
  const perPart = filters / parts;
  const values = new Float64Array(positions * filters);
  const tangents = new Float64Array(positions * filters);
  for (let f = 0; f < filters && bias > 0; f++) {
    const shift = Math.sqrt(bias) * draw.gaussian();
    for (let at = f; at < values.length; at += filters) values[at] = shift;
  }
  if (filters === inputChannels && filters === parts) {
    addOwnFilters(values, tangents, tensor, reading, draw);
    return [values, tangents];
  }
  for (let part = 0; part < parts; part++) {
    for (let first = 0; first < perPart; first += TILE) {
      const count = Math.min(TILE, perPart - first);
      addFilters(values, tangents, tensor, reading, part, part * perPart + first, count, draw);
    }
  }
  return [values, tangents];
}

/** Each channel has a filter of its own. */
function addOwnFilters(
  values: Float64Array,
  tangents: Float64Array,
  tensor: Numbers,
  { positions, taps, input, filters, variance }: Reading,
  { gaussian, breathe }: Chance,
): void {
  const deviation = Math.sqrt(variance);
  const kernel = new Float64Array(taps * filters);
  for (let f = 0; f < filters; f++)
    for (let tap = 0; tap < taps; tap++) kernel[tap * filters + f] = deviation * gaussian();
  for (let position = 0; position < positions; position++) {
    breathe();
    for (let tap = 0; tap < taps; tap++) {
      const place = input[position * taps + tap];
      if (place < 0) continue;
      const [to, from] = [position * filters, place * filters];
      for (let f = 0; f < filters; f++) {
        const weight = kernel[tap * filters + f];
        values[to + f] += weight * tensor.values[from + f];
        tangents[to + f] += weight * tensor.tangents[from + f];
      }
    }
  }
}

/** Draws the weights of some filters of a part, and adds what they make of each position. */
function addFilters(
  values: Float64Array,
  tangents: Float64Array,
  tensor: Numbers,
  { positions, taps, input, inputChannels, filters, parts, variance }: Reading,
  part: number,
  first: number,
  count: number,
  { gaussian, breathe }: Chance,
): void {
  const depth = inputChannels / parts;
  const deviation = Math.sqrt(variance);
  const kernel = new Float64Array(taps * depth * count);
  for (let i = 0; i < kernel.length; i++) kernel[i] = deviation * gaussian();
  const used = new Int32Array(depth);
  for (let position = 0; position < positions; position++) {
    breathe();
    for (let tap = 0; tap < taps; tap++) {
      const place = input[position * taps + tap];
      if (place < 0) continue;
      const from = place * inputChannels + part * depth;
      let size = 0;
      for (let k = 0; k < depth; k++)
        if (tensor.values[from + k] !== 0 || tensor.tangents[from + k] !== 0) used[size++] = k;
      const to = position * filters + first;
      const weights = kernel.subarray(tap * depth * count, (tap + 1) * depth * count);
      addProducts(values, tangents, to, tensor, from, used.subarray(0, size), weights, count);
    }
  }
}

/** Adds rows of weights, each times a number and times its derivative; four rows at a time. */
function addProducts(
  values: Float64Array,
  tangents: Float64Array,
  to: number,
  { values: numbers, tangents: slopes }: Numbers,
  from: number,
  used: Int32Array,
  weights: Float64Array,
  count: number,
): void {
  let k = 0;
  for (; k + 3 < used.length; k += 4) {
    const [a, b, c, d] = [used[k], used[k + 1], used[k + 2], used[k + 3]];
    const [x0, x1, x2, x3] = [numbers[from + a], numbers[from + b], numbers[from + c], numbers[from + d]];
    const [y0, y1, y2, y3] = [slopes[from + a], slopes[from + b], slopes[from + c], slopes[from + d]];
    const [r0, r1, r2, r3] = [a * count, b * count, c * count, d * count];
    for (let f = 0; f < count; f++) {
      const w0 = weights[r0 + f];
      const w1 = weights[r1 + f];
      const w2 = weights[r2 + f];
      const w3 = weights[r3 + f];
      values[to + f] += x0 * w0 + x1 * w1 + x2 * w2 + x3 * w3;
      tangents[to + f] += y0 * w0 + y1 * w1 + y2 * w2 + y3 * w3;
    }
  }
  for (; k < used.length; k++) {
    const [x, y, row] = [numbers[from + used[k]], slopes[from + used[k]], used[k] * count];
    for (let f = 0; f < count; f++) {
      values[to + f] += x * weights[row + f];
      tangents[to + f] += y * weights[row + f];
    }
  }
}
