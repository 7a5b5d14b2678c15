/** Arithmetic modulo the prime 2^61 - 1. */
const PRIME = (1n << 61n) - 1n;

export function multiplyMod(a: bigint, b: bigint): bigint {
  const product = a * b;
  const folded = (product & PRIME) + (product >> 61n);
  return folded >= PRIME ? folded - PRIME : folded;
}

/** a - b c */
export function subtractProduct(a: bigint, b: bigint, c: bigint): bigint {
  const difference = a - multiplyMod(b, c);
  return difference < 0n ? difference + PRIME : difference;
}

/** The inverse of a non-zero element, by Euclid's algorithm. */
export function inverseMod(a: bigint): bigint {
  let [r0, r1, s0, s1] = [PRIME, a, 0n, 1n];
  while (r1 > 1n) {
    const q = r0 / r1;
    [r0, r1, s0, s1] = [r1, r0 - q * r1, s1, s0 - q * s1];
  }
  return s1 < 0n ? s1 + PRIME : s1;
}

/** Elements that look random, the same ones at every run (SplitMix64). */
export function* fieldElements(seed: bigint): Generator<bigint, never> {
  const word = (1n << 64n) - 1n;
  let state = seed;
  for (;;) {
    state = (state + 0x9e3779b97f4a7c15n) & word;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & word;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & word;
    const element = (z ^ (z >> 31n)) & PRIME;
    if (element > 0n && element < PRIME) yield element;
  }
}
