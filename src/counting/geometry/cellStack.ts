/** The current cell and the parts put aside, the last one on top. Cells are objects that never change. */
export abstract class CellStack<Cell> {
  protected aside: Cell[] = [];

  constructor(protected cell: Cell) {}

  pop(): void {
    this.cell = this.aside.pop() ?? this.cell;
  }

  duplicate(): void {
    this.aside.push(this.cell);
  }

  swap(): void {
    const { cell } = this;
    this.pop();
    this.aside.push(cell);
  }

  /** All cells, the current one last. */
  protected all(): readonly Cell[] {
    return [...this.aside, this.cell];
  }
}
