import { SeparateShare } from './separateShare.ts';

/** Pieces of the domain in each part: enough that parts take about as long as each other. */
const PIECES_PER_PART = 32;
/** Every part walks the tree down to all pieces. */
const MAX_PIECES_DEPTH = 17;

/** Cuts down to the pieces of a count in `parts` parts. */
function depthFor(parts: number): number {
  return Math.min(MAX_PIECES_DEPTH, Math.ceil(Math.log2(PIECES_PER_PART * parts)));
}

/**
 * One part of a count in `parts` parts, for processes that know nothing of each other: each piece of the domain belongs
 * to the part that its number has as remainder. The parts together are the whole, wherever they are counted.
 */
export class FixedShare extends SeparateShare {
  constructor(
    private readonly part: number,
    private readonly parts: number,
    readonly depth = depthFor(parts),
  ) {
    super();
  }

  claim(index: number): boolean {
    return index % this.parts === this.part % this.parts;
  }

  get isLeader(): boolean {
    return this.part % this.parts === 0;
  }
}
