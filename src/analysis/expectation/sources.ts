import { KnownPairs } from './knownPairs.ts';
import { OriginSet } from './originSet.ts';
import type { Covariance, Reads, Source } from './randomTensor.ts';
import { rounded } from './rounded.ts';

/** Sums of one source's channels, one after the other. */
interface Run {
  readonly values: Float64Array;
  readonly slots: Int32Array;
  readonly origins: Int32Array;
  readonly start: number;
  readonly end: number;
}

function isOneRun(slots: Int32Array, origins: Int32Array, at: number): boolean {
  return slots[at] === slots[at - 1] && origins[at] === origins[at - 1] + 1;
}

/** The sources of one draw, and which zeros were counted. */
export class Sources {
  private readonly sources: Source[] = [];
  private slots = 0;
  /** By slot: the number of its source, its place there, a factor, and the moments times its square. */
  private ofSource = new Int32Array(1024);
  private places = new Int32Array(1024);
  private factors = new Float64Array(1024);
  private squares = [new Float64Array(1024), new Float64Array(1024), new Float64Array(1024)];
  private origins = 0;
  private readonly sums = new Map<number, Run[]>();
  /** By their names: numbers that are equal at a breakpoint that was counted. */
  private readonly equal = new KnownPairs();
  private readonly counted = new Map<number, OriginSet>();

  /** The number of the source's first slot. */
  add(source: Source): number {
    const first = this.slots;
    const own = this.sources.push(source) - 1;
    this.reserve(source.q.length);
    for (let place = 0; place < source.q.length; place++) this.push(own, place, 1);
    return first;
  }

