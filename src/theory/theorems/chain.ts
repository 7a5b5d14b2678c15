import type { TheoryContext } from '../context.ts';
import { isInput, type Layer, type Network, type UnitStage } from '../../network/network.ts';
import { sizeOf } from '../../network/shape.ts';
import { hasBias, isConstant, sharedWeightsIn } from '../constants.ts';
import { inputDimension } from '../recurrence/dominators.ts';
import { isNeutral } from '../units.ts';

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
  /** Number of leading layers that can be analyzed. */
  readonly length: number;
}

export type ChainOrReason = { readonly chain: Chain } | { readonly reason: string };

/** The network as a chain, or why it is not one. */
export function chainOf(theory: TheoryContext): ChainOrReason {
  return theory.once(findChain);
}

function findChain(theory: TheoryContext): ChainOrReason {
  const { network } = theory;
  if (network.inputs.length !== 1)
    return { reason: `The theorem is for one input; this network has ${network.inputs.length}.` };
  const n0 = inputDimension(theory);
  const stages: ChainStage[] = [];
  let length = 0;
  let narrowest = n0;
  for (const layer of network.layers) {
    if (layer.scope === 'beyond') break;
    const before = layer.index - 1;
    if (layer.inputs.length !== 1 || (before < 0 ? !isInput(layer.inputs[0]) : layer.inputs[0] !== before)) {
      return { reason: `The theorem is for chains of layers; ${layer.name} does not read just the layer before it.` };
    }
    for (const stage of layer.stages) stages.push({ layer, stage, narrowest });
    narrowest = Math.min(narrowest, sizeOf(layer.outputShape));
    length++;
  }
  return { chain: { n0, stages, length } };
}

/** As `chainOf`, with ReLU-like units only: two pieces, one of them flat. */
export function reluChainOf(theory: TheoryContext): ChainOrReason {
  const found = chainOf(theory);
  if ('reason' in found) return found;
  const other = found.chain.stages.find(({ stage }) => !stage.isRectifier);
  if (!other) return found;
  return { reason: `The theorem is for ReLU units; ${other.layer.name} has ${describeUnits(other)}.` };
}

export function describeUnits({ layer, stage }: { layer: Layer; stage: UnitStage }): string {
  const unit = stage.kind === 'operation' ? layer.type : layer.activation.name;
  return `${unit} units of ${stage.pieceCount} pieces`;
}

/**
 * A chain of fully connected layers, each followed by ReLUs, as the lower bounds construct it. Batch norm, dropout,
 * flatten and reshape may be in between (they can be the identity); a last affine part may follow.
 */
export function fullyConnectedReluChainOf(theory: TheoryContext): ChainOrReason {
  const found = reluChainOf(theory);
  return 'reason' in found ? found : connected(theory.network, found.chain, 'dense');
}

/** A chain of maxout layers on vectors. */
export function maxoutChainOf(theory: TheoryContext): ChainOrReason {
  const found = chainOf(theory);
  if ('reason' in found) return found;
  const other = found.chain.stages.find(
    ({ layer, stage }) => layer.operation.kind !== 'maxout' || stage.kind !== 'operation',
  );
  if (other) return { reason: `The theorem is for maxout units; ${other.layer.name} has ${describeUnits(other)}.` };
  return found;
}

/**
 * Refuses what the constructions cannot choose: affine layers of another kind (after the last units there may be any),
 * layers without biases, layers that share their weights.
 */
export function connected(
  network: Network,
  chain: Chain,
  kind: 'dense' | 'maxout' | 'graphConvolution',
  needsBias = true,
): ChainOrReason {
  const lastUnits = chain.stages[chain.stages.length - 1]?.layer.index ?? -1;
  const used = network.layers.slice(0, lastUnits + 1);
  const shared = sharedWeightsIn(used);
  if (shared) return { reason: shared };
  let open = false;
  for (const layer of used) {
    const units = layer.stages.length > 0;
    if (isConstant(layer)) return { reason: `What ${layer.name} computes does not depend on its input.` };
    const isOnVectors = layer.inputShapes[0].length === 1;
    if (layer.operation.kind === kind && (isOnVectors || kind === 'graphConvolution')) {
      if (open)
        return {
          reason: `The construction has units after every layer of weights; there are none before ${layer.name}.`,
        };
      open = !units;
    } else if (isNeutral(layer.operation)) {
      if (units && !open)
        return { reason: `The construction needs a layer of weights right before the units of ${layer.name}.` };
      if (units) open = false;
    } else {
      return { reason: `The construction is for ${constructed[kind]}; ${layer.name} is ${layer.type}.` };
    }
  }
  const unbiased = needsBias && chain.stages.find((_, l) => !hasBias(runOf(network, chain, l)));
  if (unbiased) return { reason: `The construction needs biases; the units of ${unbiased.layer.name} have none.` };
  return { chain };
}

const constructed = {
  dense: 'fully connected layers',
  maxout: 'fully connected layers',
  graphConvolution: 'graph convolutions',
} as const;

/** The layers after the units before stage l, up to its own. */
function runOf(network: Network, { stages }: Chain, l: number): Layer[] {
  const from = l === 0 ? 0 : stages[l - 1].layer.index + 1;
  return network.layers.slice(from, stages[l].layer.index + 1);
}
