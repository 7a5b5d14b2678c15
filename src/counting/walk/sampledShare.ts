import { uniforms } from '../../common/random.ts';
import { SeparateShare } from './separateShare.ts';

/** Some parts of the domain, drawn at random, to tell from them how many regions there are in all. */
export class SampledShare extends SeparateShare {
  /** Parts that were met, and how many of them were drawn. */
  parts = 0;
  drawn = 0;
  /** What all parts have in common is not counted. */
  readonly isLeader = false;
  private readonly uniform: () => number;

  /** Draws each part with this probability. */
  constructor(
    readonly depth: number,
    private readonly probability: number,
    seed: number,
  ) {
    super();
    this.uniform = uniforms(seed);
  }

  claim(): boolean {
    this.parts++;
    const isDrawn = this.uniform() < this.probability;
    if (isDrawn) this.drawn++;
    return isDrawn;
  }
}
