import { bitLength } from '../../numbers/magnitude.ts';

/**
 * Polynomials with non-negative integer coefficients as one integer, their value at x = 2^slot: sums and products of
 * polynomials are then sums and products of integers, which is far faster than loops over coefficients.
 */
export interface Packing {
  /** Bits of one coefficient, a multiple of 4; no coefficient that occurs may need more. */
  readonly slot: number;
  /** Coefficients beyond x^degree are dropped. */
  readonly degree: number;
}

/** A packing for coefficients that are at most `largest`. */
export function packingFor(largest: bigint, degree: number): Packing {
  return packingOfBits(bitLength(largest), degree);
}

/** A packing for coefficients of this length in bits. */
export function packingOfBits(bits: number, degree: number): Packing {
  return { slot: 4 * Math.ceil((bits + 1) / 4), degree };
}

export function packedBits(packing: Packing): number {
  return packing.slot * (packing.degree + 1);
}

/** coefficient * x^exponent. */
export function packedTerm(coefficient: bigint, exponent: number, packing: Packing): bigint {
  return exponent > packing.degree ? 0n : coefficient << BigInt(packing.slot * exponent);
}

export function truncatePacked(packed: bigint, packing: Packing): bigint {
  return BigInt.asUintN(packedBits(packing), packed);
}

/** The coefficients of x^0 .. x^degree. */
export function unpack(packed: bigint, packing: Packing): bigint[] {
  const digits = packing.slot / 4;
  const text = truncatePacked(packed, packing)
    .toString(16)
    .padStart(digits * (packing.degree + 1), '0');
  return Array.from({ length: packing.degree + 1 }, (_, k) => {
    const end = text.length - k * digits;
    return BigInt(`0x${text.slice(end - digits, end)}`);
  });
}

/** The power of a packed polynomial, dropping what exceeds the degree on the way. */
export function packedPower(packed: bigint, exponent: number, packing: Packing): bigint {
  let result = 1n;
  let square = packed;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = truncatePacked(result * square, packing);
    if (rest > 1) square = truncatePacked(square * square, packing);
  }
  return result;
}
