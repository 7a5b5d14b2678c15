import type { TheoryContext } from '../context.ts';
import { isInput, type Layer, type Network } from '../../network/network.ts';
import type { StageRule } from './dimensionRecurrence.ts';
import { denseIndependence, withMost } from './denseIndependence.ts';
import type { Magnitude } from '../numbers/magnitude.ts';
import { tightestRule } from './recurrence.ts';
import { poolingPatterns } from './poolingPatterns.ts';
import { recurrenceMemory } from './recurrenceMemory.ts';
import { Transition } from './transition.ts';

/**
 * The dimension recurrence with ReLU and max pooling over k values fused into units of k + 1 pieces, which is what
 * their composition is in either order. It bounds linear regions only: activation patterns of values that the
 * pooling throws away are not counted. Null where nothing can be fused.
 */
export function fusedPoolingCuts(theory: TheoryContext): (Magnitude | null)[] | null {
  const { network } = theory;
  const partners = fusedPairs(network);
  if (partners.size === 0) return null;
  const memory = recurrenceMemory(theory);
  const rule = tightestRule(theory);
  const first = new Set(partners.keys());
  const second = new Set(partners.values());
  const pieces = (layer: Layer): number => Math.max(...layer.stages.map((stage) => stage.pieceCount));
  const fusedRule: StageRule = (layer, stage) => {
    // The first of a pair does nothing by itself, the second is the fused unit.
    if (first.has(layer.index)) return new Transition(denseIndependence(0, 0), stage.neurons, false);
    if (!second.has(layer.index)) return rule(layer, stage);
    const source = network.layers[layer.inputs[0]];
    const fused = Math.max(pieces(layer), pieces(source)) + 1;
    const most = poolingPatterns(isMaxPooling(layer) ? layer : source, true);
    return new Transition(withMost(denseIndependence(stage.neurons, Infinity, fused), most), stage.neurons, false);
  };
  const cuts = [...memory.regions(theory, fusedRule)];
  // A cut between the two cannot be stated in fused units.
  for (const index of first) cuts[index] = null;
  return cuts;
}

/** Layer index of the first to that of the second: nothing else reads the first, and no layer is between them. */
function fusedPairs(network: Network): Map<number, number> {
  const pairs = new Map<number, number>();
  const readers = new Map<number, number>();
  for (const layer of network.layers)
    for (const tensor of layer.inputs) readers.set(tensor, (readers.get(tensor) ?? 0) + 1);
  for (const layer of network.layers) {
    const [tensor] = layer.inputs;
    if (isInput(tensor) || layer.scope === 'beyond' || network.outputs.includes(tensor)) continue;
    const before = network.layers[tensor];
    const fits = (isRelu(before) && isMaxPooling(layer)) || (isMaxPooling(before) && isReluOnly(layer));
    if (fits && readers.get(tensor) === 1 && !pairs.has(tensor) && ![...pairs.values()].includes(tensor)) {
      pairs.set(tensor, layer.index);
    }
  }
  return pairs;
}

function isRelu(layer: Layer): boolean {
  const stages = layer.stages;
  return stages.length === 1 && stages[0].isRectifier;
}

function isReluOnly(layer: Layer): boolean {
  return isRelu(layer) && layer.operation.kind === 'identity';
}

function isMaxPooling(layer: Layer): boolean {
  const stages = layer.stages;
  const { kind } = layer.operation;
  return (
    stages.length === 1 && stages[0].kind === 'operation' && (kind === 'maxPooling' || kind === 'globalMaxPooling')
  );
}
