import { bends, type PiecewiseLinearActivation } from '../../network/activation.ts';
import { kernelVariance } from '../../network/kernelVariance.ts';
import type { Layer, Network } from '../../network/network.ts';
import { NoClosedForm } from './moments/state.ts';
import { bendsAtZeroOnly } from './moments/unit.ts';

/** A fully connected layer and the units behind it. */
export interface DenseStage {
  /** Index of the layer that holds the units, or of the dense layer where there are none. */
  readonly layer: number;
  readonly width: number;
  /** Variance of one weight, and of one bias. */
  readonly weight: number;
  readonly bias: number;
  /** Slopes of the units below and above zero. */
  readonly slopes: readonly [number, number];
  /** The units bend at zero. */
  readonly bends: boolean;
}

const LINEAR: DenseStage['slopes'] = [1, 1];

/**
 * The fully connected layers of a chain whose units bend at zero alone, with weights drawn from normal laws: given the
 * layers before, its pre-activations are exactly normal, whatever the widths are. Throws NoClosedForm with the reason.
 */
export function denseStagesOf(network: Network): DenseStage[] {
  const { kernel, biasStddev } = network.initialization;
  if (kernel !== 'normal' && !kernel.endsWith('_normal')) {
    throw new NoClosedForm(`The statement is for weights from normal laws, not for ${kernel}.`);
  }
  if (network.inputs.length !== 1) throw new NoClosedForm('The statement is for one input.');
  const stages: DenseStage[] = [];
  for (const layer of network.layers) {
    if (layer.scope === 'beyond') break;
    requireChain(layer);
    const { operation } = layer;
    if (operation.kind === 'dense') {
      stages.push({
        layer: layer.index,
        width: operation.units,
        weight: kernelVariance(layer, network.initialization),
        bias: operation.useBias ? biasStddev ** 2 : 0,
        slopes: LINEAR,
        bends: false,
      });
    } else if (!['identity', 'flatten', 'reshape'].includes(operation.kind)) {
      throw new NoClosedForm(`The statement is for fully connected layers on vectors; ${layer.name} is ${layer.type}.`);
    }
    if (layer.stages.length > 0) bendLast(stages, layer);
  }
  return stages;
}

function requireChain({ index, name, inputs, sharedWith }: Layer): void {
  const isNext = inputs.length === 1 && (index === 0 ? inputs[0] < 0 : inputs[0] === index - 1);
  if (!isNext)
    throw new NoClosedForm(`The statement is for chains of layers; ${name} does not read the layer before it.`);
  if (sharedWith !== undefined) throw new NoClosedForm(`${name} shares its weights.`);
}

/** Gives the last dense layer the units of this one. */
function bendLast(stages: DenseStage[], layer: Layer): void {
  const last = stages.pop();
  if (!last || last.bends)
    throw new NoClosedForm(`There is no fully connected layer right before the units of ${layer.name}.`);
  const { activation } = layer;
  if (!bends(activation) || activation.kind !== 'piecewiseLinear' || !bendsAtZeroOnly(activation)) {
    throw new NoClosedForm(`The statement is for units that bend at zero alone; those of ${layer.name} do not.`);
  }
  stages.push({ ...last, layer: layer.index, slopes: slopesOf(activation), bends: true });
}

function slopesOf({ slopes }: PiecewiseLinearActivation): DenseStage['slopes'] {
  return [slopes[0], slopes[1]];
}
