import type { LayerWeights, Tensor } from '../../network/operation.ts';
import { spanOf } from '../json/json.ts';
import type { JsonEntry, JsonNode } from '../json/json.ts';
import { tensorOf } from '../json/numbers.ts';
import { didYouMean } from '../../network/suggest.ts';
import type { NativeContext } from './values.ts';

const weightNames = [
  'kernel',
  'bias',
  'depthwise_kernel',
  'pointwise_kernel',
  'gamma',
  'beta',
  'moving_mean',
  'moving_variance',
  'alpha',
];

/** The `weights` of a layer: an object of tensors written as nested lists. Whether their shapes fit is seen later. */
export function readWeights(context: NativeContext, node: JsonNode): LayerWeights | undefined {
  if (node.kind !== 'object') {
    context.report(
      'bad-value',
      'error',
      'weights must be an object such as { "kernel": [[...]], "bias": [...] }.',
      node,
    );
    return undefined;
  }
  const weights: Record<string, Tensor> = {};
  for (const entry of node.entries) {
    if (!weightNames.includes(entry.key)) {
      reportUnknown(context, entry);
      continue;
    }
    const { key, value } = entry;
    const isList = value.kind === 'list' || value.kind === 'numbers';
    const tensor = isList ? tensorOf(context.text, value.start, value.end) : 'it is not a list';
    if (typeof tensor !== 'string') weights[key] = tensor;
    else context.report('bad-value', 'error', `${key} must be nested lists of numbers: ${tensor}.`, value);
  }
  return Object.keys(weights).length > 0 ? weights : undefined;
}

function reportUnknown(context: NativeContext, { key, keySpan }: JsonEntry): void {
  const { advice, replacement } = didYouMean(key, weightNames, `Weights are ${weightNames.join(', ')}.`);
  context.report(
    'unknown-field',
    'warning',
    `No layer has weights named '${key}'.${advice}`,
    spanOf(keySpan),
    replacement,
  );
}
