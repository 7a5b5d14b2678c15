import type { Span } from '../../network/definition.ts';
import { entryOf, plainOf } from './json.ts';
import type { JsonNode } from './json.ts';
import { manifestIn } from './weightsManifest.ts';
import type { ManifestGroup, ManifestWeight } from './weightsManifest.ts';

/** The weights that the text of a TensorFlow.js model lists. */
export interface ListedWeights {
  readonly groups: readonly ManifestGroup[];
  readonly weights: readonly ManifestWeight[];
  /** The field's name, where to speak of all of them. */
  readonly span: Span;
}

/** Undefined where there is no `weightsManifest`, or it cannot be read. */
export function listedWeightsOf(root: JsonNode | undefined): ListedWeights | undefined {
  const entry = entryOf(root, 'weightsManifest');
  const groups = entry && manifestIn(plainOf(entry.value));
  return groups ? { groups, weights: groups.flatMap(({ weights }) => weights), span: entry.keySpan } : undefined;
}
