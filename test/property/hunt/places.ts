import type { Domain } from '../../../src/common/place.ts';
import type { Parallelogram, Segment } from '../../../src/theory/bound.ts';
import { Choices } from './choices.ts';

/** Where a network is counted. */
export interface Places {
  readonly segment: Segment;
  /** Null for one input. */
  readonly parallelogram: Parallelogram | null;
  readonly box: Extract<Domain, { kind: 'box' }>;
}

/** A segment and a parallelogram askew to everything, or those along the axes where networks made by hand bend. */
export function placesFor(inputs: number, seed: number): Places {
  const choices = new Choices(seed, 2);
  const scale = choices.one([1, 4, 30]);
  // In binary fractions, so that corners and ends of segments are sums without rounding.
  const vector = () => Array.from({ length: inputs }, () => Math.round(choices.normal() * 2 ** 13 * scale) / 2 ** 13);
  const filled = (value: number) => Array<number>(inputs).fill(value);
  const straight = choices.chance(0.3);
  const along = (axis: number) => filled(0).map((_, i) => (i % 2 === axis ? 2 * scale : 0));
  const segment = straight ? { from: filled(-scale), to: filled(scale) } : { from: vector(), to: vector() };
  const askew = { origin: vector(), u: vector(), v: vector() };
  const upright = { origin: filled(-scale), u: along(0), v: along(1) };
  const box = { kind: 'box', lower: filled(-scale), upper: filled(scale) } as const;
  return { segment, parallelogram: inputs < 2 ? null : straight ? upright : askew, box };
}

/** Whether the parallelogram lies along the axes, where bends may run along its sides. */
export function isUpright({ u, v }: Parallelogram): boolean {
  return u.some((x, i) => x === 0 || v[i] === 0);
}
