import type { Attributes } from './attributes.ts';

export type Attribute = number | string | readonly number[];

/** Attributes of a node that no file has as such. */
export class PlainAttributes implements Attributes {
  constructor(private readonly values: Readonly<Record<string, Attribute | undefined>>) {}

  number(name: string): number | undefined {
    const value = this.values[name];
    return typeof value === 'number' ? value : undefined;
  }

  numbers(name: string): readonly number[] | undefined {
    const value = this.values[name];
    return typeof value === 'object' ? value : undefined;
  }

  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  span() {
    return undefined;
  }
}
