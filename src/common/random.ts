/**
 * Seeded random numbers that are the same on every machine and in every JavaScript engine: only integer
 * arithmetic and `+ - * / sqrt`, which IEEE 754 rounds in one way, no library logarithm or cosine.
 */

/** The seed of one of many streams that one seed gives; seeds count modulo 2^32 here. */
export function streamSeed(seed: number, stream: number): number {
  return (Math.imul(seed, 0x2c1b3c6d) ^ Math.imul(stream + 1, 0x297a2d39)) | 0;
}

/** The first state of xoshiro128** for a seed, filled by splitmix32: four words. */
export function randomState(seed: number): readonly [number, number, number, number] {
  let mix = seed | 0;
  // Seeds beyond 32 bits still give different streams.
  const rest = (seed - (seed | 0)) / 4294967296;
  if (rest !== 0) mix ^= Math.imul(Math.floor(rest * 65536) | 0, 0x9e3779b1);
  const next = () => {
    mix = (mix + 0x9e3779b9) | 0;
    let t = mix ^ (mix >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return t ^ (t >>> 15);
  };
  return [next(), next(), next(), next() | 1];
}

/** Uniform doubles in (0, 1) with 52 random bits (xoshiro128**). */
export function uniforms(seed: number): () => number {
  let [a, b, c, d] = randomState(seed);
  const word = () => {
    const scrambled = Math.imul(b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result >>> 0;
  };
  return () => (word() * 1048576 + (word() >>> 12) + 0.5) / 4503599627370496;
}

/** Standard normal numbers from `uniforms(seed)`, by inverting the distribution function (Wichura 1988, AS 241). */
export function gaussians(seed: number): () => number {
  const uniform = uniforms(seed);
  return () => normalQuantile(uniform());
}

/** The `p`-quantile of the standard normal distribution, 0 < p < 1, to about 16 digits. */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTER_TOP, r)) / polynomial(CENTER_BOTTOM, r);
  }
  const r = Math.sqrt(-logarithm(q < 0 ? p : 1 - p));
  const tail =
    r <= 5
      ? polynomial(TAIL_TOP, r - 1.6) / polynomial(TAIL_BOTTOM, r - 1.6)
      : polynomial(FAR_TOP, r - 5) / polynomial(FAR_BOTTOM, r - 5);
  return q < 0 ? -tail : tail;
}

const LN2 = 0.6931471805599453;

/** Natural logarithm of 0 < x < 1 by the series of artanh after halving the range; exact operations only. */
function logarithm(x: number): number {
  let exponent = 0;
  while (x < 0.7071067811865476) {
    x *= 2;
    exponent--;
  }
  const s = (x - 1) / (x + 1);
  const square = s * s;
  let sum = 0;
  for (let k = 21; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return 2 * s * sum + exponent * LN2;
}

/** Coefficients from the constant term up. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) value = value * x + coefficients[k];
  return value;
}

const CENTER_TOP = [
  3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
  67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
];
const CENTER_BOTTOM = [
  1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867, 39307.89580009271061,
  28729.085735721942674, 5226.495278852854561,
];
const TAIL_TOP = [
  1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504, 1.27045825245236838258,
  0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
];
const TAIL_BOTTOM = [
  1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
  0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
];
const FAR_TOP = [
  6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123, 0.026532189526576123093,
  1.2426609473880784386e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
];
const FAR_BOTTOM = [
  1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
  1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
];
