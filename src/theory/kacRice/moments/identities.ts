/**
 * Names for what a cell of a tensor depends on. Two cells with one identity hold the same random numbers, channel by
 * channel: a convolution's weights are tied, so equal patches give equal neurons, and equal neurons bend at the same
 * places. Identity 0 is the zero of padding.
 */
export class Identities {
  private next = 1;
  private readonly sums = new Map<number, number>();
  private readonly parts = this.pairs();
  private readonly ranges = this.pairs();
  private readonly wholes = new Map<number, { readonly whole: number; readonly first: number }>();

  get count(): number {
    return this.next;
  }

  /** `length` identities never given before. */
  fresh(length: number): Int32Array {
    const ids = new Int32Array(length);
    for (let i = 0; i < length; i++) ids[i] = this.next++;
    return ids;
  }

  /** A table that gives equal pairs one identity, new for every table. */
  pairs(): PairTable {
    return new PairTable(() => this.next++);
  }

  /** Of a sum of two numbers: equal for equal pairs of the same table. What is added to zero stays what it is. */
  sum(pairs: PairTable, a: number, b: number): number {
    if (a === 0 || b === 0) return a + b;
    const id = pairs.id(a, b);
    if (!this.sums.has(id)) this.sums.set(id, (this.summandsOf(a) + this.summandsOf(b)) % SUMMANDS);
    return id;
  }

  /** Of some channels of what has an identity; equal for equal channels. */
  part(id: number, first: number, channels: number): number {
    if (id === 0) return 0;
    const own = this.wholes.get(id);
    const [whole, from] = [own?.whole ?? id, (own?.first ?? 0) + first];
    const part = this.parts.id(whole, this.ranges.id(from, channels));
    if (!this.wholes.has(part)) this.wholes.set(part, { whole, first: from });
    return part;
  }

  /** What this is some channels of, or undefined. */
  wholeOf(id: number): number | undefined {
    return this.wholes.get(id)?.whole;
  }

  isSum(id: number): boolean {
    return this.sums.has(id);
  }

  /** A number for what an identity is a sum of, whatever the order and the factors; others' numbers differ. */
  summandsOf(id: number): number {
    return this.sums.get(id) ?? hashOf(id);
  }

  /**
   * Identities of `count` tuples `(values[i], values[i + count], ...)`, equal ones for equal tuples, that of padding
   * for zeros. `distinct`: they all differ, from each other and from padding. Numbers that differ by rounding alone are
   * equal: averages of a constant over two cells and over three are one function.
   */
  ofTuples(unrounded: Float64Array, count: number): { ids: Int32Array; distinct: boolean } {
    const values = rounded(unrounded);
    const mask = 2 ** Math.ceil(Math.log2(2 * count + 1)) - 1;
    const holder = new Int32Array(mask + 1).fill(-1);
    const ids = new Int32Array(count);
    const hashes = hashTuples(values, count);
    let different = 0;
    for (let i = 0; i < count; i++) {
      if (isZero(values, count, i)) continue;
      let slot = hashes[i] & mask;
      while (holder[slot] >= 0 && !equalTuples(values, count, holder[slot], i)) slot = (slot + 1) & mask;
      if (holder[slot] < 0) {
        holder[slot] = i;
        ids[i] = this.next++;
        different++;
      } else ids[i] = ids[holder[slot]];
    }
    return { ids, distinct: different === count };
  }
}

/** Sums of numbers below this are exact. */
const SUMMANDS = 2 ** 52;

function hashOf(id: number): number {
  const high = Math.imul(id ^ (id >>> 16), 0x9e3779b1);
  const low = Math.imul(high ^ (high >>> 15), 0x85ebca6b);
  return (high >>> 0) * 2 ** 20 + ((low ^ (low >>> 13)) & (2 ** 20 - 1));
}

/** No identities, where only the shape of tensors matters. */
export class NoIdentities extends Identities {
  override fresh(): Int32Array {
    return new Int32Array(0);
  }

  override ofTuples(_values: Float64Array, _count: number): { ids: Int32Array; distinct: boolean } {
    return { ids: new Int32Array(0), distinct: true };
  }
}

/** Whether all of tuple i is zero: such a scalar, with its derivatives, is what padding is. */
export function isZero(values: Float64Array, count: number, i: number): boolean {
  for (let at = i; at < values.length; at += count) if (values[at] !== 0) return false;
  return true;
}

/** A share of the greatest number below which others are what rounding left of zero. */
const ROUNDING = 2 ** -44;

/** The numbers to the 33 leading bits. Sums in different orders agree in them but for one in a million. */
function rounded(values: Float64Array): Float64Array {
  const least = ROUNDING * values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return values.map((value) => {
    if (Math.abs(value) <= least) return 0;
    // Veltkamp's split: the sum and the difference round the last bits away.
    const high = SPLIT * value;
    return high - (high - value);
  });
}

const SPLIT = 2 ** 20 + 1;

function equalTuples(values: Float64Array, count: number, i: number, j: number): boolean {
  for (let start = 0; start < values.length; start += count) {
    if (values[start + i] !== values[start + j]) return false;
  }
  return true;
}

function hashTuples(values: Float64Array, count: number): Int32Array {
  const hashes = new Int32Array(count);
  const bits = new Int32Array(2);
  const view = new Float64Array(bits.buffer);
  for (let start = 0; start < values.length; start += count) {
    for (let i = 0; i < count; i++) {
      view[0] = values[start + i] + 0; // -0 becomes 0
      const hash = Math.imul(hashes[i] ^ bits[0], 0x85ebca6b) ^ Math.imul(bits[1], 0x9e3779b1);
      hashes[i] = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
    }
  }
  for (let i = 0; i < count; i++) hashes[i] ^= hashes[i] >>> 13;
  return hashes;
}

/** Open-addressing hash table from pairs of 32-bit integers to identities. */
class PairTable {
  private keys = new Int32Array(2 * 64);
  private ids = new Int32Array(64); // 0 marks a free slot
  private used = 0;

  constructor(private readonly fresh: () => number) {}

  /** Zeros together are a zero, as padding is. */
  id(a: number, b: number): number {
    if (a === 0 && b === 0) return 0;
    const slot = this.find(a, b);
    if (this.ids[slot] !== 0) return this.ids[slot];
    const id = this.fresh();
    this.put(slot, a, b, id);
    if (2 * ++this.used > this.ids.length) this.grow();
    return id;
  }

  private find(a: number, b: number): number {
    const mask = this.ids.length - 1;
    let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b ^ (b >>> 15), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35);
    let slot = (hash ^ (hash >>> 13)) & mask;
    while (this.ids[slot] !== 0 && (this.keys[2 * slot] !== a || this.keys[2 * slot + 1] !== b))
      slot = (slot + 1) & mask;
    return slot;
  }

  private put(slot: number, a: number, b: number, id: number): void {
    this.keys[2 * slot] = a;
    this.keys[2 * slot + 1] = b;
    this.ids[slot] = id;
  }

  private grow(): void {
    const { keys, ids } = this;
    this.keys = new Int32Array(2 * keys.length);
    this.ids = new Int32Array(2 * ids.length);
    for (let slot = 0; slot < ids.length; slot++) {
      if (ids[slot] === 0) continue;
      const a = keys[2 * slot];
      const b = keys[2 * slot + 1];
      this.put(this.find(a, b), a, b, ids[slot]);
    }
  }
}
