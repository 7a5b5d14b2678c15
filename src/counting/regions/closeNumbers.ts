/** Numbers are sorted into squares of this many times what they may be off. */
const SQUARE = 2 ** 8;
/** The share of a square's side at which a pair may have an equal in the next square. */
const MARGIN = 2 / SQUARE;
/** Beyond this many squares from zero, the place in one is lost to rounding. */
const MOST_SQUARES = 2 ** 36;
/** Places looked at for one pair, at most: where there are more pairs close to it, it is not told apart. */
const MOST_PROBES = 2 ** 8;
const FIRST_PLACES = 2 ** 12;
const MOST_PLACES = 2 ** 22;
const GROWTH = 4;
/** Bytes of a place, and numbers. */
const PLACE_BYTES = 16;
const PLACE = 2;

/** A set of pairs of numbers, each of which may be off, in a table of squares; finds pairs that may be equal. */
export class CloseNumbers {
  count = 0;
  /** Two numbers at each place, NaN where it is free; the number of places is a power of two, half of them free. */
  private pairs = new Float64Array(PLACE * FIRST_PLACES).fill(NaN);
  private places = FIRST_PLACES;
  private reach = 0;
  private width = 0;
  private readonly mostPlaces: number;

  /** With room for at most this many bytes. */
  constructor(mostBytes = Infinity) {
    this.mostPlaces = Math.min(MOST_PLACES, mostBytes / PLACE_BYTES);
  }

  get mostPairs(): number {
    return this.mostPlaces / 2;
  }

  /** No more pair can be added. */
  get isFull(): boolean {
    return 2 * this.count >= this.places && GROWTH * this.places > this.mostPlaces;
  }

  /** Clearing takes little time beside what it took to add the pairs. */
  get isWorthClearing(): boolean {
    return 8 * this.count > this.places;
  }

  clear(): void {
    this.pairs.fill(NaN);
    this.count = 0;
  }

  /** From now on equal numbers may differ by this. False if it leaves open whether two pairs are equal. */
  widen(reach: number): boolean {
    this.reach = reach;
    this.width = SQUARE * reach;
    return this.sort(this.places);
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
    const at = this.find(x, y, i, j);
    if (at < 0) return false;
    this.pairs[at] = x;
    this.pairs[at + 1] = y;
    this.count++;
    return 2 * this.count < this.places || this.grow();
  }

  /** Where a pair can be put that belongs to a square; negative if one is there that may be equal. */
  private find(x: number, y: number, i: number, j: number): number {
    const { pairs, places, reach } = this;
    let hash = Math.imul(i, 0x9e3779b1) ^ Math.imul(j, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash ^= hash >>> 13;
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const at = PLACE * ((hash + probe) & (places - 1));
      const known = pairs[at];
      if (Number.isNaN(known)) return at;
      if (Math.abs(known - x) <= reach && Math.abs(pairs[at + 1] - y) <= reach) return -1;
    }
    return -1;
  }

  private grow(): boolean {
    return GROWTH * this.places <= this.mostPlaces && this.sort(GROWTH * this.places);
  }

  /** Makes a table of this many places, for all pairs. */
  private sort(places: number): boolean {
    const { pairs, count } = this;
    this.pairs = new Float64Array(PLACE * places).fill(NaN);
    this.places = places;
    this.count = 0;
    for (let at = 0; this.count < count; at += PLACE) {
      if (!Number.isNaN(pairs[at]) && !this.add(pairs[at], pairs[at + 1])) return false;
    }
    return true;
  }
}

/** The side of a square on which an equal may lie in the next one, from a place in it: -1, 0 or 1. */
function besides(place: number): number {
  return place < MARGIN ? -1 : place > 1 - MARGIN ? 1 : 0;
}
