type Counts = readonly (readonly number[])[];

/** Adds up the breakpoints of each unit over the lines of one set after another. */
export class UnitTotals {
  private readonly sums: (number[][] | null | undefined)[];
  private set = 0;
  private left: number;

  /** `lengths`: lines of each set. */
  constructor(private readonly lengths: readonly number[]) {
    this.sums = lengths.map(() => undefined);
    this.left = lengths[0] ?? 0;
    this.skipEmpty();
  }

  /** The next line belongs to a set. */
  get isWanted(): boolean {
    return this.set < this.lengths.length;
  }

  /** Takes the next line: breakpoints of each unit by layer index, or null where they are not known. */
  add(counts: Counts | null): void {
    const sum = this.sums[this.set];
    if (counts === null || sum === null) this.sums[this.set] = null;
    else if (sum === undefined) this.sums[this.set] = counts.map((units) => [...units]);
    else counts.forEach((units, layer) => units.forEach((count, unit) => (sum[layer][unit] += count)));
    this.left--;
    this.skipEmpty();
  }

  private skipEmpty(): void {
    while (this.isWanted && this.left === 0) this.left = this.lengths[++this.set] ?? 0;
  }

  /** By set; null where something is not known, no line belongs to it, or not all that do were taken. */
  totals(): (Counts | null)[] {
    return this.sums.map((sum, set) => (set < this.set ? (sum ?? null) : null));
  }
}
