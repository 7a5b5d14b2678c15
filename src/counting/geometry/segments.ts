import { BOTH, NEGATIVE, POSITIVE, ZERO, type ExactSigns, type Geometry } from './geometry.ts';
import type { CellOutline } from './cellOutline.ts';

/** Absolute rounding error of a coordinate in [0, 1]. */
const COORDINATE_ERROR = 2 ** -52;

interface End {
  readonly x: number;
  readonly error: number;
  /** The function that vanishes here. */
  readonly line: number;
  /** Number of the cut that made it, negative on the negative side; 0 at the domain's ends. */
  readonly cut: number;
  /** What exact arithmetic calls it, or 0. */
  name: number;
}

/** Parts of the interval [0, 1], on a stack. */
export class Segments implements Geometry {
  readonly dimension = 1;
  low = 0;
  high = 0;
  from!: End;
  to!: End;
  private stack: [End, End][] = [];
  private crossing!: End;
  private leftIsPositive = false;
  private readonly through = new Float64Array(1);

  constructor(private readonly exactSigns: ExactSigns) {
    this.reset();
  }

  reset(): void {
    this.stack = [];
    this.from = { x: 0, error: 0, line: -1, cut: 0, name: 0 };
    this.to = { x: 1, error: 0, line: -2, cut: 0, name: 0 };
  }

  side(rows: Float64Array, at: number, shift: number, tolerance: number, id: number): number {
    const a = rows[at];
    const c = rows[at + 1] - shift;
    const left = this.valueAt(this.from, a, c, tolerance, id);
    const right = this.valueAt(this.to, a, c, tolerance, id);
    const found = (left > 0 || right > 0 ? POSITIVE : ZERO) | (left < 0 || right < 0 ? NEGATIVE : ZERO);
    if (found === BOTH) {
      const length = this.to.x - this.from.x;
      this.crossing = {
        x: this.from.x + (left / (left - right)) * length,
        // A sign that was settled exactly may not be that of the value where the end is held to be.
        error:
          COORDINATE_ERROR +
          2 * Math.max(this.from.error, this.to.error) +
          (8 * tolerance * length) / Math.abs(left - right),
        line: id,
        cut: 0,
        name: 0,
      };
      this.leftIsPositive = left > 0;
    }
    return found;
  }

  private valueAt(end: End, a: number, c: number, tolerance: number, id: number): number {
    const value = a * end.x + c;
    const margin = tolerance + Math.abs(a) * end.error;
    if (Math.abs(value) > margin) return value;
    if (end.line === id) return 0;
    this.through[0] = end.line;
    const sign = this.exactSigns.sign(id, this.through, end.name);
    end.name = this.exactSigns.name;
    return sign === 0 ? 0 : sign * Math.max(Math.abs(value), margin * 2 ** -20, Number.MIN_VALUE);
  }

  split(keepPositive: boolean, cut: number): void {
    const leftCut = this.leftIsPositive ? cut : -cut;
    const left: [End, End] = [this.from, { ...this.crossing, cut: leftCut }];
    const right: [End, End] = [{ ...this.crossing, cut: -leftCut }, this.to];
    const keepLeft = keepPositive === this.leftIsPositive;
    this.stack.push(keepLeft ? right : left);
    [this.from, this.to] = keepLeft ? left : right;
  }

  clip(cut: number): void {
    this.split(true, cut);
    this.stack.pop();
  }

  pop(): void {
    const part = this.stack.pop();
    if (part) [this.from, this.to] = part;
  }

  duplicate(): void {
    this.stack.push([this.from, this.to]);
  }

  swap(): void {
    const part = this.stack.pop();
    this.duplicate();
    if (part) [this.from, this.to] = part;
  }

  /** Two breakpoints or more may fall into one point: cutting tells. */
  countParts(): number {
    return 0;
  }

  corners(): CellOutline {
    return { corners: [[this.from.x], [this.to.x]], facets: [[0], [1]] };
  }

  remaining(): number {
    return this.stack.reduce((sum, [from, to]) => sum + to.x - from.x, this.to.x - this.from.x);
  }

  bounds(rows: Float64Array, at: number): void {
    const left = rows[at] * this.from.x + rows[at + 1];
    const right = rows[at] * this.to.x + rows[at + 1];
    const error = Math.abs(rows[at]) * Math.max(this.from.error, this.to.error);
    this.low = Math.min(left, right) - error;
    this.high = Math.max(left, right) + error;
  }

  classify(
    rows: Float64Array,
    breakpoints: readonly number[],
    tolerance: number,
    firstId: number,
    pattern: Int32Array,
    list: Int32Array,
    from: number,
    to: number,
    crossing: Int32Array,
    at: number,
  ): number {
    const { x: left, error: leftError } = this.from;
    const { x: right, error: rightError } = this.to;
    const count = breakpoints.length;
    let end = at;
    for (let k = from; k < to; k++) {
      const unit = list[k];
      const a = rows[2 * unit];
      const c = rows[2 * unit + 1];
      const margin = tolerance + Math.abs(a) * Math.max(leftError, rightError);
      const low = Math.min(a * left, a * right) + c - margin;
      const high = Math.max(a * left, a * right) + c + margin;
      let piece = 0;
      let found = POSITIVE;
      for (let b = 0; b < count && found === POSITIVE; b++) {
        if (low > breakpoints[b]) found = POSITIVE;
        else if (high < breakpoints[b]) found = NEGATIVE;
        else found = this.side(rows, 2 * unit, breakpoints[b], tolerance, firstId + unit * count + b);
        if (found === POSITIVE) piece = b + 1;
      }
      if (found === BOTH) crossing[end++] = unit;
      else pattern[unit] = piece;
    }
    return end;
  }

  facets(visit: (cut: number, key: number, line: number) => void): void {
    for (const { cut, x, line } of [this.from, this.to]) if (cut !== 0) visit(cut, x, line);
  }

  openCuts(visit: (cut: number) => void): void {
    for (const [from, to] of [...this.stack, [this.from, this.to]]) {
      visit(Math.abs(from.cut));
      visit(Math.abs(to.cut));
    }
  }
}
