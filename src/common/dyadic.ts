const words = new DataView(new ArrayBuffer(8));

/** About ten million bytes of integers. */
const MAX_KEPT = 1 << 18;

/** Doubles as exact integers over one power of two, computed on demand. */
export class Dyadic {
  /** The numbers are `numerator(k) / 2^exponent`. */
  readonly exponent: bigint;
  readonly length: number;
  private readonly least: number;
  /** Those that were asked for; of many numbers by their value, since few are different in convolutions. */
  private readonly known: (bigint | undefined)[];
  private readonly byValue: Map<number, bigint> | null;

  constructor(private readonly values: ArrayLike<number>) {
    this.length = values.length;
    let least = 0;
    for (let k = 0; k < values.length; k++) if (values[k] !== 0) least = Math.min(least, lowestBit(values[k]));
    this.least = least;
    this.exponent = BigInt(-least);
    const isLong = values.length > MAX_KEPT;
    this.known = Array<bigint | undefined>(isLong ? 0 : values.length);
    this.byValue = isLong ? new Map() : null;
  }

  numerator(k: number): bigint {
    const { byValue } = this;
    if (!byValue) return (this.known[k] ??= this.compute(k));
    const value = this.values[k];
    let numerator = byValue.get(value);
    if (numerator === undefined) {
      numerator = this.compute(k);
      if (byValue.size < MAX_KEPT) byValue.set(value, numerator);
    }
    return numerator;
  }

  private compute(k: number): bigint {
    const value = this.values[k];
    if (value === 0) return 0n;
    words.setFloat64(0, value);
    const word = words.getBigUint64(0);
    const biased = Number((word >> 52n) & 0x7ffn);
    const fraction = word & 0xfffffffffffffn;
    const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
    // Bits that fall off are zero.
    const shift = BigInt(Math.max(biased, 1) - 1075 - this.least);
    const size = shift < 0n ? mantissa >> -shift : mantissa << shift;
    return value < 0 ? -size : size;
  }
}

/** The power of two of the last bit of a number other than 0. */
function lowestBit(value: number): number {
  words.setFloat64(0, value);
  const high = words.getUint32(0);
  const low = words.getUint32(4);
  const biased = (high >>> 20) & 0x7ff;
  const zeros = low !== 0 ? trailingZeros(low) : 32 + trailingZeros((high & 0xfffff) | (biased === 0 ? 0 : 0x100000));
  return Math.max(biased, 1) - 1075 + zeros;
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}
