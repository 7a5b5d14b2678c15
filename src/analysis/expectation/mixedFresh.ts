import type { SparseMatrix } from '../../counting/program/program.ts';
import type { Covariance, Fresh, RandomTensor, Reads, Source } from './randomTensor.ts';
import type { Sources } from './sources.ts';
import type { Draw } from './weightedImage.ts';

/** Sums of one layer at several positions, each times a weight: they share the layer's weights, and are Gaussian. */
interface Mix {
  readonly slots: readonly number[];
  readonly weights: readonly number[];
}

/** More pairs of positions than these are not compared: a mean over all of a large image. */
const MAX_PAIRS = 4e5;

/**
 * What is random of means over positions: a map of rows, the same for each channel. Null where they mix sums of several
 * layers.
 */
export function mixedFresh(
  matrix: SparseMatrix,
  tensor: RandomTensor & { readonly fresh: Fresh },
  { sources, breathe }: Pick<Draw, 'sources' | 'breathe'>,
): Fresh | null {
  const { channels, values, tangents, fresh } = tensor;
  const { rows, start, end, base, offset, value } = matrix;
  const slots = new Int32Array(rows * channels).fill(-1);
  const mixes: Mix[] = [];
  const one = fresh.slots.find((slot) => slot >= 0);
  if (one === undefined) return null;
  let pairs = 0;
  for (let row = 0; row < rows; row++) {
    const from = Array.from(offset.subarray(start[row], end[row]), (shift) => (base[row] + shift) * channels);
    for (let channel = 0, until = 0; channel < channels; channel = until) {
      until = channel + 1;
      while (
        until < channels &&
        !fresh.filters &&
        from.every((at) => fresh.slots[at + until] === fresh.slots[at + channel])
      )
        until++;
      const used = from
        .map((at, e) => [fresh.slots[at + channel], value[start[row] + e]])
        .filter(([slot]) => slot >= 0);
      if (used.length === 0) continue;
      pairs += used.length ** 2;
      const { filters } = fresh;
      const ofOneFilter = !filters || from.every((at) => filters[at + channel] === filters[from[0] + channel]);
      const isOfOne =
        ofOneFilter && used.every(([slot]) => sources.areOfOneSource(slot, one) && sources.haveOneFactor(slot, one));
      if (!isOfOne || pairs > MAX_PAIRS) return null;
      slots.fill(mixes.length, row * channels + channel, row * channels + until);
      mixes.push({ slots: used.map(([slot]) => slot), weights: used.map(([, weight]) => weight) });
    }
  }
  const first = sources.add(new MixedSource(mixes, sources, breathe));
  const given = (all: Float64Array, mean?: Float64Array) =>
    imageIn(matrix, channels, (cell) => (fresh.slots[cell] < 0 ? all[cell] : (mean?.[cell] ?? 0)));
  const hasMean = fresh.mean !== null || fresh.slots.includes(-1);
  return {
    slots: slots.map((place) => (place < 0 ? -1 : first + place)),
    origins: sources.newOrigins(slots.length),
    filters: fresh.filters && firstOfEach(matrix, channels, fresh.filters),
    mean: hasMean
      ? { values: given(values, fresh.mean?.values), tangents: given(tangents, fresh.mean?.tangents) }
      : null,
  };
}

function imageIn(
  { rows, start, end, base, offset, value }: SparseMatrix,
  channels: number,
  of: (cell: number) => number,
) {
  const image = new Float64Array(rows * channels);
  for (let row = 0, cell = 0; row < rows; row++) {
    for (let channel = 0; channel < channels; channel++, cell++)
      for (let e = start[row]; e < end[row]; e++)
        image[cell] += value[e] * of((base[row] + offset[e]) * channels + channel);
  }
  return image;
}

/** The numbers of the first row that each row mixes. */
function firstOfEach(
  { rows, start, end, base, offset }: SparseMatrix,
  channels: number,
  numbers: Int32Array,
): Int32Array {
  return Int32Array.from({ length: rows * channels }, (_, cell) => {
    const [row, channel] = [Math.floor(cell / channels), cell % channels];
    return start[row] < end[row] ? numbers[(base[row] + offset[start[row]]) * channels + channel] : -1;
  });
}

class MixedSource implements Source {
  readonly layer: number;
  readonly filters: number;
  readonly q: Float64Array;
  readonly c: Float64Array;
  readonly r: Float64Array;
  /** A sum of numbers may change its sign where none of them does. */
  readonly readsKeepSign = false;

  constructor(
    private readonly mixes: readonly Mix[],
    private readonly sources: Sources,
    breathe: () => void,
  ) {
    const [slot] = mixes[0].slots;
    this.layer = sources.layerOf(slot);
    this.filters = sources.filtersOf(slot);
    [this.q, this.c, this.r] = [0, 1, 2].map(() => new Float64Array(mixes.length));
    mixes.forEach((_, place) => {
      breathe();
      const [values, mixed, , tangents] = this.covariance(place, place);
      [this.q[place], this.c[place], this.r[place]] = [values, mixed, tangents];
    });
  }

  covariance(a: number, b: number): Covariance {
    const [one, other] = [this.mixes[a], this.mixes[b]];
    const sum: [number, number, number, number] = [0, 0, 0, 0];
    one.slots.forEach((slot, i) => {
      other.slots.forEach((second, j) => {
        const weight = one.weights[i] * other.weights[j];
        const terms = this.sources.covariance(slot, second);
        for (let k = 0; k < sum.length; k++) sum[k] += weight * terms[k];
      });
    });
    return sum;
  }

  reads(place: number): Reads {
    const { slots, weights } = this.mixes[place];
    const all = slots.map((slot) => this.sources.reads(slot));
    const sum = (of: (reads: Reads) => Float64Array) =>
      of(all[0]).map((_, k) => all.reduce((total, reads, e) => total + weights[e] * of(reads)[k], 0));
    // A number that is the only one of its weight keeps its sign where it did before.
    const isAlone = (k: number) =>
      all.filter(({ values, tangents }) => values[k] !== 0 || tangents[k] !== 0).length < 2;
    return {
      values: sum(({ values }) => values),
      tangents: sum(({ tangents }) => tangents),
      keepsSign: all[0].keepsSign.map((_, k) => Number(isAlone(k) && all.every(({ keepsSign }) => keepsSign[k] === 1))),
    };
  }
}
