/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** Distribution function of the standard normal distribution, to about 1e-15 absolutely. */
export function normalDistribution(x: number): number {
  return Math.abs(x) < TABLE_END ? fromTable(x) : atOnce(x);
}

function atOnce(x: number): number {
  const density = normalDensity(x);
  if (Math.abs(x) < 3) return 0.5 + density * series(x);
  const tail = Math.abs(x) < 38 ? density / fraction(Math.abs(x)) : 0;
  return x > 0 ? 1 - tail : tail;
}

/** The distribution function and the density at multiples of a step, from -TABLE_END to TABLE_END. */
const STEPS = 64;
const TABLE_END = 6.5;
const places = 2 * STEPS * TABLE_END + 1;
const placeOf = (k: number) => k / STEPS - TABLE_END;
const masses = Float64Array.from({ length: places }, (_, k) => atOnce(placeOf(k)));
const densities = Float64Array.from({ length: places }, (_, k) => normalDensity(placeOf(k)));

/** Taylor's series around the nearest of them: the derivatives are the density times Hermite's polynomials. */
function fromTable(x: number): number {
  const k = Math.trunc((x + TABLE_END) * STEPS + 0.5);
  const at = placeOf(k);
  const d = x - at;
  const square = at * at;
  const h3 = at * (square - 3);
  const h4 = square * (square - 6) + 3;
  const h5 = at * (square * (square - 10) + 15);
  const h6 = square * (square * (square - 15) + 45) - 15;
  const cubic = (square - 1) / 6 + d * (-h3 / 24 + d * (h4 / 120 + d * (-h5 / 720 + (d * h6) / 5040)));
  return masses[k] + densities[k] * d * (1 + d * (-at / 2 + d * cubic));
}

/** `x + x^3 / 3 + x^5 / (3 * 5) + ...` */
function series(x: number): number {
  let [term, sum] = [x, x];
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) sum += term *= (x * x) / k;
  return sum;
}

/** Laplace's continued fraction `x + 1 / (x + 2 / (x + 3 / ...))`, for x >= 3; it needs fewer terms as x grows. */
function fraction(x: number): number {
  let value = x;
  for (let k = Math.ceil(8 + 400 / (x * x)); k > 0; k--) value = x + k / value;
  return value;
}

/** Mean of |X| for X normal with this mean and deviation. */
export function meanAbsolute(mean: number, deviation: number): number {
  if (deviation === 0) return Math.abs(mean);
  const x = mean / deviation;
  const density = normalDensity(x);
  return 2 * deviation * density + mean * (2 * normalDistribution(x) - 1);
}

/** `E 1, E Z, E Z^2` over `from < Z < to` for Z normal with mean zero and this deviation > 0. */
export function truncatedMoments(from: number, to: number, deviation: number): [number, number, number] {
  const [a, b] = [from / deviation, to / deviation];
  const [atA, atB] = [normalDensity(a), normalDensity(b)];
  const mass = normalDistribution(b) - normalDistribution(a);
  const edge = (Number.isFinite(a) ? a * atA : 0) - (Number.isFinite(b) ? b * atB : 0);
  return [mass, deviation * (atA - atB), deviation ** 2 * (mass + edge)];
}
