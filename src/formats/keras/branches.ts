import { itemsOf, member } from '../json/json.ts';
import type { JsonNode, JsonObject } from '../json/json.ts';
import { classOf } from './parts.ts';

/** The models or layers that a `Merge` of Keras 1 holds itself, as the first layer of a sequential model. */
export function branchesOf(layer: JsonNode | undefined): readonly JsonObject[] {
  if (!layer || classOf(layer) !== 'Merge') return [];
  const list = itemsOf(member(member(layer, 'config'), 'layers'));
  return list.filter((branch): branch is JsonObject => branch.kind === 'object' && !branch.cut);
}
