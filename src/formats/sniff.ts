import { contentFrom, outline, stringAt } from './json/outline.ts';
import { looksLikeDarknet } from './darknet/sniff.ts';
import { looksLikeNetworkSource } from './source/javascript/sniff.ts';
import { looksLikePythonNetwork } from './source/python/sniff.ts';

/** Formats of JSON files that define a network, or that are certainly a model of another kind. */
export type JsonFormat =
  | 'native'
  | 'keras'
  | 'tfjs'
  | 'tfjs-graph'
  | 'onnx-json'
  | 'convnetjs'
  | 'brainjs'
  | 'keras-js-test'
  | 'nni-search-space'
  | 'huggingface-config';

const scripts = /\.(?:[cm]?[jt]s|[jt]sx|pyw?|ipynb)$/i;

/** Every such file contains one of these words, so that other files are ruled out quickly. */
const landmarks = [
  '"layers"',
  '"class_name"',
  '"modelTopology"',
  '"opsetImport"',
  '"opset_import"',
  '"irVersion"',
  '"ir_version"',
  '"_type"',
  '"hidden_size"',
  '"num_hidden_layers"',
  '"model_type"',
  '"hiddenLayers"',
  '"_diffusers_version"',
  '"expected"',
];

/** True for a text that defines a network (or a model that is named and refused), by a look that costs microseconds. */
export function isNetworkText(text: string, fileName: string): boolean {
  if (looksLikeNetworkSource(text, fileName) || looksLikePythonNetwork(text, fileName)) return true;
  if (looksLikeDarknet(text)) return true;
  return jsonFormatOf(text, fileName) !== null;
}

/** The format of a JSON text, or null if it is certainly or possibly something else. */
export function jsonFormatOf(text: string, fileName: string): JsonFormat | null {
  if (scripts.test(fileName)) return null;
  const start = contentFrom(text, 0);
  if (/\.network\.jsonc?$/i.test(fileName)) return 'native';
  if (text[start] !== '{' || !landmarks.some((word) => text.includes(word))) return null;
  const fields = new Map<string, number>();
  for (const { key, at } of outline(text, start)) {
    fields.set(key, at);
    const format = formatOfFields(text, fields);
    if (format !== null) return format;
  }
  return formatOfAllFields(text, fields);
}

type Fields = ReadonlyMap<string, number>;

/** As soon as the fields seen so far leave no doubt. */
function formatOfFields(text: string, fields: Fields): JsonFormat | null {
  const topology = fields.get('modelTopology');
  if (topology !== undefined) return formatOfTopology(text, topology);
  if (holdsModel(text, fields)) return 'keras';
  const config = fields.get('model_config');
  if (config !== undefined && holdsModel(text, fieldsAt(text, config))) return 'keras';
  const graph = fields.get('graph');
  if (graph !== undefined && onnxVersions.some((field) => fields.has(field)))
    return hasField(text, graph, 'node') ? 'onnx-json' : null;
  const layers = fields.get('layers');
  if (layers === undefined) return null;
  if (fields.has('input') && isListOfLayers(text, layers)) return 'native';
  if (firstItemHas(text, layers, 'layer_type')) return 'convnetjs';
  return isBrainJs(text, fields) ? 'brainjs' : null;
}

const onnxVersions = ['opsetImport', 'opset_import', 'irVersion', 'ir_version'];

/** Formats that are recognized only by what they lack. */
function formatOfAllFields(text: string, fields: Fields): JsonFormat | null {
  if (isBrainJsOfAnotherKind(text, fields)) return 'brainjs';
  const places = [...fields.values()];
  // Looked over once each: a value may be as large as the file.
  const fieldsOf = memoized((at: number) => fieldsAt(text, at));
  if (places.length > 0 && places.every((at) => isChoice(fieldsOf(at)))) return 'nni-search-space';
  if (isHuggingFaceConfig(fields)) return 'huggingface-config';
  if (places.length > 0 && places.every((at) => isKerasJsTest(fieldsOf(at)))) return 'keras-js-test';
  return places.some((at) => text[at] === '{' && holdsModel(text, fieldsOf(at))) ? 'keras' : null;
}

