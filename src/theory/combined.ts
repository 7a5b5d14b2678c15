import type { Network } from '../network/network.ts';
import type { BoundFacts, BoundResult } from './bound.ts';
import type { TheoryContext } from './context.ts';
import type { BoundId } from './boundIds.ts';
import { fusedPoolingCuts } from './recurrence/fusedPooling.ts';
import { larger, one, smaller, type Magnitude } from './numbers/magnitude.ts';

/** Takes the best of other bounds, cut by cut. */
interface Combination extends BoundFacts {
  readonly id: BoundId;
  readonly better: (a: Magnitude, b: Magnitude) => Magnitude;
  /** What holds without any theorem. */
  readonly start: Magnitude | null;
}

const url = 'https://arxiv.org/abs/1711.02114';

/** The least of the upper bounds on activation regions. */
export const tightestUpper: Combination = {
  id: 'tightest-upper',
  kind: 'upper',
  of: 'activation',
  citation: { label: 'Least upper bound that applies (this tool)', url },
  latex: String.raw`\min_{\text{upper bounds that apply}} B_l \quad\text{after each layer } l`,
  hypotheses: 'none',
  isGeneral: true,
  better: smaller,
  start: null,
};

/** Also uses those that hold for linear regions only. */
export const tightestUpperLinear: Combination = {
  id: 'tightest-upper-linear',
  kind: 'upper',
  of: 'linear',
  citation: { label: 'Least upper bound on linear regions (this tool)', url },
  latex: String.raw`\min_{\text{upper bounds on linear regions that apply}} B_l \quad\text{after each layer } l`,
  hypotheses: 'none',
  isGeneral: true,
  better: smaller,
  start: null,
};

/** The greatest of all proven lower bounds; there is always one region. */
export const bestLower: Combination = {
  id: 'best-lower',
  kind: 'lower',
  of: 'activation',
  citation: { label: 'Greatest lower bound that applies (this tool)', url },
  latex: String.raw`\max_{\text{proven lower bounds that apply}} B_l \quad\text{after each layer } l`,
  hypotheses: 'none',
  isGeneral: true,
  better: larger,
  start: one,
};

type Cuts = readonly (Magnitude | null)[];

/** `named`: the bounds among which the one that gives the value is looked up for the note. */
export function combine(
  network: Network,
  { better, start, ...facts }: Combination,
  results: readonly BoundResult[],
  named: () => readonly BoundResult[] = () => results,
): BoundResult {
  const isUsable = ({ applies, isProven, of }: BoundResult) =>
    applies && isProven !== false && (facts.kind === 'lower' || facts.of === 'linear' || of === 'activation');
  const initial: Cuts = network.layers.map((layer) => (layer.scope === 'beyond' ? null : start));
  const perLayer = results
    .filter(isUsable)
    .reduce<Cuts>((cuts, result) => merge(cuts, result.perLayer ?? [], better), initial);
  const value = lastCut(perLayer);
  if (value === null) {
    return { ...facts, applies: false, reason: 'None of the bounds applies.', value, perLayer: null, note: null };
  }
  return {
    ...facts,
    applies: true,
    reason: null,
    value,
    perLayer,
    // Computed when it is asked for: a hint needs no name.
    get note() {
      const source = named().find((result) => isUsable(result) && result.value?.log10 === value.log10);
      return source?.citation.label ?? null;
    },
  };
}

/** The combination for linear regions, with max pooling and ReLU taken as one unit where that is less. */
export function combineLinear(theory: TheoryContext, results: readonly BoundResult[]): BoundResult {
  const base = combine(theory.network, tightestUpperLinear, results);
  const fused = base.applies ? fusedPoolingCuts(theory) : null;
  if (!fused || !base.perLayer) return base;
  const perLayer = merge(base.perLayer, fused, smaller);
  const note = 'ReLU and max pooling side by side taken as one unit.';
  return { ...tightestUpperLinear, applies: true, reason: null, value: lastCut(perLayer), perLayer, note };
}

function merge(a: Cuts, b: Cuts, better: (x: Magnitude, y: Magnitude) => Magnitude): Cuts {
  return a.map((cut, i) => {
    const other = b[i] ?? null;
    return cut === null ? other : other === null ? cut : better(cut, other);
  });
}

function lastCut(cuts: Cuts): Magnitude | null {
  return cuts.findLast((cut) => cut !== null) ?? null;
}
