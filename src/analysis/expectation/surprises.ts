import type { TensorId } from '../../network/network.ts';
import type { Innovation } from './innovation.ts';
import type { RandomTensor } from './randomTensor.ts';
import { times } from './vectors.ts';
import type { WideLimit } from './wideLimit.ts';
import { asIfWide, minus, none, type Moments, type WideTensor } from './wideTensor.ts';

/** The largest step in which differences are taken, relatively. */
const MOST_STEP = 0.4;
/** Below this share a variance is too near to rounding. */
const CLEAR = 1e-9;

/**
 * How far a draw's rates are above their mean, by layer and about: after each layer, what its weights make of mean
 * squares beside what they make of them in the mean, given all other weights, times what this changes in the rates of
 * later layers in the limit of wide ones. The mean of each such term is zero, whatever that limit is, since it is
 * multiplied with what does not depend on these weights. In contrast to factors, this knows how large values are, on
 * which it depends how many units reach a breakpoint off zero.
 */
export class Surprises {
  readonly sum: Float64Array;
  private readonly known = new WeakMap<RandomTensor, WideTensor>();
  /** Layers whose weights were looked at. */
  private readonly seen = new Set<number>();

  constructor(
    private readonly limit: WideLimit,
    layers: number,
  ) {
    this.sum = new Float64Array(layers);
  }

  /** Takes in what the newest weights make of a tensor, beside others that are read from a layer on. */
  add(
    from: number,
    id: TensorId,
    tensor: RandomTensor,
    innovation: Innovation,
    others: ReadonlyMap<TensorId, RandomTensor>,
  ): void {
    const { last } = tensor;
    if (this.seen.has(last)) return;
    // What terms are multiplied with must not depend on the newest weights.
    for (const [other, kept] of others) if (other !== id && kept.last >= last) return;
    this.seen.add(last);
    const expected = meanOfTriples(innovation.expected);
    if (!(expected.q > 0 && expected.r > 0)) return;
    const tensors = new Map(Array.from(others, ([other, kept]) => [other, this.wide(kept)]));
    const given = tensor.fresh?.mean ? asIfWide(tensor).bent : none;
    const ratesAt = (all: Moments): Float64Array => {
      tensors.set(id, tensor.fresh ? { bent: given, normal: minus(all, given) } : { bent: all, normal: none });
      return this.limit.behind(from, tensors).rates;
    };
    const middle = ratesAt(expected);
    for (const { by, above, below } of directionsOf(innovation, expected))
      this.change(by, innovation.areIndependent, [ratesAt(below), middle, ratesAt(above)]);
  }

  private wide(tensor: RandomTensor): WideTensor {
    const known = this.known.get(tensor) ?? asIfWide(tensor);
    this.known.set(tensor, known);
    return known;
  }

  /**
   * Adds the first two terms of a series in what channels add up to, in steps. Squares of one channel are left out:
   * only products of different ones have the mean zero.
   */
  private change(steps: Float64Array, areIndependent: boolean, rates: readonly Float64Array[]): void {
    const [below, middle, above] = rates;
    let [sum, squares] = [0, 0];
    for (const step of steps) {
      sum += step;
      squares += step * step;
    }
    const pairs = areIndependent ? (sum * sum - squares) / 2 : 0;
    for (let layer = 0; layer < this.sum.length; layer++) {
      const slope = (above[layer] - below[layer]) / 2;
      const bend = above[layer] - 2 * middle[layer] + below[layer];
      // Whether they are numbers does not depend on what was drawn.
      if (Number.isFinite(bend)) this.sum[layer] += sum * slope + pairs * bend;
    }
  }
}

/** One way in which mean squares may differ from what is expected. */
interface Direction {
  /** By how many steps each channel's share does. */
  readonly by: Float64Array;
  readonly above: Moments;
  readonly below: Moments;
}

/**
 * In q, in c / q and in r - c² / q, each with the others as they are: values and derivatives of networks without biases
 * are proportional, and the last is zero.
 */
function directionsOf(innovation: Innovation, expected: Moments): readonly Direction[] {
  const share = expected.c / expected.q;
  const rest = expected.r - share * expected.c;
  const at = (square: number, slope: number, left: number): Moments => ({
    q: square,
    c: slope * square,
    r: left + slope * slope * square,
  });
  const step = Math.min(MOST_STEP, 2 / Math.sqrt(innovation.channels));
  const turn = step * Math.sqrt(expected.r / expected.q);
  const [q, c, r] = byChannel(innovation);
  const directions = [
    {
      by: times(q, 1 / (step * expected.q)),
      above: at(expected.q * (1 + step), share, rest),
      below: at(expected.q * (1 - step), share, rest),
    },
    {
      by: q.map((square, i) => (c[i] - share * square) / (turn * expected.q)),
      above: at(expected.q, share + turn, rest),
      below: at(expected.q, share - turn, rest),
    },
  ];
  if (!(rest > CLEAR * expected.r)) return directions;
  const last = {
    by: q.map((square, i) => (r[i] - 2 * share * c[i] + share * share * square) / (step * rest)),
    above: at(expected.q, share, rest * (1 + step)),
    below: at(expected.q, share, rest * (1 - step)),
  };
  return [...directions, last];
}

/** What each channel adds to the means over cells, beside what it adds in the mean. */
function byChannel({ values, tangents, channels, expected }: Innovation): readonly Float64Array[] {
  const [q, c, r] = [new Float64Array(channels), new Float64Array(channels), new Float64Array(channels)];
  const weight = 1 / values.length;
  for (let cell = 0, channel = 0; cell < values.length; cell++) {
    const [h, slope] = [values[cell], tangents[cell]];
    q[channel] += weight * (h * h - expected[3 * cell]);
    c[channel] += weight * (h * slope - expected[3 * cell + 1]);
    r[channel] += weight * (slope * slope - expected[3 * cell + 2]);
    if (++channel === channels) channel = 0;
  }
  return [q, c, r];
}

function meanOfTriples(triples: Float64Array): Moments {
  let { q, c, r } = none;
  for (let i = 0; i < triples.length; i += 3) {
    q += triples[i];
    c += triples[i + 1];
    r += triples[i + 2];
  }
  const cells = triples.length / 3;
  return { q: q / cells, c: c / cells, r: r / cells };
}
