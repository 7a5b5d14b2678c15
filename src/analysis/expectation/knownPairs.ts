const FREE = -1;

/** Which pairs of numbers have occurred: an open hash table that holds no object for each of them. */
export class KnownPairs {
  private pairs: Float64Array;
  private owners: Int32Array;
  private size = 0;

  /** With room for as many pairs, and for more if need be. */
  constructor(expected = 0) {
    const places = 2 ** Math.ceil(Math.log2(2 * Math.max(127, expected) + 2));
    this.pairs = new Float64Array(2 * places);
    this.owners = new Int32Array(places).fill(FREE);
  }

  /** Takes in a pair with a number >= 0 of its own, and gives the number that an equal pair came with first. */
  firstOf(one: number, other: number, own: number): number {
    if (2 * this.size >= this.owners.length) this.grow();
    const at = this.placeOf(one, other);
    if (this.owners[at] === FREE) {
      this.put(at, one, other, own);
      this.size++;
    }
    return this.owners[at];
  }

  has(one: number, other: number): boolean {
    return this.owners[this.placeOf(one, other)] !== FREE;
  }

  private placeOf(one: number, other: number): number {
    const mask = this.owners.length - 1;
    let at = hashOf(one, other) & mask;
    while (this.owners[at] !== FREE && !this.holds(at, one, other)) at = (at + 1) & mask;
    return at;
  }

  private holds(at: number, one: number, other: number): boolean {
    return isSame(this.pairs[2 * at], one) && isSame(this.pairs[2 * at + 1], other);
  }

  private put(at: number, one: number, other: number, own: number): void {
    this.pairs[2 * at] = one;
    this.pairs[2 * at + 1] = other;
    this.owners[at] = own;
  }

  private grow(): void {
    const { pairs, owners } = this;
    this.pairs = new Float64Array(2 * pairs.length);
    this.owners = new Int32Array(2 * owners.length).fill(FREE);
    owners.forEach((own, at) => {
      const [one, other] = [pairs[2 * at], pairs[2 * at + 1]];
      if (own !== FREE) this.put(this.placeOf(one, other), one, other, own);
    });
  }
}

/** Zeros of both signs are one number, and so is what is not a number. */
function isSame(a: number, b: number): boolean {
  return a === b || (a !== a && b !== b);
}

const numbers = new Float64Array(2);
const words = new Uint32Array(numbers.buffer);

function hashOf(one: number, other: number): number {
  // Adding zero makes one zero of two.
  numbers[0] = one + 0;
  numbers[1] = other + 0;
  let hash = Math.imul(words[0] ^ Math.imul(words[1], 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ words[2], 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 13) ^ words[3], 0x27d4eb2f);
  return hash ^ (hash >>> 16);
}
