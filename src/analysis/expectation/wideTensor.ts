import type { RandomTensor } from './randomTensor.ts';

/** Means over a tensor's cells of h², h h′ and h′². */
export interface Moments {
  readonly q: number;
  readonly c: number;
  readonly r: number;
}

/** A tensor as if it were wide: a part that units have bent, which is not negative, and a normal one of mean zero. */
export interface WideTensor {
  readonly bent: Moments;
  readonly normal: Moments;
}

export const none: Moments = { q: 0, c: 0, r: 0 };

/** A drawn tensor by its mean squares: what weights of its last layer make is normal, the rest is given. */
export function asIfWide({ values, tangents, fresh }: RandomTensor): WideTensor {
  if (!fresh) return { bent: momentsOf(values, tangents), normal: none };
  const { mean } = fresh;
  if (!mean) return { bent: none, normal: momentsOf(values, tangents) };
  const less = (from: Float64Array, what: Float64Array) => from.map((x, i) => x - what[i]);
  return {
    bent: momentsOf(mean.values, mean.tangents),
    normal: momentsOf(less(values, mean.values), less(tangents, mean.tangents)),
  };
}

export function minus(one: Moments, other: Moments): Moments {
  return { q: one.q - other.q, c: one.c - other.c, r: one.r - other.r };
}

function momentsOf(values: Float64Array, tangents: Float64Array): Moments {
  let [q, c, r] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    q += values[i] * values[i];
    c += values[i] * tangents[i];
    r += tangents[i] * tangents[i];
  }
  return { q: q / values.length, c: c / values.length, r: r / values.length };
}
