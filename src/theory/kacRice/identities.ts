/**
 * Names for what a cell of a tensor depends on. Two cells with one identity hold the same random numbers, channel by
 * channel: a convolution's weights are tied, so equal patches give equal neurons, and equal neurons bend at the same
 * places. Identity 0 is the zero of padding.
 */
export class Identities {
  private next = 1;

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

  /** Identities of `count` tuples `(values[i], values[i + count], ...)`, equal ones for equal tuples, and how many differ. */
  ofValues(values: Float64Array, count: number): { ids: Int32Array; different: number } {
    const numbers = this.numbers();
    const ids = new Int32Array(count);
    let pairs = this.pairs();
    for (let start = 0; start < values.length; start += count) {
      pairs = this.pairs();
      for (let i = 0; i < count; i++) ids[i] = pairs.id(ids[i], numbers(values[start + i]));
    }
    return { ids, different: pairs.size };
  }

  private numbers(): (value: number) => number {
    const bits = new Int32Array(2);
    const view = new Float64Array(bits.buffer);
    const table = this.pairs();
    return (value) => {
      view[0] = value + 0; // -0 becomes 0
      return table.id(bits[0], bits[1]);
    };
  }
}

/** Open-addressing hash table from pairs of 32-bit integers to identities. */
export class PairTable {
  private keys = new Int32Array(2 * 64);
  private ids = new Int32Array(64); // 0 marks a free slot
  private used = 0;

  constructor(private readonly fresh: () => number) {}

  get size(): number {
    return this.used;
  }

  id(a: number, b: number): number {
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
    ids.forEach((id, slot) => {
      if (id === 0) return;
      const [a, b] = [keys[2 * slot], keys[2 * slot + 1]];
      this.put(this.find(a, b), a, b, id);
    });
  }
}
