/**
 * Where the weights of a counted network come from. `seed` gives what is drawn: all weights, those that a file leaves
 * out, and the plane where it is a random one.
 */
export type WeightsSource =
  | { readonly kind: 'drawn'; readonly seed: number }
  /** The network's own: in its text, or in the file of weights that goes with it. */
  | { readonly kind: 'file'; readonly seed: number }
  /** Those of one snapshot of its training. `name` tells it from all others. */
  | { readonly kind: 'snapshot'; readonly seed: number; readonly name: string };

export function drawnWeights(seed: number): WeightsSource {
  return { kind: 'drawn', seed };
}

export function fileWeights(seed: number): WeightsSource {
  return { kind: 'file', seed };
}

export function snapshotWeights(name: string, seed: number): WeightsSource {
  return { kind: 'snapshot', name, seed };
}

/** Two sources with one id give a network the same weights, for as long as its text and its files stay as they are. */
export function sourceId(source: WeightsSource): string {
  const { kind, seed } = source;
  return kind === 'snapshot' ? `${kind} ${seed} ${source.name}` : `${kind} ${seed}`;
}

/** By seed: the order in which the networks of a run are listed. */
export function bySeed(a: { readonly source: WeightsSource }, b: { readonly source: WeightsSource }): number {
  return a.source.seed - b.source.seed;
}