function memoized<V>(compute: (at: number) => V): (at: number) => V {
  const known = new Map<number, V>();
  return (at) => {
    const value = known.get(at) ?? compute(at);
    known.set(at, value);
    return value;
  };
}

/** A feed-forward network of brain.js: numbers of neurons and, in a file of its own kind, more words that it has. */
function isBrainJs(text: string, fields: Fields): boolean {
  const sizes = fields.get('sizes');
  const type = stringAt(text, fields.get('type') ?? text.length);
  if (type !== undefined) return sizes !== undefined && /^NeuralNetwork(GPU)?$/.test(type);
  const isOld = fields.has('outputLookup') || fields.has('inputLookup') || fields.has('trainOpts');
  return isOld && sizes !== undefined && text[sizes] === '[';
}

/** Networks of brain.js that are not a chain of layers with one activation. */
function isBrainJsOfAnotherKind(text: string, fields: Fields): boolean {
  const type = stringAt(text, fields.get('type') ?? text.length);
  if (type === undefined) return false;
  if (/^(Recurrent|RNN|LSTM|GRU)(TimeStep)?$/.test(type)) return fields.has('hiddenLayers') && fields.has('options');
  return /^(FeedForward|AE|Recurrent)$/.test(type) && fields.has('sizes') && fields.has('layers');
}

function fieldsAt(text: string, at: number): Map<string, number> {
  const fields = new Map<string, number>();
  for (const entry of outline(text, at)) fields.set(entry.key, entry.at);
  return fields;
}

function hasField(text: string, at: number, key: string): boolean {
  for (const entry of outline(text, at)) if (entry.key === key) return true;
  return false;
}

/** Whether the first object in a list has this field. */
function firstItemHas(text: string, at: number, key: string): boolean {
  return text[at] === '[' && hasField(text, contentFrom(text, at + 1), key);
}

function formatOfTopology(text: string, at: number): JsonFormat | null {
  const fields = new Map<string, number>();
  for (const entry of outline(text, at)) {
    fields.set(entry.key, entry.at);
    if (entry.key === 'node') return 'tfjs-graph';
    const config = fields.get('model_config');
    if (holdsModel(text, config === undefined ? fields : fieldsAt(text, config))) return 'tfjs';
  }
  return null;
}

/** Keras writes many things as a class and its config; a model is one of three, or has layers. */
function holdsModel(text: string, fields: Fields): boolean {
  const [className, config] = [fields.get('class_name'), fields.get('config')];
  if (className === undefined || config === undefined) return false;
  const name = stringAt(text, className);
  if (name === undefined) return false;
  return /^(Sequential|Model|Functional)$/.test(name) || (text[config] === '{' && hasField(text, config, 'layers'));
}

/** `[]`, or a list whose first element is an object with a type, as far as it is written. */
function isListOfLayers(text: string, at: number): boolean {
  const first = contentFrom(text, at + 1);
  if (text[at] !== '[') return false;
  return text[first] === ']' || first >= text.length || firstItemHas(text, at, 'type');
}

function isChoice(fields: Fields): boolean {
  return fields.has('_type') && fields.has('_value');
}

function isHuggingFaceConfig(fields: Fields): boolean {
  if (fields.has('_class_name') && fields.has('_diffusers_version')) return true;
  if (fields.has('model_type') && (fields.has('architectures') || fields.has('transformers_version'))) return true;
  const depth = fields.has('num_hidden_layers') || fields.has('n_layer') || fields.has('num_layers');
  return (
    depth &&
    fields.has('hidden_size') &&
    (fields.has('hidden_act') || fields.has('model_type') || fields.has('architectures'))
  );
}

/** Test data of Keras.js: what goes into a layer, its weights and what should come out. */
function isKerasJsTest(fields: Fields): boolean {
  return fields.has('weights') && fields.has('expected') && (fields.has('input') || fields.has('inputs'));
}
