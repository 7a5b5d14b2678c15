import type { Network } from '../network/network.ts';
import type { Bound, BoundFacts, BoundKind, BoundResult, Evaluation, TheoryOptions } from './bound.ts';
import { TheoryContext } from './context.ts';
import { BOUND_IDS, type BoundId } from './boundIds.ts';
import { throwIfCancelled } from './cancellation.ts';
import { bestLower, combine, combineLinear, tightestUpper, tightestUpperLinear } from './combined.ts';
import { kacRiceFiniteWidth, kacRiceLine, kacRicePlane } from './kacRice/bounds.ts';
import { recurrenceUpper } from './recurrence/recurrence.ts';
import { arora2018Lower, serra2018SizeLower } from './theorems/arora2018.ts';
import { foldingLower, gcnFoldingLower, maxoutFoldingLower } from './theorems/cubeFolding.ts';
import { refused } from './theorems/evaluation.ts';
import { gcnOneLayerExact } from './theorems/graphConvolution.ts';
import { haninRolnick2019Scale, tseranMontufar2021Scale } from './theorems/haninRolnick2019.ts';
import { hinz2021Upper } from './theorems/hinz2021.ts';
import { homogeneousUpper } from './theorems/homogeneousUpper.ts';
import {
  maxoutMontufar2014Lower,
  maxoutMontufar2014Upper,
  maxoutMrz2022Lower,
  maxoutMrz2022Upper,
  maxoutSerra2018Upper,
} from './theorems/maxout.ts';
import { montufar2014Lower } from './theorems/montufar2014.ts';
import { montufar2017Upper } from './theorems/montufar2017.ts';
import { naiveUpper } from './theorems/naive.ts';
import { pascanu2013Lower } from './theorems/pascanu2013.ts';
import { homogeneousLower, pointwiseLower } from './theorems/pointwiseLower.ts';
import { serra2018Lower, serra2018Upper } from './theorems/serra2018.ts';
import { convolutionGenericExact, xiong2020OneLayer, xiong2020Upper } from './theorems/xiong2020.ts';
import { tropicalOneLayerExact } from './theorems/tropical.ts';
import { xiong2020Lower, xiong2020LowerCorrected } from './theorems/xiong2020Lower.ts';

const combinations = {
  'tightest-upper': tightestUpper,
  'tightest-upper-linear': tightestUpperLinear,
  'best-lower': bestLower,
};

/** Every single theorem by its id: the compiler asks for one where `BOUND_IDS` has a new id. */
const theorems: Readonly<Record<Exclude<BoundId, keyof typeof combinations>, Bound>> = {
  'naive-upper': naiveUpper,
  'pascanu2013-lower': pascanu2013Lower,
  'montufar2014-lower': montufar2014Lower,
  'montufar2017-upper': montufar2017Upper,
  'serra2018-upper': serra2018Upper,
  'serra2018-lower': serra2018Lower,
  'serra2018-size-lower': serra2018SizeLower,
  'arora2018-lower': arora2018Lower,
  'hinz2021-upper': hinz2021Upper,
  'xiong2020-one-layer': xiong2020OneLayer,
  'conv-generic-exact': convolutionGenericExact,
  'xiong2020-upper': xiong2020Upper,
  'xiong2020-lower': xiong2020Lower,
  'xiong2020-lower-corrected': xiong2020LowerCorrected,
  'pointwise-lower': pointwiseLower,
  'folding-lower': foldingLower,
  'homogeneous-lower': homogeneousLower,
  'recurrence-upper': recurrenceUpper,
  'homogeneous-upper': homogeneousUpper,
  'maxout-montufar2014-lower': maxoutMontufar2014Lower,
  'maxout-montufar2014-upper': maxoutMontufar2014Upper,
  'maxout-serra2018-upper': maxoutSerra2018Upper,
  'maxout-mrz2022-upper': maxoutMrz2022Upper,
  'maxout-mrz2022-lower': maxoutMrz2022Lower,
  'maxout-folding-lower': maxoutFoldingLower,
  'tropical-one-layer-exact': tropicalOneLayerExact,
  'gcn-one-layer-exact': gcnOneLayerExact,
  'gcn-folding-lower': gcnFoldingLower,
  'hanin-rolnick2019-scale': haninRolnick2019Scale,
  'tseran-montufar2021-scale': tseranMontufar2021Scale,
  'kac-rice-line': kacRiceLine,
  'kac-rice-plane': kacRicePlane,
  'kac-rice-finite-width': kacRiceFiniteWidth,
};

