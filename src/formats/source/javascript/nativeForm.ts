import { NOWHERE, type NetworkDefinition, type Problem, type Span } from '../../../network/definition.ts';
import type { ReadOptions } from '../../format.ts';
import type { JsonEntry, JsonNode, JsonObject } from '../../json/json.ts';
import { readNetwork } from '../../native/network.ts';
import { NativeContext } from '../../native/values.ts';
import { Unresolved } from '../../json/plain.ts';
import type { PlainValue } from '../../json/plain.ts';
import { unknownFieldProblem, unknownIn } from '../evaluation/unknownValue.ts';
import { Dictionary, isPrimitive, List, Unknown } from '../evaluation/values.ts';
import type { Property, Value } from '../evaluation/values.ts';

const MAX_DEPTH = 12;
/** Values of one object that are read; it may hold itself. */
const MAX_VALUES = 200_000;
const tensors = new Set([
  'kernel',
  'bias',
  'depthwise_kernel',
  'pointwise_kernel',
  'gamma',
  'beta',
  'moving_mean',
  'moving_variance',
  'alpha',
]);

/** Those among object literals that are a network in the native form: by their type, or by their fields. */
export function nativeNetworks(objects: readonly Dictionary[]): Dictionary[] {
  // Many objects can share one long list.
  const known = new Map<List, boolean>();
  return objects.filter((object) => {
    const layers = object.get('layers');
    if (!object.span || !object.properties.has('input') || !(layers instanceof List)) return false;
    if (layers.items.length === 0) return object.typeName === 'Network';
    const areLayers = known.get(layers) ?? layers.items.every(isLayer);
    known.set(layers, areLayers);
    return areLayers;
  });
}

function isLayer(item: Value): boolean {
  return item instanceof Dictionary && typeof item.get('type') === 'string';
}

/** Reads such an object as the native reader would, had it been written as JSON. */
export function readNativeForm(
  object: Dictionary,
  text: string,
  fileName: string,
  options: ReadOptions,
): { network: NetworkDefinition; problems: readonly Problem[] } {
  const root = object.span ?? NOWHERE;
  const context = new SourceContext(text);
  const node = context.object(object, root, 0);
  const network = readNetwork(context, node, fileName, options);
  const { holder } = object;
  const written = object.properties.get('name');
  return {
    network: {
      ...network,
      name: typeof written?.value === 'string' ? written.value : (holder?.name ?? network.name),
      nameSpan: holder?.span ?? written?.span ?? network.nameSpan,
      span: { start: Math.min(root.start, holder?.span?.start ?? root.start), end: root.end },
    },
    problems: context.problems,
  };
}

/** The native reader's context for values of the evaluator, among which some are not known. */
class SourceContext extends NativeContext {
  /** Names of what is not known look alike. */
  override readonly parts = null;
  private values = 0;
  private readonly unknowns = new Map<JsonNode, { field: string; value: Unknown }>();

  override numeric(node: JsonNode): PlainValue {
    const unknown = this.unknowns.get(node);
    if (!unknown) return super.numeric(node);
    const problem = unknownFieldProblem(unknown.field, unknown.value, node);
    if (!this.problems.some(({ code, span }) => code === problem.code && span.start === node.start))
      this.problems.push(problem);
    return new Unresolved(`${unknown.field} ${unknown.value.predicate}.`);
  }

  object(object: Dictionary, place: Span, depth: number): JsonObject {
    const { start, end } = object.span ?? place;
    const entries = [...object.properties].flatMap(([key, property]) =>
      this.entry(key, property, { start, end }, depth),
    );
    return { kind: 'object', start, end, entries, cut: false };
  }

  private entry(key: string, { value, span, keySpan }: Property, place: Span, depth: number): JsonEntry[] {
    if (value === undefined) return [];
    return [{ key, keySpan: keySpan ?? span ?? place, value: this.node(key, value, span ?? place, depth + 1) }];
  }

  private node(field: string, value: Value, place: Span, depth: number): JsonNode {
    const isWithinLimits = ++this.values < MAX_VALUES && depth < MAX_DEPTH;
    if (value instanceof List && !value.doubt && isWithinLimits) {
      const items = value.items.map((item, i) => this.node(field, item, value.spans[i] ?? place, depth + 1));
      // Weights are read from the text, so they have to be where their numbers stand.
      const { start, end } = (tensors.has(field) ? value.span : undefined) ?? place;
      return { kind: 'list', start, end, items, cut: false };
    }
    if (value instanceof Dictionary && !value.doubt && isWithinLimits) return this.object(value, place, depth);
    const { start, end } = place;
    if (isPrimitive(value)) return { kind: 'scalar', start, end, value: value ?? null };
    const unknown = unknownIn(value) ?? new Unknown('an expression', place);
    const node: JsonNode = { kind: 'scalar', start, end, value: unknown.name };
    this.unknowns.set(node, { field, value: unknown });
    return node;
  }
}
