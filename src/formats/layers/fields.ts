import type { Severity } from '../../network/definition.ts';
import type { Padding, Window } from '../../network/operation.ts';
import { isList, Unresolved, unwrapTuple } from '../json/plain.ts';
import type { PlainRecord, PlainValue } from '../json/plain.ts';

/** Whose conventions hold where they differ: field names, defaults, slopes. */
export type Dialect = 'native' | 'keras1' | 'keras2' | 'keras3' | 'tfjs';

/** Something wrong with one field of a layer, or with the layer (`field` is null, or `type` for its type). */
export interface LayerIssue {
  readonly field: string | null;
  readonly code: string;
  readonly message: string;
  readonly severity: Severity;
  /** The word that was most likely meant. */
  readonly replacement?: string;
}

type Pair = readonly [number, number];

/** Beyond this, products of sizes leave the range of exact doubles. */
const MAX_SIZE = 2 ** 31 - 1;

function describe(value: PlainValue): string {
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/**
 * The fields of one layer, read with their types. What is missing or of the wrong type becomes an issue and a
 * harmless stand-in; `failure` then says why the layer as a whole cannot be analyzed.
 */
export class Fields {
  readonly dialect: Dialect;
  readonly issues: LayerIssue[] = [];
  failure: string | null = null;
  private readonly values: PlainRecord;
  private readonly asked = new Set<string>();

  constructor(values: PlainRecord, dialect: Dialect) {
    this.values = values;
    this.dialect = dialect;
  }

  /** The value, undefined where the field is absent, null or not known statically. */
  get(name: string): PlainValue | undefined {
    this.asked.add(name);
    const value = Object.hasOwn(this.values, name) ? this.values[name] : undefined;
    if (value instanceof Unresolved) {
      this.failure ??= value.why;
      return undefined;
    }
    return value === null ? undefined : unwrapTuple(value);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.values, name) && this.values[name] !== undefined && this.values[name] !== null;
  }

  /** Fields that nobody asked for. */
  unread(): string[] {
    return Object.keys(this.values).filter((name) => !this.asked.has(name));
  }

  /** The fields that this layer would have read, in the order asked for. */
  known(): string[] {
    return [...this.asked];
  }

  issue(field: string | null, code: string, severity: Severity, message: string, replacement?: string): void {
    this.issues.push({ field, code, severity, message, ...(replacement === undefined ? {} : { replacement }) });
  }

  /** Reports an error that leaves the layer without a meaning. */
  fail(field: string | null, code: string, message: string): void {
    this.issue(field, code, 'error', message);
    this.failure ??= message;
  }

  /** A value of the wrong kind: `expected` completes "`units` must be ...". */
  bad(name: string, value: PlainValue, expected: string): void {
    this.fail(name, 'bad-value', `${name} must be ${expected}, not ${describe(value)}.`);
  }

  /** A whole number of at least `least`; required unless `fallback` is given. */
  integer(name: string, least: number, fallback?: number): number {
    const value = this.get(name);
    if (value === undefined) return this.absent(name, fallback);
    if (isSize(value, least)) return value;
    this.bad(name, value, least === 1 ? 'a positive whole number' : `a whole number of at least ${least}`);
    return fallback ?? 1;
  }

  number(name: string, fallback: number): number {
    const value = this.get(name);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && !Number.isNaN(value)) return value;
    this.bad(name, value, 'a number');
    return fallback;
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.get(name);
    if (value === undefined) return fallback;
    if (typeof value === 'boolean') return value;
    if (value === 0 || value === 1) return value === 1;
    this.bad(name, value, 'true or false');
    return fallback;
  }

  /** One of these words. */
  oneOf<T extends string>(name: string, words: readonly T[], fallback: T): T {
    const value = this.get(name);
    if (value === undefined) return fallback;
    const word = words.find((each) => each === value);
    if (word !== undefined) return word;
    this.bad(name, value, words.map((each) => JSON.stringify(each)).join(' or '));
    return fallback;
  }

  /** `3`, `[3]` or `[3, 5]`: one size for each spatial axis, as the pair that a window holds. */
  sizes(name: string, rank: 1 | 2, fallback?: Pair): Pair {
    const value = this.get(name);
    if (value === undefined) return this.has(name) ? [1, 1] : (fallback ?? [this.absent(name, undefined), 1]);
    const list = isList(value) ? value : rank === 1 ? [value] : [value, value];
    if (list.length === rank && list.every((entry) => isSize(entry, 1))) {
      return rank === 1 ? [1, list[0]] : [list[0], list[1]];
    }
    this.bad(name, value, rank === 1 ? 'a positive whole number' : 'a positive whole number or a pair of them');
    return [1, 1];
  }

  padding(rank: 1 | 2): Padding {
    const value = this.get('padding') ?? 'valid';
    const name = typeof value === 'string' ? value.toLowerCase() : '';
    if (name === 'valid' || name === 'same') return name;
    if (name === 'causal' && rank === 1) return 'causal';
    if (typeof value !== 'string' && this.dialect === 'native') return this.explicitPadding('padding', rank);
    this.bad('padding', value, rank === 1 ? '"valid", "same" or "causal"' : '"valid" or "same"');
    return 'valid';
  }

  /** Rows and columns as `[[top, bottom], [left, right]]`, from `1`, `[1, 2]` or `[[0, 1], [2, 3]]`. */
  explicitPadding(name: string, rank: 1 | 2, fallback = 1): readonly [Pair, Pair] {
    const value = this.get(name) ?? fallback;
    const sides = (entry: PlainValue): Pair | undefined => {
      const pair = unwrapTuple(entry);
      if (isSize(pair, 0)) return [pair, pair];
      const whole = isList(pair) && pair.length === 2 && pair.every((side) => isSize(side, 0));
      return whole ? [pair[0], pair[1]] : undefined;
    };
    if (rank === 1) {
      const columns = sides(value);
      if (columns) return [[0, 0], columns];
    } else {
      const rows = sides(isList(value) ? value[0] : value);
      const columns = sides(isList(value) ? value[1] : value);
      if (rows && columns && (!isList(value) || value.length === 2)) return [rows, columns];
    }
    this.bad(
      name,
      value,
      rank === 1 ? 'a whole number or [left, right]' : 'a whole number or [[top, bottom], [left, right]]',
    );
    return [
      [0, 0],
      [0, 0],
    ];
  }

  /** The window of a convolution. */
  convolutionWindow(rank: 1 | 2): Window {
    return {
      rank,
      kernel: this.sizes('kernel_size', rank),
      strides: this.sizes('strides', rank, [1, 1]),
      dilation: this.sizes('dilation_rate', rank, [1, 1]),
      padding: this.padding(rank),
    };
  }

  /** The window of a pooling layer, which by default moves by its own size. */
  poolingWindow(rank: 1 | 2): Window {
    const kernel = this.sizes('pool_size', rank, rank === 1 ? [1, 2] : [2, 2]);
    return {
      rank,
      kernel,
      strides: this.sizes('strides', rank, kernel),
      dilation: [1, 1],
      padding: this.padding(rank),
    };
  }

  /** Says that a field or value is understood but changes what this layer computes in a way that is not analyzed. */
  unsupported(field: string | null, message: string): void {
    this.fail(field, 'unsupported', message);
  }

  private absent(name: string, fallback: number | undefined): number {
    if (fallback !== undefined) return fallback;
    if (!this.has(name)) this.fail(name, 'missing-field', `${name} is missing.`);
    return 1;
  }
}

function isSize(value: PlainValue | undefined, least: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= MAX_SIZE;
}
