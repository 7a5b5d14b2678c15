import type { Chance } from './chance.ts';
import type { Numbers, Reading } from './jointRows.ts';
import { PANEL, PANEL_BYTES, sumsOfPanel } from './panels.ts';

/** Filters whose weights are drawn together. */
const TILE = 64;
/** Positions between looks at whether to end. */
const BREATH = 64;

/** What freshly drawn weights make of a tensor: values and derivatives. */
export function productsWithWeights(
  tensor: Numbers,
  reading: Reading,
  chance: Chance,
  breathe: () => void,
): [values: Float64Array, tangents: Float64Array] {
  const { positions, inputChannels, filters, parts, bias } = reading;
  const values = new Float64Array(positions * filters);
  const tangents = new Float64Array(positions * filters);
  for (let f = 0; f < filters && bias > 0; f++) {
    const shift = Math.sqrt(bias) * chance.gaussian();
    for (let at = f; at < values.length; at += filters) values[at] = shift;
  }
  if (filters === inputChannels && filters === parts) addOwnFilters(values, tangents, tensor, reading, chance, breathe);
  else for (let part = 0; part < parts; part++) addFilters(values, tangents, tensor, reading, part, chance, breathe);
  return [values, tangents];
}

/** Each channel has a filter of its own. */
function addOwnFilters(
  values: Float64Array,
  tangents: Float64Array,
  tensor: Numbers,
  { positions, taps, input, filters, variance }: Reading,
  chance: Chance,
  breathe: () => void,
): void {
  const deviation = Math.sqrt(variance);
  const kernel = new Float64Array(taps * filters);
  for (let f = 0; f < filters; f++)
    for (let tap = 0; tap < taps; tap++) kernel[tap * filters + f] = deviation * chance.gaussian();
  for (let position = 0; position < positions; position++) {
    breathe();
    for (let tap = 0; tap < taps; tap++) {
      const place = input[position * taps + tap];
      if (place < 0) continue;
      const [to, from, row] = [position * filters, place * filters, tap * filters];
      for (let f = 0; f < filters; f++) {
        const weight = kernel[row + f];
        values[to + f] += weight * tensor.values[from + f];
        tangents[to + f] += weight * tensor.tangents[from + f];
      }
    }
  }
}

/** Draws the weights of the filters of a part, and adds what they make of each position. */
function addFilters(
  values: Float64Array,
  tangents: Float64Array,
  tensor: Numbers,
  reading: Reading,
  part: number,
  chance: Chance,
  breathe: () => void,
): void {
  const { positions, taps, input, inputChannels, filters, parts, variance } = reading;
  const [depth, perPart] = [inputChannels / parts, filters / parts];
  const rows = taps * depth;
  const { kernel } = chance;
  const list = listed(tensor, reading, part, chance);
  const inputAt = chance.take(4 * input.length);
  chance.words.set(input, inputAt / 4);
  const sums = chance.take(2 * PANEL_BYTES * positions);
  for (let tile = 0; tile < perPart; tile += TILE) {
    const width = Math.min(TILE, perPart - tile);
    const weights = chance.takePanels(rows, width, Math.sqrt(variance));
    for (let first = 0; first < width; first += PANEL) {
      const panel = weights + rows * 8 * first;
      for (let p = 0; p < positions; p++) {
        if (p % BREATH === 0) breathe();
        const tapsAt = inputAt + 4 * taps * p;
        const to = sums + 2 * PANEL_BYTES * p;
        kernel.products(taps, tapsAt, list.starts, list.places, list.pairs, panel, depth * PANEL_BYTES, to);
      }
      const filter = part * perPart + tile + first;
      sumsOfPanel(chance.floats, sums, values, tangents, filter, filters, Math.min(PANEL, width - first));
    }
    chance.giveBack(weights);
  }
  chance.giveBack(list.starts);
}

/** By row of the tensor: the channels of a part that are not zero, where their weights are, and their numbers. */
function listed(
  { values, tangents }: Numbers,
  { inputChannels, parts }: Reading,
  part: number,
  chance: Chance,
): { readonly starts: number; readonly places: number; readonly pairs: number } {
  const depth = inputChannels / parts;
  const rows = values.length / inputChannels;
  const starts = chance.take(4 * (rows + 1));
  const places = chance.take(4 * rows * depth);
  const pairs = chance.take(16 * rows * depth);
  const { floats, words } = chance;
  let [place, pair, count] = [places / 4, pairs / 8, 0];
  for (let row = 0; row < rows; row++) {
    words[starts / 4 + row] = count;
    for (let k = 0, cell = row * inputChannels + part * depth; k < depth; k++, cell++) {
      const [x, slope] = [values[cell], tangents[cell]];
      if (x === 0 && slope === 0) continue;
      words[place++] = k * PANEL_BYTES;
      floats[pair++] = x;
      floats[pair++] = slope;
      count++;
    }
  }
  words[starts / 4 + rows] = count;
  return { starts, places, pairs };
}
