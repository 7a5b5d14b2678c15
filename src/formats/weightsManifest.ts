import type { Span } from '../network/definition.ts';
import type { Shape } from '../network/shape.ts';
import { sizeOf } from '../network/shape.ts';
import { entryOf, itemsOf, member, plainOf, textOf } from './json.ts';
import type { JsonNode } from './json.ts';
import { isList } from './plain.ts';

/** One tensor that a TensorFlow.js model keeps in its weight files. */
export interface ListedWeights {
  readonly name: string;
  readonly shape: Shape;
  readonly isFloat: boolean;
}

export interface WeightsManifest {
  readonly weights: readonly ListedWeights[];
  /** The field's name, where to speak of all of them. */
  readonly span: Span;
}

/** The `weightsManifest` of a model.json; undefined where there is none or it cannot be read. */
export function weightsManifestOf(root: JsonNode | undefined): WeightsManifest | undefined {
  const entry = entryOf(root, 'weightsManifest');
  if (entry?.value.kind !== 'list') return undefined;
  const weights = entry.value.items.flatMap((group) => itemsOf(member(group, 'weights')).map(listed));
  return weights.every((item) => item !== undefined) ? { weights, span: entry.keySpan } : undefined;
}

function listed(node: JsonNode): ListedWeights | undefined {
  const [name, written] = [textOf(member(node, 'name')), member(node, 'shape')];
  const shape = written && plainOf(written);
  const isShape = isList(shape) && shape.every((extent) => Number.isSafeInteger(extent) && Number(extent) >= 0);
  if (name === undefined || !isShape) return undefined;
  return { name, shape: shape as number[], isFloat: /^float/.test(textOf(member(node, 'dtype')) ?? 'float32') };
}

/** How many numbers all of these hold. */
export function countOf(weights: readonly ListedWeights[]): number {
  return weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
