import type { WindowRows } from './equalPlaces.ts';
import { factorsOfReading, type Window } from './innovation.ts';
import type { RandomTensor, Trace } from './randomTensor.ts';

/** The factors of a layer's sums, by position. */
export function traceOfReading({ factors, innovation }: Trace, window: Window): Trace {
  const { positions, taps, input } = window;
  const own = innovation ? factorsOfReading(innovation, window) : new Float64Array(positions).fill(1);
  return {
    factors: own.map((factor, at) => factor * meanAt(factors, input.subarray(at * taps, (at + 1) * taps))),
    innovation: null,
  };
}

/** The factors of whatever takes the greatest of some rows, or their mean. */
export function traceOfWindow(trace: Trace, { count, taps, input }: WindowRows): Trace {
  const { factors } = settled(trace);
  const means = Float64Array.from({ length: count }, (_, at) =>
    meanAt(factors, input.subarray(at * taps, (at + 1) * taps)),
  );
  return { factors: means, innovation: null };
}

/** The mean of all factors, for as many rows. */
export function traceOfAll(trace: Trace, rows: number): Trace {
  const { factors } = settled(trace);
  return { factors: new Float64Array(rows).fill(meanOf(factors)), innovation: null };
}

/** The factors of a tensor, whoever reads it. */
export function settled({ factors, innovation }: Trace): Trace {
  if (!innovation) return { factors, innovation };
  const positions = factors.length;
  const input = Int32Array.from({ length: positions }, (_, p) => p);
  const own = factorsOfReading(innovation, {
    positions,
    taps: 1,
    input,
    variance: 1,
    bias: 0,
    parts: 1,
    kept: innovation.kept,
  });
  return { factors: own.map((factor, at) => factor * factors[at]), innovation: null };
}

function meanAt(factors: Float64Array, rows: Int32Array): number {
  let [sum, count] = [0, 0];
  for (const row of rows) {
    if (row < 0) continue;
    sum += factors[row];
    count++;
  }
  return count > 0 ? sum / count : 1;
}

export function meanOf(factors: Float64Array): number {
  return factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
}

/** Of a sum whose newest terms are about this share of its squares. */
export function traceOfSum(inputs: readonly RandomTensor[], newest: readonly RandomTensor[], share: number): Trace {
  const others = inputs.filter((input) => !newest.includes(input));
  const ofNewest = meanFactors(newest);
  if (others.length === 0) return { factors: ofNewest, innovation: null };
  const ofOthers = meanFactors(others);
  return { factors: ofNewest.map((factor, row) => share * factor + (1 - share) * ofOthers[row]), innovation: null };
}

function meanFactors(tensors: readonly RandomTensor[]): Float64Array {
  const all = tensors.map(({ trace }) => settled(trace).factors);
  return all[0].map((_, row) => all.reduce((sum, factors) => sum + factors[row], 0) / all.length);
}
