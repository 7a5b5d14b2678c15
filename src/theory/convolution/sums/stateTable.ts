/**
 * Vectors of small integers, each with a sum: adding to a vector that is there adds to its sum. The vectors lie one
 * after the other in one array, found again by open addressing.
 */
export class StateTable {
  readonly width: number;
  readonly values: bigint[] = [];
  /** Vector k is `vectors[k * width .. (k + 1) * width - 1]`. */
  vectors: Uint16Array;
  private slots: Int32Array;
  private hashes: Int32Array;

  constructor(width: number) {
    this.width = width;
    this.vectors = new Uint16Array(16 * width);
    this.slots = new Int32Array(64).fill(-1);
    this.hashes = new Int32Array(16);
  }

  get size(): number {
    return this.values.length;
  }

  add(vector: Uint16Array, value: bigint): void {
    const hash = hashOf(vector);
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (let k = this.slots[slot]; k >= 0; k = this.slots[slot]) {
      if (this.hashes[k] === hash && this.holds(k, vector)) {
        this.values[k] += value;
        return;
      }
      slot = (slot + 1) & mask;
    }
    this.slots[slot] = this.append(vector, hash, value);
    if (this.size * 2 > this.slots.length) this.rehash();
  }

  private holds(k: number, vector: Uint16Array): boolean {
    const offset = k * this.width;
    for (let i = 0; i < this.width; i++) {
      if (this.vectors[offset + i] !== vector[i]) return false;
    }
    return true;
  }

  private append(vector: Uint16Array, hash: number, value: bigint): number {
    const k = this.size;
    if (k === this.hashes.length) {
      this.hashes = grown(this.hashes, new Int32Array(2 * k));
      this.vectors = grown(this.vectors, new Uint16Array(2 * k * this.width));
    }
    this.vectors.set(vector, k * this.width);
    this.hashes[k] = hash;
    this.values.push(value);
    return k;
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 4).fill(-1);
    const mask = this.slots.length - 1;
    for (let k = 0; k < this.size; k++) {
      let slot = this.hashes[k] & mask;
      while (this.slots[slot] >= 0) slot = (slot + 1) & mask;
      this.slots[slot] = k;
    }
  }
}

function grown<T extends Int32Array | Uint16Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}

function hashOf(vector: Uint16Array): number {
  let hash = 0x2545f491;
  for (let i = 0; i < vector.length; i++) hash = Math.imul(hash ^ vector[i], 0x01000193) + (hash >>> 15);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
