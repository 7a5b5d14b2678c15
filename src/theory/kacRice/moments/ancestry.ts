import type { TensorId } from '../../../network/network.ts';

/**
 * The layers whose weights a tensor depends on, as links to those of the tensors before it: lists of their own would
 * take room quadratic in the depth.
 */
export class Ancestry {
  constructor(
    private readonly layer: TensorId | null,
    private readonly before: readonly Ancestry[],
  ) {}

  /** Whether any of these layers is among them. */
  meets(layers: ReadonlySet<TensorId>): boolean {
    const seen = new Set<Ancestry>([this]);
    for (const ancestry of seen) {
      if (ancestry.layer !== null && layers.has(ancestry.layer)) return true;
      for (const earlier of ancestry.before) seen.add(earlier);
    }
    return false;
  }
}
