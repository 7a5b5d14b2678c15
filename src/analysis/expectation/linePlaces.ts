import type { Segment } from '../../common/place.ts';

export interface LinePlace {
  readonly t: number;
  /** One over the density of such places. */
  readonly weight: number;
  /** How far along the line the origin is; null where the segment does not pass through it. */
  readonly origin: number | null;
}

/** Places like those of the breakpoints of some units: `t = center + width tan(angle)` with uniform angles. */
interface Spread {
  readonly width: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** Deeper layers are taken together. */
const MAX_SPREADS = 16;
const HALVINGS = 50;

/**
 * A place of the segment for a number in (0, 1), denser where breakpoints crowd: near the origin, for a unit behind k
 * layers with biases within √k times the distance at which one layer's biases outweigh the input. `units[k]` is how
 * many there are. Any density gives right means; this one gives them from few places.
 */
export function placesOn(
  { from, to }: Segment,
  biasDeviation: number,
  units: readonly number[],
): (share: number) => LinePlace {
  let [a2, ab, b2] = [0, 0, 0];
  from.forEach((x, i) => {
    const slope = to[i] - x;
    a2 += x * x;
    ab += x * slope;
    b2 += slope * slope;
  });
  const center = -ab / b2;
  const distance = (a2 * b2 - ab * ab) / (b2 * b2);
  const hasOrigin = distance < 1e-12 && center > 0 && center < 1;
  const originAt = (t: number) => (hasOrigin ? center - t : null);
  const ofOneLayer = (biasDeviation ** 2 * from.length) / (2 * b2);
  if (!(Math.sqrt(distance + ofOneLayer) > 1e-6)) return (t) => ({ t, weight: 1, origin: originAt(t) });
  const spreads = byDepth(units).map(({ depth, share }): Spread => {
    const width = Math.sqrt(distance + depth * ofOneLayer);
    return { width, share, low: Math.atan(-center / width), high: Math.atan((1 - center) / width) };
  });
  return (share) => {
    const t = placeOf(spreads, center, share);
    return { t, weight: 1 / densityOf(spreads, t - center), origin: originAt(t) };
  };
}

/** Shares of the units that lie behind a number of layers with biases. */
function byDepth(units: readonly number[]): { depth: number; share: number }[] {
  const each = Math.ceil(units.length / MAX_SPREADS);
  const total = units.reduce((sum, count) => sum + count, 0);
  if (!(total > 0)) return [{ depth: 1, share: 1 }];
  return Array.from({ length: Math.ceil(units.length / each) }, (_, group) => {
    const own = units.slice(group * each, (group + 1) * each);
    const share = own.reduce((sum, count) => sum + count, 0) / total;
    return { depth: group * each + (own.length + 1) / 2, share };
  });
}

function placeOf(spreads: readonly Spread[], center: number, share: number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (shareBefore(spreads, middle - center) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function shareBefore(spreads: readonly Spread[], x: number): number {
  let sum = 0;
  for (const { width, share, low, high } of spreads) sum += (share * (Math.atan(x / width) - low)) / (high - low);
  return sum;
}

function densityOf(spreads: readonly Spread[], x: number): number {
  let sum = 0;
  for (const { width, share, low, high } of spreads) sum += share / ((high - low) * (width + (x * x) / width));
  return sum;
}
