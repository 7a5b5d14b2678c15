import { isInput, type Layer, type Network } from '../network/network.ts';
import { sizeOf } from '../network/shape.ts';
import type { TheoryOptions } from './bound.ts';
import { inputDimension } from './dominators.ts';
import { rememberedBySlice } from './remembered.ts';
import { isNeutral, unitStages, type UnitStage } from './units.ts';

/** One layer of units in a chain. */
export interface ChainStage {
  /** The layer that holds the units. */
  readonly layer: Layer;
  readonly stage: UnitStage;
  /** Smallest of n_0 and all tensor sizes before these units: no more dimensions can enter. */
  readonly narrowest: number;
}

/** The units of a network in which every layer reads the one before it. */
export interface Chain {
  /** Input dimension n_0 (a slice's, where one is asked for). */
  readonly n0: number;
  readonly stages: readonly ChainStage[];
  /** Number of leading layers that can be analysed. */
  readonly length: number;
}

export type ChainOrReason = { readonly chain: Chain } | { readonly reason: string };

/** The network as a chain, or why it is none. */
export const chainOf = rememberedBySlice((network, options): ChainOrReason => {
  if (network.inputs.length !== 1)
    return { reason: `The theorem is for one input; this network has ${network.inputs.length}.` };
  const n0 = inputDimension(network, options);
  const stages: ChainStage[] = [];
  let length = 0;
  let narrowest = n0;
  for (const layer of network.layers) {
    if (layer.reach === 'beyond') break;
    const before = layer.index - 1;
    if (layer.inputs.length !== 1 || (before < 0 ? !isInput(layer.inputs[0]) : layer.inputs[0] !== before)) {
      return { reason: `The theorem is for chains of layers; ${layer.name} does not read just the layer before it.` };
    }
    for (const stage of unitStages(layer)) stages.push({ layer, stage, narrowest });
    narrowest = Math.min(narrowest, sizeOf(layer.outputShape));
    length++;
  }
  return { chain: { n0, stages, length } };
});

/** As `chainOf`, with ReLU-like units only: two pieces, one of them flat. */
export function reluChainOf(network: Network, options: TheoryOptions): ChainOrReason {
  const found = chainOf(network, options);
  if ('reason' in found) return found;
  const other = found.chain.stages.find(({ stage }) => !stage.drops);
  if (!other) return found;
  return { reason: `The theorem is for ReLU units; ${other.layer.name} has ${describeUnits(other)}.` };
}

export function describeUnits({ layer, stage }: { layer: Layer; stage: UnitStage }): string {
  const unit = stage.kind === 'operation' ? layer.type : layer.activation.name;
  return `${unit} units of ${stage.pieces} pieces`;
}

/**
 * A chain of fully connected layers, each followed by ReLUs, as the lower bounds construct it. Batch norm, dropout,
 * flatten and reshape may stand between (they can be the identity); a last affine part may follow.
 */
export function fullyConnectedReluChainOf(network: Network, options: TheoryOptions): ChainOrReason {
  const found = reluChainOf(network, options);
  return 'reason' in found ? found : connected(network, found.chain, 'dense');
}

/** A chain of maxout layers on vectors. */
export function maxoutChainOf(network: Network, options: TheoryOptions): ChainOrReason {
  const found = chainOf(network, options);
  if ('reason' in found) return found;
  const other = found.chain.stages.find(
    ({ layer, stage }) => layer.operation.kind !== 'maxout' || stage.kind !== 'operation',
  );
  if (other) return { reason: `The theorem is for maxout units; ${other.layer.name} has ${describeUnits(other)}.` };
  return found;
}

/** Refuses affine layers that are not part of the construction: only those after the last units may be anything. */
export function connected(network: Network, chain: Chain, kind: 'dense' | 'maxout'): ChainOrReason {
  const lastUnits = chain.stages[chain.stages.length - 1]?.layer.index ?? -1;
  let open = false;
  for (const layer of network.layers.slice(0, lastUnits + 1)) {
    const units = unitStages(layer).length > 0;
    if (layer.operation.kind === kind) {
      if (open)
        return { reason: `The construction has units after every dense layer; there are none before ${layer.name}.` };
      open = !units;
    } else if (isNeutral(layer.operation)) {
      if (units && !open)
        return { reason: `The construction needs a dense layer right before the units of ${layer.name}.` };
      if (units) open = false;
    } else {
      return { reason: `The construction is for fully connected layers; ${layer.name} is ${layer.type}.` };
    }
  }
  return { chain };
}
