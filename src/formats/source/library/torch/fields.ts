import type { Span } from '../../../../network/definition.ts';
import { Refusal } from '../../../graph/writer.ts';
import { Unknown } from '../../evaluation/values.ts';
import { Float, List, numeric, Tuple } from '../../python/evaluation/values.ts';
import type { Argument, Value } from '../../python/evaluation/values.ts';
import { argumentOf } from './signatures.ts';

/** A parameter of a layer whose value the source does not tell. */
export class UnknownField extends Error {
  constructor(
    readonly field: string,
    readonly value: Unknown,
    readonly span: Span | undefined,
  ) {
    super(field);
  }
}

/** A parameter of a layer that cannot be what is written. */
export class BadField extends Error {
  constructor(
    message: string,
    readonly span: Span | undefined,
  ) {
    super(message);
  }
}

/** The native format's names for PyTorch's parameters, by which editors find their places. */
const nativeNames: Readonly<Record<string, string>> = {
  out_features: 'units',
  out_channels: 'filters',
  kernel_size: 'kernel_size',
  stride: 'strides',
  padding: 'padding',
  dilation: 'dilation_rate',
  groups: 'groups',
};

/** What a layer was given, by the names of its parameters. */
export class Fields {
  constructor(
    readonly kind: string,
    private readonly args: readonly Argument[],
  ) {}

  get(name: string): Value {
    const argument = argumentOf(this.args, this.kind, name);
    const open = argument ? undefined : this.args.find((given) => given.name === '*' || given.name === '**');
    if (open?.value instanceof Unknown) throw new UnknownField(name, open.value, open.span);
    if (argument?.value instanceof Unknown) throw new UnknownField(name, argument.value, argument.span);
    return argument?.value;
  }

  span(name: string): Span | undefined {
    return argumentOf(this.args, this.kind, name)?.span;
  }

  /** A number of things; undefined where it is not known and `isOptional`. */
  count(name: string, fallback?: number, least = 1): number {
    const value = this.get(name) ?? fallback;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
    throw this.bad(name, value, `a whole number of at least ${least}`);
  }

  number(name: string, fallback: number): number {
    const value = this.get(name) ?? fallback;
    const number = numeric(value);
    if (number !== undefined) return number;
    throw this.bad(name, value, 'a number');
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.get(name);
    if (value === undefined || value === null) return fallback;
    const number = numeric(value);
    if (number !== undefined) return number !== 0;
    // `bias=norm_layer is None` and the like are known; what is not is named.
    throw this.bad(name, value, 'True or False');
  }

  /** One number for each of `rank` axes: given for all of them, or each; undefined where nothing is given. */
  extents(name: string, rank: number, least: number): readonly number[] | undefined {
    const value = this.get(name);
    if (value === undefined || value === null) return undefined;
    const isWhole = (item: Value | undefined): item is number =>
      typeof item === 'number' && Number.isSafeInteger(item) && item >= least;
    if (isWhole(value)) return Array<number>(rank).fill(value);
    if (value instanceof Tuple || value instanceof List) {
      const unknown = value.items.find((item) => item instanceof Unknown) ?? value.doubt;
      if (unknown instanceof Unknown) throw new UnknownField(name, unknown, this.span(name));
      if (value.items.length === 1 && isWhole(value.items[0])) return Array<number>(rank).fill(value.items[0]);
      const items: number[] = [];
      for (const item of value.items) if (isWhole(item)) items.push(item);
      if (value.items.length === rank && items.length === rank) return items;
    }
    throw this.bad(name, value, rank === 1 ? 'a whole number' : `a whole number, or ${rank} of them`);
  }

  /** Places of what was given, by the native format's names. */
  places(): Record<string, Span> {
    const places: Record<string, Span> = {};
    for (const [name, native] of Object.entries(nativeNames)) {
      const span = this.span(name);
      if (span) places[native] = span;
    }
    return places;
  }

  private bad(name: string, value: Value, wanted: string): Error {
    if (value === undefined) return new Refusal(`${this.kind} needs ${name}.`);
    const shown =
      value instanceof Float
        ? `the float ${value.value}`
        : typeof value === 'object'
          ? 'something else'
          : String(value);
    return new BadField(`${this.kind}: ${name} must be ${wanted}, not ${shown}`, this.span(name));
  }
}
