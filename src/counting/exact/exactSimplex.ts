/** `coefficients . x + constant`; where `isConstant` is false, the last number is a coefficient like the others. */
type Row = readonly bigint[];

/**
 * Whether a linear function takes a positive value in a box of integer sides cut by halfspaces (`row >= 0`), in exact
 * arithmetic: the dual simplex method on a dictionary of integers over one denominator (Edmonds 1967), with Bland's
 * rule, which ends. Rows have a number for each side of the box and a constant.
 */
export function takesPositiveValue(
  objective: Row,
  constraints: readonly Row[],
  lower: readonly bigint[],
  upper: readonly bigint[],
): boolean {
  return new ExactSimplex(objective, constraints, lower, upper).isPositive();
}

class ExactSimplex {
  private readonly table: bigint[][];
  private readonly objective: bigint[];
  private readonly names: number[];
  private readonly columnNames: number[];
  private readonly columns: number;
  private denominator = 1n;

  constructor(objective: Row, constraints: readonly Row[], lower: readonly bigint[], upper: readonly bigint[]) {
    const columns = (this.columns = lower.length);
    const isAtUpper = lower.map((_, j) => objective[j] > 0n);
    const moved = (row: Row) => {
      const result = lower.map((_, j) => (isAtUpper[j] ? -row[j] : row[j]));
      const corner = lower.reduce((sum, low, j) => sum + row[j] * (isAtUpper[j] ? upper[j] : low), row[columns]);
      return [...result, corner];
    };
    this.objective = moved(objective);
    const opposite = lower.map((low, j) => [...lower.map((_, k) => (k === j ? -1n : 0n)), upper[j] - low]);
    this.table = [...constraints.map(moved), ...opposite];
    this.names = this.table.map((_, i) => i);
    this.columnNames = lower.map((_, j) => this.table.length + j);
  }

  isPositive(): boolean {
    const { columns, objective } = this;
    while (objective[columns] > 0n) {
      const row = this.violated();
      if (row < 0) return true;
      const column = this.leaving(row);
      // No point satisfies that row.
      if (column < 0) return false;
      this.pivot(row, column);
    }
    return false;
  }

  private violated(): number {
    let found = -1;
    this.table.forEach((row, i) => {
      if (row[this.columns] < 0n && (found < 0 || this.names[i] < this.names[found])) found = i;
    });
    return found;
  }

  private leaving(row: number): number {
    const { objective, columnNames, columns } = this;
    const rates = this.table[row];
    let found = -1;
    for (let k = 0; k < columns; k++) {
      if (rates[k] <= 0n) continue;
      const difference = found < 0 ? -1n : objective[found] * rates[k] - objective[k] * rates[found];
      if (difference < 0n || (difference === 0n && columnNames[k] < columnNames[found])) found = k;
    }
    return found;
  }

  private pivot(row: number, column: number): void {
    const { table, denominator } = this;
    const from = table[row];
    const pivot = from[column];
    for (const to of [...table, this.objective]) {
      if (to === from) continue;
      const factor = to[column];
      for (let c = 0; c < to.length; c++) {
        if (c !== column) to[c] = (to[c] * pivot - factor * from[c]) / denominator;
      }
    }
    for (let c = 0; c < from.length; c++) from[c] = c === column ? denominator : -from[c];
    this.denominator = pivot;
    const name = this.names[row];
    this.names[row] = this.columnNames[column];
    this.columnNames[column] = name;
  }
}
