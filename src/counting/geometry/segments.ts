import { CellStack } from './cellStack.ts';
import { BOTH, NEGATIVE, POSITIVE, ZERO, type ExactSigns, type Geometry } from './geometry.ts';
import type { CellOutline } from './cellOutline.ts';
import { classifyUnits, type SignQuery } from './signQuery.ts';

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

interface Segment {
  readonly from: End;
  readonly to: End;
}

/** Parts of the interval [0, 1]. */
export class Segments extends CellStack<Segment> implements Geometry {
  readonly dimension = 1;
  low = 0;
  high = 0;
  private crossing!: End;
  private leftIsPositive = false;
  private readonly through = new Float64Array(1);

  constructor(private readonly exactSigns: ExactSigns) {
    super(unitInterval());
  }

  get from(): End {
    return this.cell.from;
  }

  get to(): End {
    return this.cell.to;
  }

  reset(): void {
    this.aside = [];
    this.cell = unitInterval();
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
        // A sign that was resolved exactly may differ from the sign of the value at the stored end.
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
    const left: Segment = { from: this.from, to: { ...this.crossing, cut: leftCut } };
    const right: Segment = { from: { ...this.crossing, cut: -leftCut }, to: this.to };
    const keepLeft = keepPositive === this.leftIsPositive;
    this.aside.push(keepLeft ? right : left);
    this.cell = keepLeft ? left : right;
  }

  clip(cut: number): void {
    this.split(true, cut);
    this.aside.pop();
  }

  /** Several breakpoints may coincide: only cutting can decide. */
  countParts(): number {
    return 0;
  }

  corners(): CellOutline {
    return { corners: [[this.from.x], [this.to.x]], facets: [[0], [1]] };
  }

  remaining(): number {
    return this.all().reduce((sum, { from, to }) => sum + to.x - from.x, 0);
  }

  bounds(rows: Float64Array, at: number): void {
    const left = rows[at] * this.from.x + rows[at + 1];
    const right = rows[at] * this.to.x + rows[at + 1];
    const error = Math.abs(rows[at]) * Math.max(this.from.error, this.to.error);
    this.low = Math.min(left, right) - error;
    this.high = Math.max(left, right) + error;
  }

  signs(rows: Float64Array, at: number, shift: number, tolerance: number, id: number): number {
    const { from, to } = this.cell;
    const a = rows[at];
    const left = a * from.x + rows[at + 1];
    const right = a * to.x + rows[at + 1];
    const margin = tolerance + Math.abs(a) * Math.max(from.error, to.error);
    if (Math.min(left, right) - margin > shift) return POSITIVE;
    if (Math.max(left, right) + margin < shift) return NEGATIVE;
    return this.side(rows, at, shift, tolerance, id);
  }

  classify(query: SignQuery): number {
    return classifyUnits(query, this);
  }

  facets(visit: (cut: number, key: number, line: number) => void, isWanted?: (line: number) => boolean): void {
    for (const { cut, x, line } of [this.from, this.to]) {
      if (cut !== 0 && (!isWanted || isWanted(line))) visit(cut, x, line);
    }
  }

  boundary(visit: (line: number) => void): void {
    for (const { line } of [this.from, this.to]) visit(line);
  }

  /** On which of its ends functions vanish is not told. */
  wasTied(): boolean {
    return true;
  }

  openCuts(visit: (cut: number) => void): void {
    for (const { from, to } of this.all()) {
      visit(Math.abs(from.cut));
      visit(Math.abs(to.cut));
    }
  }
}

function unitInterval(): Segment {
  return {
    from: { x: 0, error: 0, line: -1, cut: 0, name: 0 },
    to: { x: 1, error: 0, line: -2, cut: 0, name: 0 },
  };
}
