import type { ExactNumbers } from './exactNumbers.ts';

/** What is known of the numbers of each tensor on the current cell, until the cell it belongs to is left. */
export class CellRows<T> {
  private readonly known: readonly Map<number, T>[];
  private readonly serials: number[];

  /** `serial[s]` changes whenever the cell of stages 0 to `s` does. */
  constructor(
    private readonly numbers: ExactNumbers,
    private readonly serial: Float64Array,
    private readonly compute: (tensor: number, index: number) => T,
  ) {
    this.known = numbers.program.sizes.map(() => new Map<number, T>());
    this.serials = numbers.program.sizes.map(() => -1);
  }

  at(tensor: number, index: number): T {
    const writer = this.numbers.writerOf(tensor);
    const before = writer?.stagesBefore ?? 0;
    // A bending step's output depends on its own pattern as well, which is settled once a later stage asks.
    const settled = writer && writer.step.kind !== 'affine' ? before : before - 1;
    const serial = settled < 0 ? 0 : this.serial[settled];
    const rows = this.known[tensor];
    if (this.serials[tensor] !== serial) {
      rows.clear();
      this.serials[tensor] = serial;
    }
    const known = rows.get(index);
    if (known !== undefined) return known;
    const row = this.compute(tensor, index);
    rows.set(index, row);
    return row;
  }
}
