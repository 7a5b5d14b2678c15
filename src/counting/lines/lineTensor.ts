import type { Knot } from './knots.ts';
import type { LineMemory } from './lineMemory.ts';

/** How much the slope of each number of a tensor changes at a knot: a vector, or the few numbers that change. */
export type Column = DenseColumn | SparseColumn;

interface DenseColumn {
  readonly at: number;
}

export interface SparseColumn {
  readonly places: number[];
  readonly changes: number[];
}

export function isDense(column: Column): column is DenseColumn {
  return 'at' in column;
}

/**
 * A tensor along a stretch, which is a piecewise affine function there: values and slopes at the start, and what the
 * slopes change by at the knots inside, where they do.
 */
export class LineTensor {
  readonly values: number;
  readonly slopes: number;
  readonly columns: Map<Knot, Column>;
  /** All values at the start are exactly zero, as at the origin in a network without biases. */
  startsAtZero = false;
  private readonly own: number[];
  private readonly bytes: number;

  /** A tensor that is zero; or with all that another one holds, which must not be used any more. */
  constructor(
    private readonly memory: LineMemory,
    readonly size: number,
    from?: LineTensor,
  ) {
    // The kernel goes by fours.
    this.bytes = 8 * (size + 4);
    this.own = from?.own.splice(0) ?? [];
    this.columns = from?.columns ?? new Map<Knot, Column>();
    this.values = from?.values ?? this.vector();
    this.slopes = from?.slopes ?? this.vector();
  }

  /** A vector of this tensor's size, zero. */
  vector(): number {
    const at = this.memory.take(this.bytes);
    this.own.push(at);
    return at;
  }

  dense(knot: Knot): number {
    const known = this.columns.get(knot);
    if (known && isDense(known)) return known.at;
    const at = this.vector();
    this.columns.set(knot, { at });
    known?.places.forEach((place, k) => (this.memory.floats[at / 8 + place] = known.changes[k]));
    return at;
  }

  /** The change of one number's slope at a knot, zero until now. */
  setChange(knot: Knot, place: number, change: number): void {
    const known = this.columns.get(knot);
    if (!known) this.columns.set(knot, { places: [place], changes: [change] });
    else if (isDense(known)) this.memory.floats[known.at / 8 + place] = change;
    else {
      known.places.push(place);
      known.changes.push(change);
    }
  }

  /** Adds to the change of one number's slope at a knot. */
  addChange(knot: Knot, place: number, change: number): void {
    const known = this.columns.get(knot);
    const k = !known || isDense(known) ? -1 : known.places.indexOf(place);
    if (known && isDense(known)) this.memory.floats[known.at / 8 + place] += change;
    else if (known && k >= 0) known.changes[k] += change;
    else this.setChange(knot, place, change);
  }

  changeAt(knot: Knot, place: number): number {
    const column = this.columns.get(knot);
    if (!column) return 0;
    if (isDense(column)) return this.memory.floats[column.at / 8 + place];
    const k = column.places.indexOf(place);
    return k < 0 ? 0 : column.changes[k];
  }

  /** Gives its memory back; it must not be used any more. */
  release(): void {
    for (const at of this.own) this.memory.give(at, this.bytes);
  }
}
