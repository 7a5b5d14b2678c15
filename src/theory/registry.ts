import type { Network } from '../network/network.ts';
import { arora2018Lower, serra2018SizeLower } from './theorems/arora2018.ts';
import { refused } from './theorems/evaluation.ts';
import type { Bound, BoundResult, Evaluation, TheoryOptions } from './bound.ts';
import { bestLower, tightestUpper, tightestUpperLinear } from './combined.ts';
import { gcnOneLayerExact } from './theorems/graphConvolution.ts';
import { haninRolnick2019Scale, tseranMontufar2021Scale } from './theorems/haninRolnick2019.ts';
import { hinz2021Upper } from './theorems/hinz2021.ts';
import { homogeneousUpper } from './theorems/homogeneousUpper.ts';
import { kacRiceBounds } from './kacRice/bounds.ts';
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
import { recurrenceUpper } from './recurrence/recurrence.ts';
import { serra2018Lower, serra2018Upper } from './theorems/serra2018.ts';
import { xiong2020Bounds } from './theorems/xiong2020.ts';

/** Every single theorem, in the order of the report; the combinations follow the recurrence. */
const general: readonly Bound[] = [
  naiveUpper,
  pascanu2013Lower,
  montufar2014Lower,
  montufar2017Upper,
  serra2018Upper,
  serra2018Lower,
  serra2018SizeLower,
  arora2018Lower,
  hinz2021Upper,
  ...xiong2020Bounds,
  pointwiseLower,
  homogeneousLower,
  recurrenceUpper,
  homogeneousUpper,
];
const special: readonly Bound[] = [
  maxoutMontufar2014Lower,
  maxoutMontufar2014Upper,
  maxoutSerra2018Upper,
  maxoutMrz2022Upper,
  maxoutMrz2022Lower,
  gcnOneLayerExact,
  haninRolnick2019Scale,
  tseranMontufar2021Scale,
  ...kacRiceBounds,
];

/**
 * The bounds of one network, each computed when it is first asked for: a hint needs the upper bounds alone, and the
 * means are dear.
 */
export class BoundTable {
  private readonly known = new Map<string, BoundResult>();

  constructor(
    private readonly network: Network,
    private readonly options: TheoryOptions,
  ) {}

  /** Undefined for an id that names no bound. Those that do not apply come with the reason and without a number. */
  get(id: string): BoundResult | undefined {
    const known = this.known.get(id) ?? this.compute(id);
    if (known) this.known.set(id, known);
    return known;
  }

  /** All of them in the order of the report: single theorems, combinations, then those for special units. */
  all(): BoundResult[] {
    const ids = [...general.map(({ id }) => id), ...combined, ...special.map(({ id }) => id)];
    return ids.map((id) => this.get(id)!);
  }

  private compute(id: string): BoundResult | undefined {
    const { network, options } = this;
    switch (id) {
      case 'tightest-upper':
        return tightestUpper(network, this.tightest('upper'), () => this.ofKind('upper'));
      case 'tightest-upper-linear':
        return tightestUpperLinear(network, options, [...this.ofKind('upper'), this.get('tightest-upper')!]);
      case 'best-lower':
        return bestLower(network, this.ofKind('lower'));
      default: {
        const bound = byId.get(id);
        return bound && resultOf(network, bound, network.inputSize > 0 ? bound.evaluate(network, options) : unsized);
      }
    }
  }

  /** Without those that others imply: they cannot change the least or greatest. */
  private tightest(kind: Bound['kind']): BoundResult[] {
    const isImplied = ({ impliedBy }: Bound) => impliedBy !== undefined && this.get(impliedBy)!.applies;
    return bounds.filter((bound) => bound.kind === kind && !isImplied(bound)).map(({ id }) => this.get(id)!);
  }

  private ofKind(kind: Bound['kind']): BoundResult[] {
    return bounds.filter((bound) => bound.kind === kind).map(({ id }) => this.get(id)!);
  }
}

const unsized = refused('The size of the input is not known.');

const combined = ['tightest-upper', 'tightest-upper-linear', 'best-lower'];
const bounds: readonly Bound[] = [...general, ...special];
const byId = new Map(bounds.map((bound) => [bound.id, bound]));

/** All bounds of a network, in a fixed order. */
export function evaluateBounds(network: Network, options: TheoryOptions): BoundResult[] {
  return new BoundTable(network, options).all();
}

function resultOf(network: Network, bound: Bound, evaluation: Evaluation): BoundResult {
  const { id, kind, of, citation } = bound;
  const common = { id, kind, of, citation };
  if (!evaluation.applies) {
    return { ...common, applies: false, reason: evaluation.reason, value: null, perLayer: null, note: null };
  }
  const value = evaluation.perLayer.findLast((cut) => cut !== null) ?? null;
  if (value === null) {
    const reason = network.layers.length === 0 ? 'The network has no layers.' : 'No layer is piecewise linear.';
    return { ...common, applies: false, reason, value: null, perLayer: null, note: null };
  }
  return {
    ...common,
    applies: true,
    reason: null,
    value,
    perLayer: evaluation.perLayer,
    note: evaluation.note ?? null,
  };
}

/** The means a network can have, the one in the plane first: the figure people compare counts with. */
export const MEAN_IDS = ['kac-rice-plane', 'kac-rice-line'] as const;
