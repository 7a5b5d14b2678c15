import type { LayerDefinition, NetworkDefinition } from '../../network/definition.ts';
import { widthField, type SweepField } from './sweep.ts';

/** Layers whose widths must be equal, for example since a sum adds their outputs: they change together. */
export interface WidthGroup {
  readonly layers: readonly string[];
  readonly field: SweepField;
  readonly width: number;
}

/**
 * The widths of a network that can be chosen freely: those of all layers with a width, but for the layers that make the
 * network's outputs, whose number the task sets. Layers in front of a sum are one group.
 */
export function widthGroups(definition: NetworkDefinition): WidthGroup[] {
  const { layers } = definition;
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  // A selection names places, which have to stay.
  const selected = layers.flatMap(({ operation, inputs }) => (operation.kind === 'select' ? inputs : []));
  const fixed = new Set([...outputsOf(definition), ...selected].flatMap((name) => widthSources(name, byName)));
  const groups = new DisjointSets();
  for (const { operation, inputs, sharedWith, name } of layers) {
    if (sharedWith !== undefined) groups.join(name, sharedWith);
    if (operation.kind !== 'add' && operation.kind !== 'subtract' && !isElementwise(operation.kind)) continue;
    const sources = inputs.flatMap((input) => widthSources(input, byName));
    for (const source of sources) groups.join(source, sources[0]);
  }
  const members = new Map<string, LayerDefinition[]>();
  for (const layer of layers) {
    if (widthField(layer) === null) continue;
    const root = groups.find(layer.name);
    members.set(root, [...(members.get(root) ?? []), layer]);
  }
  // The widths of inputs and outputs are the task's.
  const fixedRoots = new Set([...fixed, ...definition.inputs.map(({ name }) => name)].map((name) => groups.find(name)));
  return [...members].flatMap(([root, group]) => (fixedRoots.has(root) ? [] : groupOf(group)));
}

function isElementwise(kind: LayerDefinition['operation']['kind']): boolean {
  return kind === 'average' || kind === 'maximum';
}

function groupOf(layers: readonly LayerDefinition[]): WidthGroup[] {
  const field = widthField(layers[0]);
  const { operation } = layers[0];
  const width = 'units' in operation ? operation.units : 'filters' in operation ? operation.filters : undefined;
  const sameField = layers.every((layer) => widthField(layer) === field);
  if (field === null || width === undefined || !sameField) return [];
  return [{ layers: layers.map(({ name }) => name), field, width }];
}

/** Tensors that nothing reads, where the definition does not name its outputs. */
function outputsOf({ outputs, layers }: NetworkDefinition): readonly string[] {
  if (outputs.length > 0) return outputs;
  const read = new Set(layers.flatMap((layer) => layer.inputs));
  return layers.map(({ name }) => name).filter((name) => !read.has(name));
}

/** The layers (or inputs) that set how many channels a tensor has: back through those that keep the number. */
function widthSources(name: string, byName: ReadonlyMap<string, LayerDefinition>): string[] {
  const sources = new Set<string>();
  const pending = [name];
  const seen = new Set<string>();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const layer = byName.get(next);
    if (layer && keepsWidth(layer)) pending.push(...layer.inputs);
    else sources.add(next);
  }
  return [...sources];
}

function keepsWidth({ operation }: LayerDefinition): boolean {
  switch (operation.kind) {
    case 'maxPooling':
    case 'averagePooling':
    case 'globalMaxPooling':
    case 'globalAveragePooling':
    case 'batchNormalization':
    case 'identity':
    case 'zeroPadding':
    case 'upSampling':
    case 'add':
    case 'subtract':
    case 'average':
    case 'maximum':
    case 'depthwiseConvolution':
      return true;
    case 'dense':
    case 'convolution':
    case 'separableConvolution':
    case 'transposedConvolution':
    case 'locallyConnected':
    case 'maxout':
    case 'tropicalDense':
    case 'tropicalConvolution':
    case 'flatten':
    case 'reshape':
    case 'select':
    case 'concatenate':
    case 'graphConvolution':
    case 'notPiecewiseLinear':
    case 'unknown':
      return false;
  }
}

class DisjointSets {
  private readonly parents = new Map<string, string>();

  find(name: string): string {
    let root = name;
    for (let next = this.parents.get(root); next !== undefined; next = this.parents.get(root)) root = next;
    return root;
  }

  join(a: string, b: string): void {
    const [from, to] = [this.find(a), this.find(b)];
    if (from !== to) this.parents.set(from, to);
  }
}
