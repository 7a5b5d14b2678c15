/** Slack allowed in feasibility while pivoting; answers are checked afterwards. */
const SLACK = 1e-10;

/**
 * Maximizes a linear function over a box cut by halfspaces, in doubles: the dual simplex method on a dictionary, which
 * starts at the box's best corner and mends one violated constraint after another. What it finds is a guess that the
 * caller proves.
 */
export class DualSimplex {
  /** Rows of what is basic, `columns + 1` numbers each, the constant last; the objective's row is the last one. */
  private table = new Float64Array(1024);
  private names = new Int32Array(64);
  private readonly columnNames: Int32Array;
  private rows = 0;
  private constraints = 0;
  private readonly isOnSide: Uint8Array;
  /** Where the maximum is. */
  readonly point: Float64Array;
  /**
   * The constraints that are tight there (by their place), and what the objective loses for each unit of slack in them.
   */
  readonly tight: Int32Array;
  readonly prices: Float64Array;
  /** As many coordinates as constraints are tight: those that are not tight on a side of the box. */
  readonly free: Int32Array;

  constructor(
    private readonly lower: Float64Array,
    private readonly upper: Float64Array,
  ) {
    this.columnNames = new Int32Array(lower.length);
    this.point = new Float64Array(lower.length);
    this.tight = new Int32Array(lower.length);
    this.prices = new Float64Array(lower.length);
    this.free = new Int32Array(lower.length);
    this.isOnSide = new Uint8Array(lower.length);
  }

  get value(): number {
    return this.table[(this.rows + 1) * (this.columns + 1) - 1];
  }

  private get columns(): number {
    return this.lower.length;
  }

  /**
   * Constraint `i` is `constraints[i] . x + constants[i] >= 0`; of each vector the first `columns` numbers are read.
   */
  load(constraints: readonly Float64Array[], constantAt: number, objective: Float64Array): void {
    const { lower, upper, columns } = this;
    this.constraints = constraints.length;
    this.rows = constraints.length + columns;
    const width = columns + 1;
    const need = (this.rows + 1) * width;
    if (this.table.length < need) this.table = new Float64Array(2 * need);
    if (this.names.length < this.rows) this.names = new Int32Array(2 * this.rows);
    const { table, names, columnNames } = this;
    table.fill(0, 0, need);
    for (let j = 0; j < columns; j++) columnNames[j] = this.constraints + 2 * j + Number(objective[j] > 0);
    for (let i = 0; i <= this.constraints; i++) {
      const row = i < this.constraints ? constraints[i] : objective;
      const at = (i < this.constraints ? i : this.rows) * width;
      let constant = constantAt < row.length ? row[constantAt] : 0;
      for (let j = 0; j < columns; j++) {
        const isAtUpper = objective[j] > 0;
        constant += row[j] * (isAtUpper ? upper[j] : lower[j]);
        table[at + j] = isAtUpper ? -row[j] : row[j];
      }
      table[at + columns] = constant;
      if (i < this.constraints) names[i] = i;
    }
    for (let j = 0; j < columns; j++) {
      const at = (this.constraints + j) * width;
      table[at + j] = -1;
      table[at + columns] = upper[j] - lower[j];
      names[this.constraints + j] = this.constraints + 2 * j + Number(!(objective[j] > 0));
    }
  }

  /** Pivots until `enough` says so (asked with each smaller value) or the maximum is found; false when it gives up. */
  run(enough: () => boolean): boolean {
    for (let left = 50 + 4 * this.rows; left > 0; left--) {
      if (enough()) return true;
      const row = this.mostViolated();
      if (row < 0) return true;
      const column = this.leaving(row);
      if (column < 0) return false;
      this.pivot(row, column);
    }
    return false;
  }

  private mostViolated(): number {
    const { table, columns, rows } = this;
    let worst = -SLACK;
    let found = -1;
    for (let i = 0, at = columns; i < rows; i++, at += columns + 1) {
      if (table[at] >= worst) continue;
      worst = table[at];
      found = i;
    }
    return found;
  }

  private leaving(row: number): number {
    const { table, columns, rows } = this;
    const objective = rows * (columns + 1);
    const at = row * (columns + 1);
    let best = Infinity;
    let found = -1;
    for (let k = 0; k < columns; k++) {
      const rate = table[at + k];
      if (rate <= SLACK) continue;
      const ratio = Math.max(0, -table[objective + k]) / rate;
      // Of ties the greatest pivot, for the sake of rounding.
      if (ratio > best || (ratio === best && rate <= table[at + found])) continue;
      best = ratio;
      found = k;
    }
    return found;
  }

  private pivot(row: number, column: number): void {
    const { table, columns, rows, names, columnNames } = this;
    const width = columns + 1;
    const at = row * width;
    const inverse = 1 / table[at + column];
    for (let c = 0; c < width; c++) table[at + c] *= -inverse;
    table[at + column] = inverse;
    for (let i = 0, to = 0; i <= rows; i++, to += width) {
      const factor = table[to + column];
      if (i === row || factor === 0) continue;
      table[to + column] = 0;
      for (let c = 0; c < width; c++) table[to + c] += factor * table[at + c];
    }
    const name = names[row];
    names[row] = columnNames[column];
    columnNames[column] = name;
  }

  /** Fills in the point, and which of the halfspaces are tight with which prices; returns the number of these. */
  read(): number {
    const { table, columns, rows, names, columnNames, constraints, lower, upper, point, tight, prices } = this;
    const place = (name: number, slack: number) => {
      const j = (name - constraints) >> 1;
      point[j] = ((name - constraints) & 1) === 0 ? lower[j] + slack : upper[j] - slack;
    };
    for (let i = 0; i < rows; i++) if (names[i] >= constraints) place(names[i], table[i * (columns + 1) + columns]);
    let count = 0;
    this.isOnSide.fill(0);
    for (let k = 0; k < columns; k++) {
      const name = columnNames[k];
      if (name >= constraints) {
        place(name, 0);
        this.isOnSide[(name - constraints) >> 1] = 1;
      } else {
        tight[count] = name;
        prices[count++] = Math.max(0, -table[rows * (columns + 1) + k]);
      }
    }
    for (let j = 0, to = 0; j < columns && to < count; j++) if (this.isOnSide[j] === 0) this.free[to++] = j;
    return count;
  }
}
