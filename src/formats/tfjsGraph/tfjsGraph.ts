import { NOWHERE, type NetworkDefinition, type Problem } from '../../network/definition.ts';
import { sizeOf } from '../../network/shape.ts';
import type { Format, ReadOptions, ReadResult } from '../format.ts';
import type { Layout } from '../graph/layout.ts';
import type { GraphNode } from '../graph/node.ts';
import { inputProblem, statedExtent, translate } from '../graph/translate.ts';
import type { GraphWriter } from '../graph/writer.ts';
import { itemsOf, member, parseJson, spanOf, textOf } from '../json/json.ts';
import type { JsonNode, JsonObject } from '../json/json.ts';
import { listedWeightsOf } from '../json/listedWeights.ts';
import { nameFromFile } from '../names.ts';
import { jsonFormatOf } from '../sniff.ts';
import { isFloat } from '../json/weightsManifest.ts';
import { numberOf } from '../json/protobuf.ts';
import { GraphAttributes } from './attributes.ts';
import { Constants } from './constants.ts';
import { layoutOf } from './layout.ts';
import { operatorsOf } from './operators.ts';

/** The model.json of a TensorFlow.js graph model: a frozen graph, from whose nodes the layers are recovered. */
export const tfjsGraph: Format = {
  id: 'tfjs-graph',
  sniff: (text, fileName) => jsonFormatOf(text, fileName) === 'tfjs-graph',
  read: readTfjsGraph,
};

const onlyLooks = new Set(['Shape']);

function readTfjsGraph(text: string, fileName: string, options: ReadOptions): ReadResult {
  const { root, problems } = parseJson(text);
  const topology = member(root ?? undefined, 'modelTopology');
  const written = itemsOf(member(topology, 'node')).filter(
    (node): node is JsonObject => node.kind === 'object' && !node.cut,
  );
  const places = new Map(written.map((node) => [textOf(member(node, 'name')) ?? '', node]));
  const manifest = listedWeightsOf(root ?? undefined);
  const constants = new Constants(manifest, options.files);
  const found: Problem[] = [];
  const nodes = written.map(nodeOf);
  const constantAt = (name: string) => {
    const place = places.get(name);
    return place && (constants.of(place, name) ?? undefined);
  };
  const layout = layoutOf(nodes, (node) => constantAt(node.inputs[1] ?? '')?.few());
  const graph = {
    nodes,
    outputs: outputsOf(root ?? undefined),
    operators: operatorsOf(layout),
    onlyLooks,
    begin: (writer: GraphWriter, nodes: readonly GraphNode[]) => {
      for (const node of nodes) {
        const place = places.get(node.name);
        if (!place) continue;
        const constant = node.op === 'Const' ? constants.of(place, node.name) : undefined;
        if (constant) writer.define(node.name, { kind: 'constant', constant });
        else if (constant === null)
          writer.report('bad-value', 'error', `The shape of ${node.name} must be whole numbers.`, place);
        if (node.op === 'Placeholder') addInput(writer, node, place, layout, found);
      }
    },
  };
  const { definition, problems: translated, notWeights, uses } = translate(graph, options);
  const weights = manifest?.weights.filter((each) => isFloat(each) && !notWeights.has(each.name));
  // What several layers have is counted for each of them, as their parameters are.
  const count = weights?.reduce((sum, { name, shape }) => sum + (uses.get(name) ?? 1) * sizeOf(shape), 0);
  const isCut = root?.kind === 'object' && root.cut;
  const span = spanOf(topology ?? NOWHERE);
  const network: NetworkDefinition = {
    ...definition,
    name: nameFromFile(fileName),
    statedWeights: manifest && count !== undefined && !isCut ? { count, span: manifest.span } : undefined,
    span,
    nameSpan: { start: span.start, end: Math.min(span.start + 1, span.end) },
  };
  const networks = written.length > 0 ? [network] : [];
  return { format: 'tfjs-graph', networks, problems: [...problems, ...found, ...translated] };
}

function nodeOf(node: JsonObject): GraphNode {
  const name = textOf(member(node, 'name')) ?? '';
  const op = member(node, 'op');
  const inputs = itemsOf(member(node, 'input')).map((input) => textOf(input) ?? '');
  return {
    name,
    op: textOf(op) ?? '',
    // Inputs that begin with a caret are for the order of execution only.
    inputs: inputs.filter((input) => !input.startsWith('^')).map((input) => input.replace(/:0$/, '')),
    outputs: [name],
    attributes: new GraphAttributes(member(node, 'attr')),
    ...spanOf(node),
    opSpan: spanOf(op ?? node),
  };
}

function addInput(writer: GraphWriter, node: GraphNode, place: JsonNode, layout: Layout, problems: Problem[]): void {
  const written = member(member(member(place, 'attr'), 'shape'), 'shape');
  const dims = itemsOf(member(written, 'dim')).map((dim) => {
    const size = member(dim, 'size');
    return size ? (numberOf(size) ?? NaN) : -1;
  });
  const extents = dims.slice(1).map(statedExtent);
  const span = written ? spanOf(written) : node.opSpan;
  // A batch of single numbers: its tensor has no axis of its own.
  if (dims.length === 1) return writer.addInput({ name: node.name, shape: [1], span }, [], false);
  const problem = inputProblem(node.name, extents, span);
  if (problem) problems.push(problem);
  const isFirst = extents.length > 1 && layout.isChannelsFirst(node.name, extents.length);
  const shape = (isFirst ? [...extents.slice(1), extents[0]] : extents).map((extent) => extent ?? -1);
  const known = extents.every((extent) => extent !== null) && !problem ? shape : undefined;
  writer.addInput({ name: node.name, shape, span }, known, isFirst);
}

/** The signature's outputs, where the file has one. */
function outputsOf(root: JsonNode | undefined): string[] {
  const signature = member(root, 'signature') ?? member(member(root, 'userDefinedMetadata'), 'signature');
  const outputs = member(signature, 'outputs');
  if (outputs?.kind !== 'object') return [];
  return outputs.entries.map(({ key, value }) => (textOf(member(value, 'name')) ?? key).replace(/:\d+$/, ''));
}
