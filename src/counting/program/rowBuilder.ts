import { grown, type SparseMatrix } from './program.ts';

const scratch = new Float64Array(1);
const scratchWords = new Int32Array(scratch.buffer);

/** Collects a sparse matrix row by row; zeros are left out. A row like one before takes that one's entries. */
export class RowBuilder {
  private readonly start: number[] = [];
  private readonly end: number[] = [];
  private readonly base: number[] = [];
  private offset = new Int32Array(64);
  private value = new Float64Array(64);
  private length = 0;
  /** Where the row begins that is being collected. */
  private first = 0;
  /** Rows whose entries are held, by a number that like rows have in common. */
  private readonly known = new Map<number, number[]>();

  entry(column: number, value: number): void {
    if (value === 0) return;
    if (this.length === this.offset.length) {
      this.offset = grown(this.offset);
      this.value = grown(this.value);
    }
    this.offset[this.length] = column;
    this.value[this.length++] = value;
  }

  endRow(): void {
    const { first, length, offset } = this;
    const base = length > first ? offset[first] : 0;
    for (let e = first; e < length; e++) offset[e] -= base;
    const like = this.rowLike();
    this.base.push(base);
    this.start.push(like < 0 ? first : this.start[like]);
    this.end.push(like < 0 ? length : this.end[like]);
    if (like >= 0) this.length = first;
    else this.first = length;
  }

  /** A row like `row`, `shift` columns behind it. */
  repeat(row: number, shift: number): void {
    const [start, end] = [this.start[row], this.end[row]];
    this.base.push(start < end ? this.base[row] + shift : 0);
    this.start.push(start);
    this.end.push(end);
  }

  get rows(): number {
    return this.start.length;
  }

  matrix(columns: number): SparseMatrix {
    return {
      rows: this.start.length,
      columns,
      start: Uint32Array.from(this.start),
      end: Uint32Array.from(this.end),
      base: Int32Array.from(this.base),
      offset: this.offset.slice(0, this.length),
      value: this.value.slice(0, this.length),
    };
  }

  /** A row before that has the same entries as the one that is being collected, which is held otherwise; or -1. */
  private rowLike(): number {
    const key = this.key();
    const rows = this.known.get(key);
    const like = rows?.find((row) => this.isLike(row));
    if (like !== undefined) return like;
    if (rows) rows.push(this.start.length);
    else this.known.set(key, [this.start.length]);
    return -1;
  }

  /** Of a few entries, since almost all rows of a dense matrix differ there. */
  private key(): number {
    const { first, length } = this;
    let key = length - first;
    if (length > first)
      for (const e of [first, (first + length) >> 1, length - 1])
        key = mixed(mixed(key, this.value[e]), this.offset[e]);
    return key;
  }

  private isLike(row: number): boolean {
    const { first, length, offset, value } = this;
    if (this.end[row] - this.start[row] !== length - first) return false;
    for (let e = first, other = this.start[row]; e < length; e++, other++)
      if (value[e] !== value[other] || offset[e] !== offset[other]) return false;
    return true;
  }
}

function mixed(key: number, value: number): number {
  scratch[0] = value;
  return Math.imul(Math.imul(key ^ scratchWords[0], 0x9e3779b1) ^ scratchWords[1], 0x85ebca6b);
}
