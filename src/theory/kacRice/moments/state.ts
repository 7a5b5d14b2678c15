import type { TensorId } from '../../../network/network.ts';
import type { Ancestry } from './ancestry.ts';
import type { Cells } from './cells.ts';
import type { Identities } from './identities.ts';
import type { Rectified } from './rectified.ts';

/** A sentence that says why a network's mean has no closed form here; caught where the means are exported. */
export class NoClosedForm extends Error {}

/** The input and affine images of it without random weights: value and derivatives along the slice at every scalar. */
export interface KnownTensor {
  readonly kind: 'known';
  readonly cells: Cells;
}

/**
 * A tensor that depends on random weights: second moments `E h_i h_j`, `i <= j`, of the value (0) and the derivatives
 * (1 ..) at every scalar.
 */
export interface RandomTensor {
  readonly kind: 'random';
  readonly cells: Cells;
  /** The tensor is a sum over these layers' outputs, each times its factor: uncorrelated Gaussians of mean zero ... */
  readonly terms: ReadonlyMap<TensorId, number>;
  /** ... plus, where not null, something bent that depends on these layers' weights ... */
  readonly bent: Ancestry | null;
  /** What is bent and what is added to that, where both are Gaussian; null where not, or where nothing is bent. */
  readonly rectified: Rectified | null;
  /** ... plus, where true, something known. Only a tensor of neither kind is Gaussian of mean zero. */
  readonly hasKnown: boolean;
  /** All layers whose weights it depends on. */
  readonly ancestors: Ancestry;
  /** Scalars at different positions share weights, so that they are correlated Gaussians. */
  readonly isTied: boolean;
  /** A scalar reads so few random numbers that its variance given them does not average out, whatever the width. */
  readonly isNarrow: boolean;
  /** All it knows of the input went through few random numbers, which no layer's width makes more of. */
  readonly isThin: boolean;
  /** It holds a tensor of one random channel, as a layer of one unit or filter makes it. */
  readonly isSingle: boolean;
  /** A scalar sums different positions, so that its moments need the covariances between them. */
  readonly isMixed: boolean;
  /** Sums with random weights were mixed: positions may be one function, and yet have different identities. */
  readonly hasMixedSums: boolean;
  /** Some positions may hold multiples of others: without biases, units that read them bend at the same places. */
  readonly hasMultiples: boolean;
  /**
   * No bias has been added, and some positions are a known multiple of others: units with breakpoints off zero may bend
   * at one place, and sums of positions may be one function.
   */
  readonly hasRays: boolean;
}

export interface UnknownTensor {
  readonly kind: 'unknown';
  readonly reason: string;
}

export type TensorState = KnownTensor | RandomTensor | UnknownTensor;

export function unknown(reason: string): UnknownTensor {
  return { kind: 'unknown', reason };
}

/** Moments of any tensor that has them: products of a known tensor's numbers. */
export function momentsOf(state: KnownTensor | RandomTensor, derivatives: number, identities: Identities): Cells {
  if (state.kind === 'random') return state.cells;
  const { cells } = state;
  const count = cells.height * cells.width * cells.groups.length;
  const known = derivatives + 1;
  const products: [number, number][] = [];
  for (let i = 0; i < known; i++) for (let j = i; j < known; j++) products.push([i, j]);
  const nodes = cells.components / known;
  const components = nodes * products.length;
  const values = new Float64Array(components * count);
  for (let node = 0, to = 0; node < nodes; node++) {
    for (const [i, j] of products) {
      const [a, b] = [(node * known + i) * count, (node * known + j) * count];
      for (let k = 0; k < count; k++) values[to++] = cells.values[a + k] * cells.values[b + k];
    }
  }
  const onePosition = cells.height * cells.width === 1;
  const { ids, distinct } = onePosition
    ? { ids: identities.fresh(count), distinct: true }
    : identities.ofTuples(cells.values.subarray(0, known * count), count);
  return { ...cells, components, values, ids, distinct };
}

export function scaled(cells: Cells, factor: number): Cells {
  return factor === 1 ? cells : { ...cells, values: multiplied(cells.values, factor) };
}

export function multiplied(values: Float64Array, factor: number): Float64Array {
  const products = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) products[i] = factor * values[i];
  return products;
}