export const boundFacts: Readonly<Record<BoundId, BoundFacts>> = { ...theorems, ...combinations };

/**
 * The bounds of one network. Each is computed when it is first asked for: a hint needs the upper bounds only, and the
 * means are expensive.
 */
export class BoundTable {
  private readonly results = new Map<BoundId, BoundResult>();

  constructor(private readonly theory: TheoryContext) {}

  /** Where a bound does not apply, the result has the reason and no number. */
  get(id: BoundId): BoundResult {
    const result = this.results.get(id) ?? this.compute(id);
    this.results.set(id, result);
    return result;
  }

  /** All of them in the order of the report. */
  all(): BoundResult[] {
    return BOUND_IDS.map((id) => this.get(id));
  }

  private compute(id: BoundId): BoundResult {
    const { network, options } = this.theory;
    throwIfCancelled(options);
    if (isTheorem(id)) return this.possible(resultOf(theorems[id], this.theory));
    switch (id) {
      case 'tightest-upper':
        return combine(network, tightestUpper, this.notImplied('upper'), () => this.ofKind('upper'));
      case 'tightest-upper-linear':
        return combineLinear(this.theory, [...this.ofKind('upper'), this.get('tightest-upper')]);
      case 'best-lower':
        return combine(network, bestLower, this.ofKind('lower'));
    }
  }

  /**
   * A mean above what any network of this shape can have is none: the limit of wide layers, for which it is, is too
   * far from these widths. Such a mean does not apply.
   */
  private possible(result: BoundResult): BoundResult {
    const { domainDimension, perLayer } = result;
    if (domainDimension === undefined || perLayer === null) return result;
    const isWhole = domainDimension >= this.theory.network.inputSize;
    const table = isWhole ? this : new BoundTable(this.theory.onSlice(domainDimension));
    const most = table.get('tightest-upper').perLayer;
    const isAbove = perLayer.some((mean, cut) => mean && most?.[cut] && mean.log10 > most[cut].log10 + ROUNDING);
    return isAbove ? { ...result, applies: false, reason: tooNarrow, value: null, perLayer: null, note: null } : result;
  }

  private ofKind(kind: BoundKind): BoundResult[] {
    return boundsOfKind(kind).map((bound) => this.get(bound.id));
  }

  /** Without those that others imply: they cannot change the least or greatest. */
  private notImplied(kind: BoundKind): BoundResult[] {
    const isImplied = ({ impliedBy }: Bound) => impliedBy !== undefined && this.get(impliedBy).applies;
    return boundsOfKind(kind)
      .filter((bound) => !isImplied(bound))
      .map((bound) => this.get(bound.id));
  }
}

/** In log10, of a mean and an upper bound that are equal. */
const ROUNDING = 1e-9;

const tooNarrow =
  'The formula is for wide layers: for these narrow ones it gives more regions than any such network can have.';

function isTheorem(id: BoundId): id is keyof typeof theorems {
  return id in theorems;
}

function boundsOfKind(kind: BoundKind): Bound[] {
  return Object.values(theorems).filter((bound) => bound.kind === kind);
}

/** All bounds of a network, in a fixed order. */
export function evaluateBounds(network: Network, options: TheoryOptions): BoundResult[] {
  return new BoundTable(TheoryContext.of(network, options)).all();
}

const unsized = refused('The size of the input is not known.');

function resultOf({ evaluate, impliedBy: _, ...facts }: Bound, theory: TheoryContext): BoundResult {
  const { network } = theory;
  const refusal = (reason: string): BoundResult => ({
    ...facts,
    applies: false,
    reason,
    value: null,
    perLayer: null,
    note: null,
  });
  const evaluation: Evaluation = network.inputSize > 0 ? evaluate(theory) : unsized;
  if (!evaluation.applies) return refusal(evaluation.reason);
  const { perLayer, note = null, of = facts.of } = evaluation;
  const value = perLayer.findLast((cut) => cut !== null) ?? null;
  if (value !== null) return { ...facts, of, applies: true, reason: null, value, perLayer, note };
  return refusal(network.layers.length === 0 ? 'The network has no layers.' : 'No layer is piecewise linear.');
}
