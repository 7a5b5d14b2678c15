import type { Layer } from '../../network/network.ts';
import { NotDrawn, type Reads } from './randomTensor.ts';

/** Moments this near to those of one number are looked at closely. */
const NEAR = 1e-6;
const ROUNDING = 1e-12;

export const nothingRead: Reads = {
  values: new Float64Array(0),
  tangents: new Float64Array(0),
  keepsSign: new Uint8Array(0),
};

/** What the difference of two sums reads: with equal weights it reads differences. */
export function differenceOfReads(one: Reads, two: Reads, haveEqualWeights: boolean): Reads {
  if (!haveEqualWeights) {
    return {
      values: Float64Array.from([...one.values, ...two.values]),
      tangents: Float64Array.from([...one.tangents, ...two.tangents]),
      keepsSign: Uint8Array.from([...one.keepsSign, ...two.keepsSign]),
    };
  }
  const isZero = ({ values, tangents }: Reads, k: number) => values[k] === 0 && tangents[k] === 0;
  return {
    values: one.values.map((value, k) => value - two.values[k]),
    tangents: one.tangents.map((value, k) => value - two.tangents[k]),
    keepsSign: one.keepsSign.map((keeps, k) => (isZero(one, k) ? two.keepsSign[k] : isZero(two, k) ? keeps : 0)),
  };
}

/**
 * Whether a number with a fresh part of these moments vanishes where its fresh part does, if that is one random weight
 * times a number: as `h - w h` does with h.
 */
export function vanishTogether(q: number, c: number, value: number, tangent: number): boolean {
  const [one, two] = [tangent * q, c * value];
  return Math.abs(one - two) <= NEAR * (Math.abs(one) + Math.abs(two));
}

/**
 * A sum `w h` of a single number h vanishes with h, whatever w is. Rice's formula over w alone does not see that, so
 * that such a sum is refused, unless h is known to change its sign nowhere or at a breakpoint that was counted.
 */
export function refuseOneNumber(
  layer: Layer,
  [q, c, r]: readonly [q: number, c: number, r: number],
  read: () => Reads,
): void {
  if (!(r > 0) || r * q - c * c > NEAR * r * q) return;
  const { values, tangents, keepsSign } = read();
  let first = -1;
  for (let k = 0; k < values.length; k++) {
    if (values[k] === 0 && tangents[k] === 0) continue;
    if (keepsSign[k] === 1) return;
    if (first < 0) first = k;
    const [one, two] = [values[first] * tangents[k], tangents[first] * values[k]];
    if (Math.abs(one - two) > ROUNDING * (Math.abs(one) + Math.abs(two))) return;
  }
  if (first >= 0)
    throw new NotDrawn(`${layer.name} depends on the sign of a single number, whatever the weights before it are.`);
}
