import { normalQuantile, streamSeed, uniforms } from '../../../src/common/random.ts';

/** Choices that a seed makes: the same ones in every run. */
export class Choices {
  private readonly uniform: () => number;

  constructor(seed: number, stream = 0) {
    this.uniform = uniforms(streamSeed(seed, stream));
  }

  /** 0 or more, less than `count`. */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Standard normal. */
  normal(): number {
    return normalQuantile(this.uniform());
  }
}
