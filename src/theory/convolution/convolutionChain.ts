import type { TheoryContext } from '../context.ts';
import type { Layer } from '../../network/network.ts';
import { sizeOf } from '../../network/shape.ts';
import { chainOf, describeUnits, type Chain, type ChainStage } from '../theorems/chain.ts';
import { hasBias, isConstant } from '../constants.ts';
import { isNeutral } from '../units.ts';
import type { ReceptiveFields } from './receptiveFields.ts';
import { networkFields, tooLarge } from './networkFields.ts';

/** One layer of units in a chain of convolutions, with the affine layers since the units before it. */
export interface ConvolutionStage extends ChainStage {
  readonly pattern: ReceptiveFields;
  readonly hasBias: boolean;
  /** A dense layer that reads everything. */
  readonly dense: boolean;
}

export interface ConvolutionChain {
  readonly chain: Chain;
  readonly stages: readonly ConvolutionStage[];
}

/**
 * The network as a chain of convolutions with piecewise-linear activations, or why it is not one. A dense layer on a
 * vector, or on a flattened tensor, is a convolution whose kernel is as large as its input. What follows the last
 * units may be anything.
 */
export function convolutionChainOf(theory: TheoryContext): ConvolutionChain | { reason: string } {
  return theory.once(findConvolutionChain);
}

function findConvolutionChain(theory: TheoryContext): ConvolutionChain | { reason: string } {
  const { network } = theory;
  const found = chainOf(theory);
  if ('reason' in found) return found;
  const { chain } = found;
  const none = { reason: 'The theorem is for convolutional layers; there are none.' };
  if (network.layers.every(({ operation }) => !('window' in operation))) return none;
  const stages: ConvolutionStage[] = [];
  let start = 0;
  let convolutional = false;
  for (const each of chain.stages) {
    const { layer } = each;
    const run = network.layers.slice(start, layer.index + 1);
    start = layer.index + 1;
    const constant = run.find(isConstant);
    if (constant) return { reason: `What ${constant.name} computes does not depend on its input.` };
    if (each.stage.kind === 'operation') {
      return { reason: `The theorem is for convolutions with activations; ${layer.name} has ${describeUnits(each)}.` };
    }
    const fields = networkFields(theory).ofChain(run);
    if (fields === tooLarge) {
      return { reason: `Too large for this sum: the windows of ${layer.name} have too many places to list them.` };
    }
    const pattern = fields ?? densePattern(run);
    if (pattern === null) {
      return {
        reason: `The theorem is for chains of convolutional layers; the units of ${layer.name} see no windows.`,
      };
    }
    convolutional ||= fields !== null;
    stages.push({ ...each, pattern, hasBias: hasBias(run), dense: fields === null });
  }
  if (!convolutional) return none;
  return { chain, stages };
}

/** One position that sees everything. */
function densePattern(run: readonly Layer[]): ReceptiveFields | null {
  const working = run.filter(({ operation }) => !isNeutral(operation));
  const [layer] = working;
  if (working.length !== 1 || layer.operation.kind !== 'dense' || layer.inputShapes[0].length !== 1) return null;
  const one = [[0]];
  return {
    rows: one,
    columns: one,
    groups: 1,
    channels: sizeOf(layer.inputShapes[0]),
    filters: layer.operation.units,
    rankLimit: Infinity,
    sharing: 'shared',
    taps: { rows: one, columns: one },
  };
}

/** Channels of the network's input. */
export function inputChannels({ stages }: ConvolutionChain): number {
  return stages[0].pattern.groups * stages[0].pattern.channels;
}

/** Filters of a layer, all groups together. */
export function filtersOf({ pattern }: ConvolutionStage): number {
  return pattern.groups * pattern.filters;
}

/** Why d_l >= d_0 does not hold for all layers, or null where it does. A single layer does not need it. */
export function fewFilters(found: ConvolutionChain): string | null {
  const d0 = inputChannels(found);
  const narrow = found.stages.find((stage) => filtersOf(stage) < d0);
  if (!narrow || found.stages.length === 1) return null;
  return `The theorem needs at least as many filters in every layer as the input has channels, ${d0}; ${narrow.layer.name} has ${filtersOf(narrow)}.`;
}
