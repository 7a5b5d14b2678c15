import { defaultInitialization } from '../../network/definition.ts';
import type { InputDefinition, NetworkDefinition, Problem } from '../../network/definition.ts';
import type { Format, ReadResult } from '../format.ts';
import { member, parseJson, spanOf, textOf } from '../json/json.ts';
import type { JsonNode, JsonObject } from '../json/json.ts';
import { listedWeightsOf } from '../json/listedWeights.ts';
import { nameFromFile } from '../names.ts';
import { jsonFormatOf } from '../sniff.ts';
import { countOf } from '../json/weightsManifest.ts';
import { channelsFirstIn, channelsLast } from './channels.ts';
import { inputLayersOf, inputOf, inputOfLayer, sequentialInputs } from './inputShape.ts';
import type { ReadInput } from './inputShape.ts';
import type { KerasDialect } from './layers.ts';
import { functionalInputs, ModelReader } from './modelReader.ts';
import { classOf, isAboutTraining, layersOf, modelKind, nameOf } from './parts.ts';

/** A model as `to_json` of Keras 1, 2 or 3 writes it, or the config.json of a `.keras` archive. */
export const keras: Format = {
  id: 'keras',
  sniff: (text, fileName) => jsonFormatOf(text, fileName) === 'keras',
  read: (text, fileName) => readKeras('keras', text, fileName),
};

/** The model.json of a TensorFlow.js layers model. */
export const tfjs: Format = {
  id: 'tfjs',
  sniff: (text, fileName) => jsonFormatOf(text, fileName) === 'tfjs',
  read: (text, fileName) => readKeras('tfjs', text, fileName),
};

function readKeras(format: 'keras' | 'tfjs', text: string, fileName: string): ReadResult {
  const { root, problems } = parseJson(text, isAboutTraining);
  const outer = (format === 'tfjs' ? member(root ?? undefined, 'modelTopology') : root) ?? undefined;
  const model = member(outer, 'model_config') ?? modelWithin(outer);
  if (model?.kind !== 'object') return { format, networks: [], problems };
  const dialect = dialectOf(textOf(member(outer, 'keras_version')) ?? textOf(member(model, 'keras_version')), model);
  const { network, problems: found } = readModel(model, dialect, fileName);
  const manifest = format === 'tfjs' && !model.cut ? listedWeightsOf(root ?? undefined) : undefined;
  const statedWeights = manifest && { count: countOf(manifest.weights), span: manifest.span };
  return { format, networks: network ? [{ ...network, statedWeights }] : [], problems: [...problems, ...found] };
}

/** The model itself, or one that a file holds in one of its fields. */
function modelWithin(outer: JsonNode | undefined): JsonNode | undefined {
  if (outer?.kind !== 'object' || member(outer, 'class_name')) return outer;
  const held = outer.entries.find(({ value }) => member(value, 'class_name') && member(value, 'config'));
  return held?.value ?? outer;
}

/** By the version that wrote the file; without one, by the fields that only Keras 3 has. */
function dialectOf(version: string | undefined, model: JsonObject): KerasDialect {
  if (version?.startsWith('tfjs')) return 'tfjs';
  if (version?.startsWith('1.')) return 'keras1';
  if (version?.startsWith('3.')) return 'keras3';
  const isThird = (node: JsonNode | undefined) => member(node, 'registered_name') !== undefined;
  return version === undefined && (isThird(model) || isThird(layersOf(model)[0])) ? 'keras3' : 'keras2';
}

function readModel(
  model: JsonObject,
  dialect: KerasDialect,
  fileName: string,
): { network: NetworkDefinition | null; problems: Problem[] } {
  const kind = modelKind(model);
  const className = classOf(model);
  if (kind === undefined) {
    const message = `${className} is a class of its own: its file does not say how its layers are connected.`;
    const span = spanOf(member(model, 'class_name') ?? { start: model.start, end: model.start + 1 });
    return { network: null, problems: [{ code: 'unknown-layer', severity: 'warning', message, span }] };
  }
  const first = channelsFirstIn(model);
  const reader = new ModelReader(dialect, first !== null);
  if (first)
    reader.report(
      'channels-first',
      'information',
      'Channels come first in this file; shapes are shown with channels last.',
      first,
    );
  const inputs = readInputs(model, kind, first !== null, reader);
  for (const { name } of inputs) reader.names.reserve(name);
  const outputs = reader.apply(
    model,
    inputs.map((input) => input.name),
    '',
  );
  const nameNode = member(member(model, 'config'), 'name') ?? member(model, 'name');
  const network: NetworkDefinition = {
    name: textOf(nameNode) ?? nameFromFile(fileName),
    inputs,
    layers: reader.layers,
    outputs: member(member(model, 'config'), 'output_layers') ? outputs : [],
    initialization: defaultInitialization,
    ...(first && { channelsFirst: dialect === 'keras1' ? 'keras1' : 'keras' }),
    span: spanOf(model),
    nameSpan: spanOf(nameNode ?? member(model, 'class_name') ?? { start: model.start, end: model.start + 1 }),
  };
  return { network, problems: reader.problems };
}

function readInputs(
  model: JsonObject,
  kind: 'sequential' | 'functional',
  channelsFirst: boolean,
  reader: ModelReader,
): InputDefinition[] {
  return inputsOf(model, kind).map(({ input, problem }) => {
    // The size may stand in the part that is not written yet.
    const open = problem?.code === 'missing-field' && model.cut;
    if (problem && !open) reader.report(problem.code, problem.severity, problem.message, problem.span);
    return channelsFirst ? { ...input, shape: channelsLast(input.shape) } : input;
  });
}

function inputsOf(model: JsonObject, kind: 'sequential' | 'functional'): ReadInput[] {
  const inputLayers = inputLayersOf(model);
  if (kind === 'sequential') {
    const [inputLayer] = inputLayers;
    const place = member(model, 'class_name') ?? model;
    const shapes = sequentialInputs(model);
    const name = inputLayer ? nameOf(inputLayer) : 'input';
    return shapes.map((shape, k) => inputOf(shape, shapes.length === 1 ? name : `${name}_${k + 1}`, place));
  }
  const byName = new Map(inputLayers.map((layer) => [nameOf(layer), layer]));
  return functionalInputs(model).map((name) => {
    const layer = byName.get(name);
    return layer ? inputOfLayer(layer, name) : inputOf(undefined, name, model);
  });
}
