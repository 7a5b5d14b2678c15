import { lineKernel } from './lineKernel.ts';

/** What `scripts/assembly/lineKernel.ts` exports; vectors are given by where they are. */
export interface LineKernel {
  gather(
    size: number,
    c0: number,
    c1: number,
    c2: number,
    c3: number,
    list: number,
    rank: number,
    values: number,
  ): number;
  addProduct(
    groups: number,
    groupCount: number,
    list: number,
    rank: number,
    values: number,
    d0: number,
    d1: number,
    d2: number,
    d3: number,
    scratch: number,
  ): void;
  addSparse(
    rows: number,
    start: number,
    end: number,
    base: number,
    offset: number,
    value: number,
    s0: number,
    s1: number,
    s2: number,
    s3: number,
    d0: number,
    d1: number,
    d2: number,
    d3: number,
  ): void;
  scan(
    size: number,
    knots: number,
    columns: number,
    steps: number,
    values: number,
    slopes: number,
    lows: number,
    highs: number,
    steepest: number,
  ): void;
  scale(size: number, from: number, factors: number, to: number): void;
  addScaled(size: number, from: number, factors: number, to: number): void;
  select(size: number, from: number, places: number, to: number): void;
  addTimes(size: number, from: number, factor: number, to: number): void;
  clear(at: number, bytes: number): void;
  leaders(
    groups: number,
    start: number,
    members: number,
    states: number,
    knots: number,
    columns: number,
    steps: number,
    values: number,
    slopes: number,
    tolerance: number,
    error: number,
    found: number,
  ): void;
}

const PAGE = 1 << 16;
/** Of any vector, for the widest reads of the kernel. */
const ALIGNED = 32;
/** Memory grows by at least this many pages, so that new views are seldom needed. */
const MIN_PAGES = 64;
/** Addresses stay below 2^31. */
const MAX_PAGES = 1 << 15;

let compiled: WebAssembly.Module | undefined;

/** Thrown where the memory of the kernel is used up. */
export class LineMemoryFull extends Error {}

/** The kernel's memory: vectors are taken, and given back to be used again. */
export class LineMemory {
  readonly kernel: LineKernel;
  floats!: Float64Array;
  words!: Uint32Array;
  bytes!: Uint8Array;
  private readonly memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES });
  private top = ALIGNED;
  /** Vectors given back, by their length in bytes. */
  private readonly idle = new Map<number, number[]>();

  constructor() {
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(lineKernel), (c) => c.charCodeAt(0)));
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory: this.memory } });
    this.kernel = exports as unknown as LineKernel;
    this.look();
  }

  get byteLength(): number {
    return this.memory.buffer.byteLength;
  }

  /** All that was taken is given back. */
  reset(): void {
    this.top = ALIGNED;
    this.idle.clear();
  }

  /** Room for as many bytes, zero. Errors: `LineMemoryFull`. */
  take(bytes: number): number {
    const length = ALIGNED * Math.ceil(bytes / ALIGNED) + ALIGNED;
    const found = this.idle.get(length)?.pop();
    if (found !== undefined) {
      this.kernel.clear(found, length);
      return found;
    }
    const at = this.top;
    const missing = Math.ceil((at + length) / PAGE) - this.memory.buffer.byteLength / PAGE;
    if (missing > 0) this.grow(missing);
    this.top += length;
    this.kernel.clear(at, length);
    return at;
  }

  /** What was taken with as many bytes is no longer used. */
  give(at: number, bytes: number): void {
    const length = ALIGNED * Math.ceil(bytes / ALIGNED) + ALIGNED;
    const list = this.idle.get(length);
    if (list) list.push(at);
    else this.idle.set(length, [at]);
  }

  takeFloats(values: ArrayLike<number>): number {
    const at = this.take(8 * values.length);
    this.floats.set(values, at / 8);
    return at;
  }

  takeWords(values: ArrayLike<number>): number {
    const at = this.take(4 * values.length);
    this.words.set(values, at / 4);
    return at;
  }

  private grow(missing: number): void {
    const held = this.memory.buffer.byteLength / PAGE;
    const wanted = Math.min(Math.max(missing, MIN_PAGES, held >> 2), MAX_PAGES - held);
    if (wanted < missing) throw new LineMemoryFull();
    try {
      this.memory.grow(wanted);
    } catch {
      throw new LineMemoryFull();
    }
    this.look();
  }

  private look(): void {
    const { buffer } = this.memory;
    this.floats = new Float64Array(buffer);
    this.words = new Uint32Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }
}
