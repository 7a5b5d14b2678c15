/**
 * The rows of a tensor that were written, in order. Each reader knows how far it has read; one that comes late finds
 * that any row may have changed.
 */
export class ChangeLog {
  /** How many writes there have been. */
  count = 0;
  private readonly rows: Int32Array;

  /** Of a tensor with this many rows. */
  constructor(rows: number) {
    this.rows = new Int32Array(Math.max(1, rows));
  }

  add(row: number): void {
    this.rows[this.count++ % this.rows.length] = row;
  }

  addAll(): void {
    this.count += this.rows.length + 1;
  }

  /** Whether the writes from `position` on are no longer listed. */
  isLost(position: number): boolean {
    return this.count - position > this.rows.length;
  }

  /** The row of a write that is still listed; a row may be in several. */
  at(position: number): number {
    return this.rows[position % this.rows.length];
  }
}
