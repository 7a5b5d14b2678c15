/** Numbers are sorted into squares of this many times what they may be off. */
const SQUARE = 2 ** 8;
/** The share of a square's side at which a pair may have an equal in the next square. */
const MARGIN = 2 / SQUARE;
/** Beyond this many squares from zero, the place in one is lost to rounding. */
const MOST_SQUARES = 2 ** 36;
/** Places looked at for one pair, at most: where there are more pairs close to it, it is not told apart. */
const MOST_PROBES = 2 ** 8;
const FIRST_PAIRS = 2 ** 11;
const GROWTH = 2;
/** Up to this many pairs, room grows by twice that at once where it may: that is soon filled. */
const FEW_PAIRS = 2 ** 14;
/** A place holds the number of a pair, from 1 on, and above it some digits of the pair's hash. */
const NUMBER_BITS = 22;
const NUMBERS = 2 ** NUMBER_BITS - 1;
/** Half as many as can be numbered, since half of all places remain free. */
const MOST_PAIRS = 2 ** (NUMBER_BITS - 1);
/** Two numbers, and two places. */
const PAIR_BYTES = 24;

/** A set of pairs of numbers, each of which may be off, in a table of squares; finds pairs that may be equal. */
export class CloseNumbers {
  count = 0;
  private pairs = new Float64Array(2 * FIRST_PAIRS);
  /** Each pair has its number in one; 0 where there is none. A power of two, twice as many as pairs have room. */
  private places = new Int32Array(2 * FIRST_PAIRS);
  private reach = 0;
  private width = 0;
  readonly mostPairs: number;

  /** With room for at most this many bytes. */
  constructor(mostBytes = Infinity) {
    this.mostPairs = Math.min(MOST_PAIRS, mostBytes / PAIR_BYTES);
  }

  /** No more pair can be added. */
  get isFull(): boolean {
    return 2 * this.count >= this.places.length && GROWTH * this.count > this.mostPairs;
  }

  /** Clearing takes little time beside what it took to add the pairs. */
  get isWorthClearing(): boolean {
    return 8 * this.count > this.places.length;
  }

  clear(): void {
    this.places.fill(0);
    this.count = 0;
  }

  /** From now on equal numbers may differ by this. False if it leaves open whether two pairs are equal. */
  widen(reach: number): boolean {
    this.reach = reach;
    this.width = SQUARE * reach;
    return this.sort(this.places.fill(0));
  }

  /** Adds a pair. False if it may be equal to one that is there, or if there is no room left. */
  add(x: number, y: number): boolean {
    const p = x / this.width;
    const q = y / this.width;
    // Written so that NaN is not added.
    if (!(Math.abs(p) < MOST_SQUARES && Math.abs(q) < MOST_SQUARES)) return false;
    const i = Math.floor(p);
    const j = Math.floor(q);
    const besideI = i + besides(p - i);
    const besideJ = j + besides(q - j);
    if (besideI !== i && this.find(x, y, besideI, j) < 0) return false;
    if (besideJ !== j && this.find(x, y, i, besideJ) < 0) return false;
    if (besideI !== i && besideJ !== j && this.find(x, y, besideI, besideJ) < 0) return false;
    const place = this.find(x, y, i, j);
    if (place < 0) return false;
    this.pairs[2 * this.count] = x;
    this.pairs[2 * this.count + 1] = y;
    this.places[place] = (hashOf(i, j) & ~NUMBERS) | ++this.count;
    return 2 * this.count < this.places.length || this.grow();
  }

  /** Where a pair can be put that belongs to a square; negative if one is there that may be equal. */
  private find(x: number, y: number, i: number, j: number): number {
    const { places, pairs, reach } = this;
    const hash = hashOf(i, j);
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const place = (hash + probe) & (places.length - 1);
      const held = places[place];
      if (held === 0) return place;
      if (((held ^ hash) & ~NUMBERS) !== 0) continue;
      const at = 2 * ((held & NUMBERS) - 1);
      if (Math.abs(pairs[at] - x) <= reach && Math.abs(pairs[at + 1] - y) <= reach) return -1;
    }
    return -1;
  }

  private grow(): boolean {
    if (GROWTH * this.count > this.mostPairs) return false;
    const { pairs, count, width } = this;
    const most = Math.min(FEW_PAIRS, this.mostPairs);
    const growth = GROWTH ** 2 * count <= most ? GROWTH ** 2 : GROWTH;
    this.pairs = new Float64Array(growth * pairs.length);
    this.pairs.set(pairs);
    this.places = new Int32Array(growth * this.places.length);
    for (let k = 0; k < count; k++)
      this.put(hashOf(Math.floor(pairs[2 * k] / width), Math.floor(pairs[2 * k + 1] / width)), k);
    return true;
  }

  /** Gives a pair that is known to differ from all others a place. */
  private put(hash: number, number: number): void {
    const { places } = this;
    let place = hash & (places.length - 1);
    while (places[place] !== 0) place = (place + 1) & (places.length - 1);
    places[place] = (hash & ~NUMBERS) | (number + 1);
  }

  /** Puts all pairs into these places. */
  private sort(places: Int32Array<ArrayBuffer>): boolean {
    const { pairs, count } = this;
    this.places = places;
    this.count = 0;
    while (this.count < count) if (!this.add(pairs[2 * this.count], pairs[2 * this.count + 1])) return false;
    return true;
  }
}

function hashOf(i: number, j: number): number {
  let hash = Math.imul(i, 0x9e3779b1) ^ Math.imul(j, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

/** The side of a square on which an equal may lie in the next one, from a place in it: -1, 0 or 1. */
function besides(place: number): number {
  return place < MARGIN ? -1 : place > 1 - MARGIN ? 1 : 0;
}
