import { chooseWeights as choose, type ChosenWeights, type WeightsModel } from '../../worker/chooseWeights.ts';
import { weightsHost } from '../../host/node/files/weightsHost.ts';
import type { Output } from '../io.ts';

/** The weights for a count of one network. What does not fit is said. `unfit` where they cannot be used. */
export async function chooseWeights(
  model: WeightsModel,
  named: string | undefined,
  output: Output,
): Promise<ChosenWeights | 'unfit'> {
  const weights = await choose(weightsHost, model, named);
  for (const { severity, message } of weights.diagnostics) {
    output.error(`${named ?? model.file}:1:1: ${severity === 'error' ? '' : `${severity}: `}${message}`);
  }
  return weights.diagnostics.some(({ severity }) => severity === 'error') ? 'unfit' : weights;
}
