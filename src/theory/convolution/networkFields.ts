import type { TheoryContext } from '../context.ts';
import type { Layer, Network } from '../../network/network.ts';
import { affineRun } from '../units.ts';
import { FieldAllowance } from './fieldAllowance.ts';
import { receptiveFieldsOf, hasFields, type ReceptiveFields } from './receptiveFields.ts';

/** In place of fields that there would be too many of to list. */
export const tooLarge = 'too large';

/** The fields of a run of affine layers; null where they have no product structure. */
export type ListedFields = ReceptiveFields | typeof tooLarge | null;

/**
 * The receptive fields of one network, listed once for all theorems and for all layers of one shape. Which are too
 * large follows from the network alone, not from what is asked for first.
 */
class NetworkFields {
  private readonly ofLayers = new Runs();
  private readonly ofChains = new Runs();
  private readonly patterns = new Map<string, ReceptiveFields | null>();

  constructor(network: Network) {
    for (const layer of network.layers) {
      if (layer.stages.length > 0) this.ofLayers.admit(affineRun(network, layer));
    }
  }

  /** Of what leads to a layer's units (see `affineRun`). */
  ofLayer(run: readonly Layer[]): ListedFields {
    return this.listed(run, this.ofLayers.admit(run));
  }

  /** Of all layers between two layers of units in a chain, asked for from the first to the last. */
  ofChain(run: readonly Layer[]): ListedFields {
    return this.listed(run, this.ofChains.admit(run));
  }

  private listed(run: readonly Layer[], admitted: Admitted): ListedFields {
    if (admitted === null) return null;
    if (!admitted.isCovered) return tooLarge;
    const known = this.patterns.get(admitted.key);
    if (known !== undefined) return known;
    const pattern = receptiveFieldsOf(run);
    this.patterns.set(admitted.key, pattern);
    return pattern;
  }
}

/** Null: the run has no fields. */
type Admitted = { readonly key: string; readonly isCovered: boolean } | null;

/** Runs that were asked for, those of one shape once, within one allowance. */
class Runs {
  private readonly allowance = new FieldAllowance();
  private readonly covered = new Map<string, boolean>();

  admit(run: readonly Layer[]): Admitted {
    if (!run.every(hasFields)) return null;
    const key = JSON.stringify(run.filter(movesCells).map(shapesOf));
    let isCovered = this.covered.get(key);
    if (isCovered === undefined) this.covered.set(key, (isCovered = this.allowance.covers(run)));
    return { key, isCovered };
  }
}

function movesCells({ operation: { kind } }: Layer): boolean {
  return kind !== 'batchNormalization' && kind !== 'identity';
}

function shapesOf({ operation, inputShapes, outputShape }: Layer): unknown[] {
  return [operation, inputShapes, outputShape];
}

export function networkFields(theory: TheoryContext): NetworkFields {
  return theory.onceForNetwork(listFields);
}

function listFields(network: Network): NetworkFields {
  return new NetworkFields(network);
}
