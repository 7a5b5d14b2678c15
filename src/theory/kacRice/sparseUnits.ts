import { truncatedMoments } from './integrals/normal.ts';
import type { PiecewiseLinearActivation } from '../../network/activation.ts';
import type { Network } from '../../network/network.ts';
import { bendsAtZeroOnly } from './moments/unit.ts';

/** Channels at one position of which all pre-activations z have these moments: E z^2, E z z' and E z'^2. */
export interface AlikeUnits {
  readonly channels: number;
  readonly moments: readonly [number, number, number];
}

/** A piece of the units at one position: how many units are on it on average, and what they add to a sum of squares. */
interface Piece {
  readonly position: number;
  readonly units: number;
  /** E s^2 for the slope s. */
  readonly slopes: number;
  /** E g^2 for the part g of a unit's derivative that does not follow its value. */
  readonly deviations: number;
}

/** A sum has no Gaussian part where fewer units than this bring what does not follow the next value. */
const MIN_DEVIATING_UNITS = 0.1;

/** A mean that is estimated to be too high by more than this share of it is refused. */
export const MAX_EXCESS = 0.1;

/**
 * By what share the mean number of breakpoints behind a layer may be too high, at one place of a segment, because its
 * sums have few terms and are not Gaussian: 1 / 2n, the right order, for n = N (E s^2)^2 / E s^4 and N units of slopes
 * s. Of 56 networks of one to six hidden layers that were simulated, no mean was too high by more than twice what
 * these shares add up to and 0.1. At most 1, which is also said where almost no unit makes the next ones cross a level:
 * without biases, that may be a few units that are clipped. `constantVariance`: what biases add to the variance of the
 * next sums. 0 for units that are active half of the time whatever their scale.
 */
export function excessBehind(
  activation: PiecewiseLinearActivation,
  positions: readonly (readonly AlikeUnits[])[],
  constantVariance: number,
): number {
  if (bendsAtZeroOnly(activation)) return 0;
  const ratio = meanRatio(activation, positions, constantVariance);
  const pieces = positions.flatMap((alike, position) =>
    alike.flatMap(({ channels, moments }) => piecesOf(activation, moments, ratio, channels, position)),
  );
  const units = positions.flat().reduce((sum, { channels }) => sum + channels, 0);
  const fromConstants = units * ratio ** 2 * constantVariance;
  const deviating = unitsAmong(pieces, positions.length, ({ deviations }) => deviations, fromConstants);
  if (deviating < MIN_DEVIATING_UNITS) return 1;
  return Math.min(1, 0.5 / unitsAmong(pieces, positions.length, ({ slopes }) => slopes));
}

/** The variance of biases where each layer with weights has some, and 0 elsewhere. */
export function constantVariance({ layers, initialization }: Network): number {
  const isBiased = layers.every(({ operation }) => !('useBias' in operation) || operation.useBias);
  return isBiased ? initialization.biasStddev ** 2 : 0;
}

/** E v v' / E v^2 of the next sums v, up to the scale of their weights. */
function meanRatio(
  activation: PiecewiseLinearActivation,
  positions: readonly (readonly AlikeUnits[])[],
  constants: number,
): number {
  let [product, square] = [0, 0];
  for (const { channels, moments } of positions.flat()) {
    const [q, c] = moments;
    square += channels * constants;
    if (!(q > 0)) continue;
    activation.slopes.forEach((slope, k) => {
      const [e0, e1, e2] = momentsOnPiece(activation, k, q);
      const intercept = activation.intercepts[k];
      square += channels * (slope ** 2 * e2 + 2 * slope * intercept * e1 + intercept ** 2 * e0);
      product += (channels * slope * (slope * e2 + intercept * e1) * c) / q;
    });
  }
  return square > 0 ? product / square : 0;
}

function piecesOf(
  activation: PiecewiseLinearActivation,
  [q, c, r]: AlikeUnits['moments'],
  ratio: number,
  channels: number,
  position: number,
): Piece[] {
  if (!(q > 0)) return [];
  const spread = Math.max(0, r - (c * c) / q);
  return activation.slopes.map((slope, k) => {
    const [e0, e1, e2] = momentsOnPiece(activation, k, q);
    // g = slope z' - ratio (slope z + intercept), with z' = (c / q) z and an independent part.
    const [linear, constant] = [slope * (c / q - ratio), ratio * activation.intercepts[k]];
    return {
      position,
      units: channels * e0,
      slopes: slope ** 2,
      deviations:
        e0 > 0 ? slope ** 2 * spread + (linear ** 2 * e2 - 2 * linear * constant * e1) / e0 + constant ** 2 : 0,
    };
  });
}

function momentsOnPiece({ breakpoints }: PiecewiseLinearActivation, k: number, q: number): [number, number, number] {
  return truncatedMoments(breakpoints[k - 1] ?? -Infinity, breakpoints[k] ?? Infinity, Math.sqrt(q));
}

/**
 * Channels that a sum averages over, positions of one channel as one; `certain` is in the sum, and no unit brings it.
 */
function unitsAmong(pieces: readonly Piece[], positions: number, of: (piece: Piece) => number, certain = 0): number {
  const squares = new Float64Array(positions);
  let sum = certain;
  for (const piece of pieces) {
    squares[piece.position] += piece.units * of(piece) ** 2;
    sum += piece.units * of(piece);
  }
  // Positions share their weights: their deviations add up at worst.
  const deviation = squares.reduce((total, square) => total + Math.sqrt(square), 0);
  return sum === 0 ? 0 : (sum / deviation) ** 2;
}
