import type { Network } from '../network/network.ts';
import type { BoundResult, TheoryOptions } from './bound.ts';
import { fusedPoolingCuts } from './recurrence/fusedPooling.ts';
import { larger, one, smaller, type Magnitude } from './numbers/magnitude.ts';

const ownCitation = {
  label: 'Combination of all bounds that apply (this tool)',
  url: 'https://arxiv.org/abs/1711.02114',
};

type Cuts = readonly (Magnitude | null)[];

/**
 * The least of upper bounds on activation regions, cut by cut. `all`: those of which the first that gives the value is
 * named.
 */
export function tightestUpper(
  network: Network,
  results: readonly BoundResult[],
  all: () => readonly BoundResult[],
): BoundResult {
  const usable = results.filter(isOnActivation);
  const named = () => all().filter(isOnActivation);
  return combination(network, 'tightest-upper', 'upper', 'activation', usable, smaller, null, named);
}

function isOnActivation({ kind, of, applies }: BoundResult): boolean {
  return kind === 'upper' && of === 'activation' && applies;
}

/** Also takes those that hold for linear regions only. */
export function tightestUpperLinear(
  network: Network,
  options: TheoryOptions,
  results: readonly BoundResult[],
): BoundResult {
  const usable = results.filter((result) => result.kind === 'upper' && result.applies);
  const base = combination(network, 'tightest-upper-linear', 'upper', 'linear', usable, smaller, null);
  const fused = base.applies ? fusedPoolingCuts(network, options) : null;
  if (!fused || !base.perLayer) return base;
  const perLayer = merge(base.perLayer, fused, smaller);
  return { ...base, perLayer, value: lastCut(perLayer), note: 'ReLU and max pooling side by side taken as one unit.' };
}

/** The greatest of all proven lower bounds, cut by cut; one region there always is. */
export function bestLower(network: Network, results: readonly BoundResult[]): BoundResult {
  const usable = results.filter((result) => result.kind === 'lower' && result.applies && isProven(result));
  return combination(network, 'best-lower', 'lower', 'activation', usable, larger, one);
}

/** Published lower bounds whose proof is known to have a gap are listed but not built on. */
function isProven({ id }: BoundResult): boolean {
  return id !== 'xiong2020-lower';
}

function combination(
  network: Network,
  id: string,
  kind: BoundResult['kind'],
  of: BoundResult['of'],
  usable: readonly BoundResult[],
  pick: (a: Magnitude, b: Magnitude) => Magnitude,
  atLeast: Magnitude | null,
  named = () => usable,
): BoundResult {
  const common = { id, kind, of, citation: ownCitation };
  const start: Cuts = network.layers.map((layer) => (layer.scope === 'beyond' ? null : atLeast));
  const perLayer = usable.reduce<Cuts>((cuts, result) => merge(cuts, result.perLayer ?? [], pick), start);
  const value = lastCut(perLayer);
  if (value === null) {
    const reason = 'None of the bounds applies.';
    return { ...common, applies: false, reason, value: null, perLayer: null, note: null };
  }
  const reached = { ...common, applies: true, reason: null, value, perLayer };
  const isSource = (result: BoundResult) => result.value?.log10 === value.log10;
  return {
    ...reached,
    // Found when it is asked for: a hint needs no name.
    get note() {
      return named().find(isSource)?.citation.label ?? null;
    },
  };
}

function merge(a: Cuts, b: Cuts, pick: (x: Magnitude, y: Magnitude) => Magnitude): Cuts {
  return a.map((cut, i) => {
    const other = b[i] ?? null;
    return cut === null ? other : other === null ? cut : pick(cut, other);
  });
}

function lastCut(cuts: Cuts): Magnitude | null {
  return cuts.findLast((cut) => cut !== null) ?? null;
}