  /** Slots for the same numbers times a factor, by cell; -1 stays. */
  scaled(slots: Int32Array, factor: number): Int32Array {
    let first = this.slots;
    for (let i = 0; i < slots.length; i++) if (slots[i] >= 0 && slots[i] < first) first = slots[i];
    const known = new Int32Array(this.slots - first).fill(-1);
    this.reserve(known.length);
    const image = new Int32Array(slots.length).fill(-1);
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      if (slot < 0) continue;
      if (known[slot - first] < 0) {
        known[slot - first] = this.slots;
        this.push(this.ofSource[slot], this.places[slot], this.factors[slot] * factor);
      }
      image[i] = known[slot - first];
    }
    return image;
  }

  private push(own: number, place: number, factor: number): void {
    const { q, c, r } = this.sources[own];
    const slot = this.slots++;
    this.ofSource[slot] = own;
    this.places[slot] = place;
    this.factors[slot] = factor;
    this.squares[0][slot] = factor ** 2 * q[place];
    this.squares[1][slot] = factor ** 2 * c[place];
    this.squares[2][slot] = factor ** 2 * r[place];
  }

  private reserve(more: number): void {
    const needed = this.slots + more;
    if (needed <= this.places.length) return;
    const size = 2 * needed;
    const grown = (numbers: Float64Array) => {
      const larger = new Float64Array(size);
      larger.set(numbers);
      return larger;
    };
    const [ofSource, places] = [new Int32Array(size), new Int32Array(size)];
    ofSource.set(this.ofSource);
    places.set(this.places);
    [this.ofSource, this.places, this.factors] = [ofSource, places, grown(this.factors)];
    this.squares = this.squares.map(grown);
  }

  newOrigins(count: number): Int32Array {
    const ids = new Int32Array(count);
    for (let i = 0; i < count; i++) ids[i] = this.origins++;
    return ids;
  }

  /**
   * One origin for sums that are equal numbers, up to the factors of their slots; others are new. Sums are equal only
   * where their newest terms are, and these only where their variances are.
   */
  originsOfSums(values: Float64Array, slots: Int32Array, before: Int32Array): Int32Array {
    const origins = this.newOrigins(values.length);
    for (let start = 0, end = 0; start < values.length; start = end) {
      for (end = start + 1; end < values.length && isOneRun(slots, before, end);) end++;
      if (slots[start] < 0) continue;
      const slot = slots[start];
      const name = rounded(this.sourceOf(slot).q[this.places[slot]]);
      const alike = this.sums.get(name) ?? [];
      if (alike.length > 0) this.shareOrigins(alike, values, slots, origins, start, end);
      alike.push({ values, slots, origins, start, end });
      this.sums.set(name, alike);
    }
    return origins;
  }

  private shareOrigins(
    alike: readonly Run[],
    values: Float64Array,
    slots: Int32Array,
    origins: Int32Array,
    start: number,
    end: number,
  ): void {
    const known = new Map<number, number>();
    const nameOf = (run: Pick<Run, 'values' | 'slots'>, i: number) =>
      rounded(run.values[i] / this.factors[run.slots[i]]);
    for (const run of alike) for (let i = run.start; i < run.end; i++) known.set(nameOf(run, i), run.origins[i]);
    for (let i = start; i < end; i++) origins[i] = known.get(nameOf({ values, slots }, i)) ?? origins[i];
  }

  /** The origins of cells that were counted where they, multiplied by a factor, reach the level. */
  countedAt(level: number, factor: number): OriginSet {
    const key = level === 0 ? 0 : level / factor;
    const known = this.counted.get(key);
    if (known) return known;
    const counted = new OriginSet();
    this.counted.set(key, counted);
    return counted;
  }

  /** Of a number of this slot, whatever it was multiplied by since. */
  nameOf(value: number, slot: number): number {
    return rounded(slot < 0 ? value : value / this.factors[slot]);
  }

  /** Notes that a breakpoint where these numbers are equal was counted. */
  areEqual(one: number, other: number): void {
    this.equal.firstOf(Math.min(one, other), Math.max(one, other), 0);
  }

  /** Whether it was: a breakpoint of one layer may be that of another one, which reads the same numbers. */
  wereEqual(one: number, other: number): boolean {
    return this.equal.has(Math.min(one, other), Math.max(one, other));
  }

  private sourceOf(slot: number): Source {
    return this.sources[this.ofSource[slot]];
  }

  /** What a slot's numbers were multiplied by. */
  factorOf(slot: number): number {
    return this.factors[slot];
  }

  /** Whether all cells have slots, and all of these sources are one layer's. */
  areOfLayer(slots: Int32Array, layer: number): boolean {
    for (let i = 0; i < slots.length; i++)
      if (slots[i] < 0 || (slots[i] !== slots[i - 1] && this.sourceOf(slots[i]).layer !== layer)) return false;
    return true;
  }

  layerOf(slot: number): number {
    return this.sourceOf(slot).layer;
  }

  filtersOf(slot: number): number {
    return this.sourceOf(slot).filters;
  }

  moments(slot: number): readonly [q: number, c: number, r: number] {
    const [q, c, r] = this.squares;
    return [q[slot], c[slot], r[slot]];
  }

  readsKeepSign(slot: number): boolean {
    return this.sourceOf(slot).readsKeepSign;
  }

  reads(slot: number): Reads {
    return this.sourceOf(slot).reads(this.places[slot]);
  }

  areOfOneSource(a: number, b: number): boolean {
    return this.ofSource[a] === this.ofSource[b];
  }

  haveOneFactor(a: number, b: number): boolean {
    return this.factors[a] === this.factors[b];
  }

  /** Of the same channel at two slots that have one factor. */
  covariance(a: number, b: number): Covariance {
    if (!this.areOfOneSource(a, b)) return [0, 0, 0, 0];
    const covariance = this.sourceOf(a).covariance(this.places[a], this.places[b]);
    if (this.factors[a] === 1) return covariance;
    const [value, first, second, slopes] = covariance;
    const square = this.factors[a] ** 2;
    return [square * value, square * first, square * second, square * slopes];
  }
}
