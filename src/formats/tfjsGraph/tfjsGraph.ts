import type { NetworkDefinition, Problem } from '../../network/definition.ts';
import type { Format, ReadOptions, ReadResult } from '../format.ts';
import type { GraphNode } from '../graph/node.ts';
import { inputProblem, translate } from '../graph/translate.ts';
import type { GraphWriter } from '../graph/writer.ts';
import { itemsOf, member, parseJson, spanOf, textOf } from '../json.ts';
import type { JsonNode, JsonObject } from '../json.ts';
import { nameFromFile } from '../names.ts';
import { jsonFormatOf } from '../sniff.ts';
import { countOf, weightsManifestOf } from '../weightsManifest.ts';
import { numberOf } from '../protobuf.ts';
import { GraphAttributes } from './attributes.ts';
import { constantOf } from './constants.ts';
import { operators } from './operators.ts';

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
  const written = itemsOf(member(topology, 'node')).filter((node): node is JsonObject => node.kind === 'object' && !node.cut); // prettier-ignore
  const places = new Map(written.map((node) => [textOf(member(node, 'name')) ?? '', node]));
  const manifest = weightsManifestOf(root ?? undefined);
  const listed = new Map(manifest?.weights.map((weights) => [weights.name, weights]));
  const found: Problem[] = [];
  const graph = {
    nodes: written.map(nodeOf),
    outputs: outputsOf(root ?? undefined),
    operators,
    onlyLooks,
    begin: (writer: GraphWriter, nodes: readonly GraphNode[]) => {
      for (const node of nodes) {
        const place = places.get(node.name);
        if (!place) continue;
        if (node.op === 'Const') writer.define(node.name, { kind: 'constant', constant: constantOf(place, node.name, listed.get(node.name)) }); // prettier-ignore
        if (node.op === 'Placeholder') addInput(writer, node, place, found);
      }
    },
  };
  const { definition, problems: translated, notWeights } = translate(graph, options);
  const weights = manifest?.weights.filter(({ name, isFloat }) => isFloat && !notWeights.has(name));
  const isCut = root?.kind === 'object' && root.cut;
  const span = spanOf(topology ?? { start: 0, end: 0 });
  const network: NetworkDefinition = {
    ...definition,
    name: nameFromFile(fileName),
    statedWeights: manifest && weights && !isCut ? { count: countOf(weights), span: manifest.span } : undefined,
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

function addInput(writer: GraphWriter, node: GraphNode, place: JsonNode, problems: Problem[]): void {
  const shape = member(member(member(place, 'attr'), 'shape'), 'shape');
  const dims = itemsOf(member(shape, 'dim')).map((dim) => numberOf(member(dim, 'size')) ?? -1);
  const extents = dims.slice(1).map((extent) => (Number.isSafeInteger(extent) && extent > 0 ? extent : null));
  const span = shape ? spanOf(shape) : node.opSpan;
  const problem = inputProblem(node.name, extents, span);
  if (problem) problems.push(problem);
  const known = extents.every((extent) => extent !== null) && !problem ? extents : undefined;
  writer.addInput({ name: node.name, shape: extents.map((extent) => extent ?? -1), span }, known, false);
}

/** The signature's outputs, where the file has one. */
function outputsOf(root: JsonNode | undefined): string[] {
  const signature = member(root, 'signature') ?? member(member(root, 'userDefinedMetadata'), 'signature');
  const outputs = member(signature, 'outputs');
  if (outputs?.kind !== 'object') return [];
  return outputs.entries.map(({ key, value }) => (textOf(member(value, 'name')) ?? key).replace(/:\d+$/, ''));
}
