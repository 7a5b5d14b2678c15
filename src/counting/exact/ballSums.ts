import { LOST, renewed, ROUNDED_UP, UNIT, type Ball } from './ball.ts';
import { ballKernel } from './ballKernel.ts';
import { EACH } from './ballTable.ts';

/** What `scripts/assembly/ballKernel.ts` exports; vectors are given by where they are. */
interface BallKernel {
  addBalls(count: number, weights: number, patch: number, state: number): void;
}

const PAGE = 1 << 16;
/** Doubles of a state, and of two balls. */
const STATE = 8;
const PAIR = 2 * EACH;
/** Weights of a row that there is room for from the beginning. */
const FIRST_ROOM = 256;

let compiled: WebAssembly.Module | undefined;

/**
 * Sums of weights times rows of balls, one sum for each coefficient. Products of high parts with their errors, and sums
 * of the former with theirs, are exact but for underflow (TwoProduct, TwoSum), so that the result is the last sum and
 * the small numbers: these errors and the products with low parts. With `n` entries each small number takes part in at
 * most `n + 3` operations, so that adding them up is off by at most `gamma(n + 3)` times the sum of their sizes (Higham
 * 2002, section 4.2): by less than `4 n u` times it as it is computed.
 */
export class BallSums {
  private readonly kernel: BallKernel;
  private readonly memory = new WebAssembly.Memory({ initial: 1 });
  private readonly pairs: number;
  private doubles!: Float64Array;
  private room = 0;
  private patchCount = 0;
  private entries = 0;

  /** For rows of `width` balls. */
  constructor(private readonly width: number) {
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(ballKernel), (c) => c.charCodeAt(0)));
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory: this.memory } });
    this.kernel = exports as unknown as BallKernel;
    this.pairs = Math.ceil(width / 2);
    this.reserve(FIRST_ROOM);
  }

  /** Takes the rows that begin at the first `count` of `places` in `rows` as what is multiplied next. */
  setPatch(rows: Float64Array, places: Int32Array, count: number): void {
    this.reserve(count);
    const { doubles, width } = this;
    let to = this.patchAt;
    for (let first = 0; first < width; first += 2) {
      const hasSecond = first + 1 < width;
      for (let i = 0; i < count; i++, to += PAIR) {
        const at = places[i] + EACH * first;
        for (let part = 0; part < EACH; part++) {
          doubles[to + 2 * part] = rows[at + part];
          doubles[to + 2 * part + 1] = hasSecond ? rows[at + EACH + part] : 0;
        }
      }
    }
    this.patchCount = count;
  }

  /** All sums are zero again but for the last, which is a double. */
  begin(last: number): void {
    this.doubles.fill(0, 0, STATE * this.pairs);
    const k = this.width - 1;
    this.doubles[STATE * (k >> 1) + (k & 1)] = last;
    this.entries = 1;
  }

  /** Adds the rows taken last times `values[first + picks[i]]`. */
  add(values: Float64Array, first: number, picks: Int32Array): void {
    const { doubles, kernel, patchCount: count, weightsAt, patchAt } = this;
    for (let i = 0; i < count; i++) doubles[weightsAt + i] = values[first + picks[i]];
    for (let pair = 0; pair < this.pairs; pair++)
      kernel.addBalls(count, 8 * weightsAt, 8 * (patchAt + PAIR * count * pair), 8 * STATE * pair);
    this.entries += count;
  }

  /** The sum of coefficient `k`. */
  ball(k: number): Ball {
    const { doubles, entries } = this;
    const at = STATE * (k >> 1) + (k & 1);
    const bound = (doubles[at + 6] + 4 * entries * UNIT * doubles[at + 4]) * ROUNDED_UP + entries * LOST;
    return renewed(doubles[at], doubles[at + 2], bound);
  }

  private get weightsAt(): number {
    return STATE * this.pairs;
  }

  private get patchAt(): number {
    // The kernel reads pairs.
    return this.weightsAt + 2 * Math.ceil(this.room / 2);
  }

  private reserve(count: number): void {
    if (count > this.room) {
      this.room = Math.max(count, 2 * this.room);
      const bytes = 8 * (this.patchAt + PAIR * this.pairs * this.room);
      const missing = Math.ceil((bytes - this.memory.buffer.byteLength) / PAGE);
      if (missing > 0) this.memory.grow(missing);
      const old = this.doubles as Float64Array | undefined;
      this.doubles = old?.buffer === this.memory.buffer ? old : new Float64Array(this.memory.buffer);
    }
  }
}
