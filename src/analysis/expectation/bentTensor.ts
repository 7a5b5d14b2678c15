import type { PiecewiseLinearActivation } from '../../network/activation.ts';
import { innovationOf } from './innovation.ts';
import type { RandomTensor } from './randomTensor.ts';
import type { Sources } from './sources.ts';
import { settled } from './traces.ts';

/** What units make of a tensor; `kept`: see `Innovation`. */
export function bent(
  activation: PiecewiseLinearActivation,
  input: RandomTensor,
  sources: Sources,
  kept: number,
): RandomTensor {
  const { breakpoints, slopes, intercepts } = activation;
  const size = input.values.length;
  const [values, tangents] = [new Float64Array(size), new Float64Array(size)];
  for (let i = 0; i < size; i++) {
    const z = input.values[i];
    let piece = 0;
    while (piece < breakpoints.length && z > breakpoints[piece]) piece++;
    values[i] = slopes[piece] * z + intercepts[piece];
    tangents[i] = slopes[piece] * input.tangents[i];
  }
  // A step has two values at its breakpoint.
  const knots = breakpoints.map((level, k) => [k, k + 1].map((piece) => slopes[piece] * level + intercepts[piece]));
  const neverBelowZero = slopes[0] <= 0 && slopes[slopes.length - 1] >= 0 && knots.flat().every((value) => value >= 0);
  const rises = slopes.every((slope) => slope >= 0) && knots.every(([left, right]) => right >= left - 1e-9);
  const keepsSign = rises && valueAt(activation, 0) >= 0;
  return {
    values,
    tangents,
    channels: input.channels,
    isNonNegative: neverBelowZero
      ? new Uint8Array(size).fill(1)
      : keepsSign
        ? input.isNonNegative
        : new Uint8Array(size),
    fresh: null,
    last: input.last,
    before: rises ? { tensor: input, activation } : null,
    greatest: null,
    trace: {
      factors: settled(input.trace).factors,
      innovation: innovationOf(input, activation, { values, tangents }, sources, kept),
    },
  };
}

function valueAt({ breakpoints, slopes, intercepts }: PiecewiseLinearActivation, z: number): number {
  let piece = 0;
  while (piece < breakpoints.length && z > breakpoints[piece]) piece++;
  return slopes[piece] * z + intercepts[piece];
}
